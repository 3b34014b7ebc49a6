"""The events of any case as sentences, for both sides: what happened, by whom, with the words that were written.

A provider is given the chapters without `rules.INSIDE`, and reads the words that were written for it. What a process
says of its own verbs it gives as a `Telling` (documents_told.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflows.engine import clocks
from workflows.engine.flow import CaseFlow
from workflows.engine.models import Case
from workflows.engine.rules import Priority
from workflows.engine.selectors import Chapter

from .pieces import Entry
from .words import date_words, upper_first

ERASED = "(erased)"
#: Words that only the council reads: what was sent to an outside team.
INSIDE_WORDS = {"letter"}
Title = Callable[[Chapter], str]

TITLES: Mapping[str, Title] = {
    "claim": lambda _: "Claimed",
    "release": lambda _: "Released to the team",
    "hand_over": lambda each: f"Handed over to {_receiver(each)}",
    "follow_up": lambda each: _follow_up(each.facts.get("not_before")),
    "prioritise": lambda each: f"Priority: {_priority(each, 'was').lower()}, now {_priority(each, 'priority').lower()}",
    "note": lambda _: "Inside note",
    "stand_in": lambda each: f"Given to {_receiver(each)}, because {each.names.get('from_user', 'its owner')} is away",
    "give_back": lambda each: f"Given back to {_receiver(each)}, who is there again",
    "rebase": lambda _: "The time to do it was changed",
    "let_go": lambda each: f"Given back to the team, because {each.names.get('from_user', 'its owner')} cannot do it",
}


def _receiver(each: Chapter) -> str:
    """`Payments Team`, or `Tom Bullard for Priya Raman`."""
    person, team = each.names.get("to_user", ""), each.names.get("to_team", "")
    if person and each.names.get("for_user"):
        return f"{person} for {each.names['for_user']}"
    keeper = each.names.get("keeper")
    return f"{team}, kept by {keeper}" if team and keeper else person or team


def _follow_up(day: object) -> str:
    return f"Follow-up date: {date_words(date.fromisoformat(str(day)))}" if day else "Follow-up date taken away"


def _priority(each: Chapter, fact: str) -> str:
    return Priority(int(each.facts.get(fact) or 0)).words


@dataclass(frozen=True, slots=True)
class Telling:
    """What a process says of its own verbs: titles, which are the provider's, and further lines."""

    titles: Mapping[str, Title] = field(default_factory=dict)
    by_provider: frozenset[str] = frozenset()
    lines: Callable[[Chapter], list[str]] = lambda _chapter: []


def entries(case: Case, chapters: Sequence[Chapter], telling: Telling, *, inside: bool = True) -> list[Entry]:
    """The story, newest first; `inside`: with the words that only the council reads."""
    return [_entry(case, chapter, telling, inside) for chapter in reversed(chapters)]


def _entry(case: Case, chapter: Chapter, telling: Telling, inside: bool) -> Entry:
    title = telling.titles.get(chapter.verb) or TITLES.get(chapter.verb)
    said: Mapping[str, str] = getattr(case.flow_class, "said", CaseFlow.said)
    by = f"{chapter.actor}, {case.organisation.name}" if chapter.verb in telling.by_provider else chapter.actor
    rebased = clocks.rebased(chapter.facts) if chapter.verb == clocks.REBASED else telling.lines(chapter)
    return Entry(
        title=title(chapter) if title else upper_first(said.get(chapter.verb, chapter.verb)),
        when=chapter.at,
        by=by,
        text=_quoted(chapter, inside),
        lines=rebased,
        inside=chapter.verb == "note",
    )


def _quoted(chapter: Chapter, inside: bool) -> str:
    """What was written, in quotation marks; erased words say so."""
    texts = [text for label, text in chapter.words.items() if inside or label not in INSIDE_WORDS]
    return "\n".join("The words were erased." if text == ERASED else f"“{text}”" for text in texts)
