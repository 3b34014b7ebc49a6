"""The words of notices and mails, by kind: a room declares them in its `notices.py`.

    declare("contract_document.published", one="{reference} awaits your answer", many="{count} documents await …")

Only references and figures fit in: a mail travels outside the council, so it never names a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.council.giving import OF_MODULE
from workflows.council.profile import current

BOTH = frozenset({"staff", "provider"})
OTHER = "Other news"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one thing, and of several at once; `note` is advice that follows in a mail.

    On the page of settings the kind is called `name`, stands under `group`, and is shown to people of `sides`; `always`
    says why it cannot be switched off.
    """

    one: str
    many: str
    name: str = ""
    group: str = OTHER
    sides: frozenset[str] = BOTH
    always: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind on the page of settings; `always` is empty for what people may set."""

    kind: str
    name: str
    always: str


_words: dict[str, Words] = {}
UNDECLARED = Words(one="There is news about {reference}", many="There is news about {count} cases")


def declare(
    kind: str,
    *,
    one: str,
    many: str,
    name: str = "",
    group: str = OTHER,
    sides: frozenset[str] = BOTH,
    always: str = "",
    note: str = "",
) -> None:
    """Declare the words of a kind; a second declaration is a mistake in the code.

    Only a kind with a name and without `always` can be set by people; `name` completes "Tell me when …".
    """
    if kind in _words:
        raise ValueError(f"the words of {kind!r} are declared twice")
    _words[kind] = Words(one, many, name, group, sides, always, note)


def line(kind: str, reference: str, figures: Mapping[str, int]) -> str:
    """The sentence about one thing."""
    return _words.get(kind, UNDECLARED).one.format(reference=reference, **figures)


def headline(kind: str, lines: list[str]) -> str:
    """The subject of a mail: the line itself, or how many there are."""
    if len(lines) == 1:
        return lines[0]
    return _words.get(kind, UNDECLARED).many.format(count=len(lines))


def kinds() -> dict[str, str]:
    """The kinds that people can set, with their names, by name: each completes "Tell me when …"."""
    named = {kind: words.name for kind, words in _words.items() if words.name and not words.always}
    return dict(sorted(named.items(), key=lambda each: each[1]))


def always(kind: str) -> str:
    """Why a kind cannot be switched off and does not wait; empty for all others."""
    return _words.get(kind, UNDECLARED).always


def note(kind: str) -> str:
    """The advice that follows the words of a kind in a mail."""
    return _words.get(kind, UNDECLARED).note


def listed(side: str) -> dict[str, list[Listed]]:
    """What the page of settings shows to people of a side: by group, each kind by its name. News of cases that the
    council does not have are not among them."""
    found: dict[str, list[Listed]] = {}
    own = {kind: each for kind, each in _words.items() if each.name and side in each.sides and _happens(kind)}
    shown = [(each.group, each.name, kind, each) for kind, each in own.items()]
    for group, name, kind, words in sorted(shown, key=lambda each: each[:3]):
        found.setdefault(group, []).append(Listed(kind, name, words.always))
    return found


def _happens(kind: str) -> bool:
    """Whether there are cases here of which this is news: some come with a module of the profile."""
    case_kind = kind.partition(".")[0]
    module = next((module for named, module in OF_MODULE.items() if named == case_kind), "")
    return not module or getattr(current(), module) is not None


declare(
    "notice.digest",
    one="{reference}",
    many="{count} pieces of news",
)
declare(
    "task.reminder",
    one="{reference} is due soon and still awaits you",
    many="{count} things are due soon and still await you",
    name="Something that awaits me is due soon",
    group="My work",
)
declare(
    "task.reminders",
    one="{late} tasks are due soon and still await you, first {reference}",
    many="{count} reminders of tasks that are due soon",
    name="Several tasks are due soon and await me or my team",
    group="My work",
)
declare(
    "task.breached",
    one="{late} past due, first {reference}",
    many="{count} alerts about work that is past due",
    name="Work of my team is past due",
    group="My work",
)
declare(
    "batch.finished",
    one="Your bulk change has finished: {done} done, {refused} not done",
    many="{count} bulk changes have finished",
    name="A bulk change of mine has finished",
    group="Bulk changes and imports",
    sides=frozenset({"staff"}),
)
