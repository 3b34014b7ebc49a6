"""The words of notices and mails, by kind: a room declares them in its `notices.py`.

    declare("contract_document.published", one="{reference} awaits your answer", many="{count} documents await …")

Only references and figures fit in: a mail travels outside the council, so it never names a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of one thing, and of several at once; `name` is what the kind is called on the page of settings."""

    one: str
    many: str
    name: str = ""


_words: dict[str, Words] = {}
UNDECLARED = Words(one="There is news about {reference}", many="There is news about {count} cases")


def declare(kind: str, *, one: str, many: str, name: str = "") -> None:
    """Declare the words of a kind; a second declaration is a mistake in the code.

    Only a kind with a name can be set by people; `name` completes "Tell me when …".
    """
    if kind in _words:
        raise ValueError(f"the words of {kind!r} are declared twice")
    _words[kind] = Words(one, many, name)


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
    named = {kind: words.name for kind, words in _words.items() if words.name}
    return dict(sorted(named.items(), key=lambda each: each[1]))


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
)
declare(
    "task.reminders",
    one="{late} tasks are due soon and still await you, first {reference}",
    many="{count} reminders of tasks that are due soon",
    name="Several tasks are due soon and await me or my team",
)
declare(
    "task.breached",
    one="{late} past due, first {reference}",
    many="{count} alerts about work that is past due",
    name="Work of my team is past due",
)
declare(
    "batch.finished",
    one="Your bulk change has finished: {done} done, {refused} not done",
    many="{count} bulk changes have finished",
    name="A bulk change of mine has finished",
)
