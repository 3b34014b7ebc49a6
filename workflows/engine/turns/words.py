"""What people are told about turns: references and counts only."""

from workflows.engine.notices import declare

HANDED_OVER = "turn.handed_over"
HANDED_MANY = "turn.handed_many"
MENTIONED = "turn.mentioned"
NOBODY_ANSWERS = "turn.nobody_answers"
GROUP = "My work"
STAFF = frozenset({"staff"})

declare(
    HANDED_OVER,
    one="{reference} was handed over to you",
    many="{count} tasks were handed over to you",
    name="A task is handed over to me or my team",
    group=GROUP,
    sides=STAFF,
)
declare(
    HANDED_MANY,
    one="{count} tasks were handed over to you, first {reference}",
    many="{count} bulk changes handed tasks over to you",
    name="Many tasks are handed over to me or my team at once",
    group=GROUP,
    sides=STAFF,
)
declare(
    MENTIONED,
    one="You are mentioned in a note on {reference}",
    many="You are mentioned in {count} notes",
    name="I am mentioned in a note",
    group=GROUP,
    sides=STAFF,
)
declare(
    NOBODY_ANSWERS,
    one="{count} tasks, first {reference}, are with providers where nobody may answer them",
    many="{count} alerts about tasks that no provider's person may answer",
    name="A provider has nobody who may answer",
    group=GROUP,
    sides=STAFF,
)
