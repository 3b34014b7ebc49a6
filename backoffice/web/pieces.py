"""What the components of a page are given: small frozen records, so that a view says things and not markup."""

from collections.abc import Sequence
from dataclasses import dataclass, field

# Colours of GOV.UK's tag that read at 15 px; a colour never stands without its word.
TAG_COLOURS = frozenset({"grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow"})


@dataclass(frozen=True, slots=True)
class Tag:
    """A status in a word and a colour."""

    text: str
    colour: str = "grey"

    def __post_init__(self) -> None:
        if self.colour not in TAG_COLOURS:
            raise ValueError(f"A tag is {', '.join(sorted(TAG_COLOURS))}, not {self.colour!r}.")


@dataclass(frozen=True, slots=True)
class Now:
    """The now panel: what to do first or whose turn it is; one thing to do at most, and its less usual sibling."""

    title: str
    text: str = ""
    warm: bool = False
    button: str = ""
    href: str = ""
    also: str = ""
    also_href: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a facts strip or of a side box's list: label, value, a tag instead of or beside it, a note."""

    label: str
    value: str = ""
    note: str = ""
    tag: Tag | None = None
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a summary list; `lines` are further lines of the value, `href` and `change` an action at the right."""

    key: str
    value: str
    lines: Sequence[str] = ()
    href: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of a page: `count` is said in brackets, as words because it may be capped."""

    text: str
    href: str
    count: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a story, newest first; `inside` marks what the council writes for itself."""

    title: str
    when: object
    by: str = ""
    text: str = ""
    lines: Sequence[str] = ()
    href: str = ""
    link: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the service navigation; `count` says what needs you, `under` what else belongs to the chapter."""

    text: str
    href: str
    count: str = ""
    under: tuple[str, ...] = field(default=())
