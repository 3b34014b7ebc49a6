"""What the story of a contract document says of its own verbs, for both sides."""

from collections.abc import Sequence
from functools import partial

from workflows.contracts.rules import Change, reason_label
from workflows.contracts.selectors import Page
from workflows.council.profile import current
from workflows.engine.selectors import Chapter

from . import told
from .pieces import Entry
from .told import Telling, Title

BY_PROVIDER = frozenset({"agree", "reject", "attach"})
TITLES: dict[str, Title] = {
    "publish": lambda each: f"Version {each.facts.get('version', 1)} published",
    "republish": lambda each: f"Version {each.facts.get('version', '')} published",
    "agree": lambda each: f"Agreed: version {each.facts.get('version', '')}",
    "reject": lambda each: f"Rejected: {_reason(each)}",
    "attach": lambda each: f"Signed copy of version {each.facts.get('version', '')} attached",
    "withdraw": lambda _: "Withdrawn",
    "terminate": lambda _: "Terminated",
    "supersede": lambda _: "Superseded: a newer document took its place",
    "deem": lambda _: "Taken as agreed, because nobody answered in time",
}


def entries(page: Page, chapters: Sequence[Chapter], *, inside: bool = True) -> list[Entry]:
    """The story, newest first; `inside`: with the words that only the council reads."""
    telling = Telling(TITLES, BY_PROVIDER, partial(_lines, page))
    return told.entries(page.case, chapters, telling, inside=inside)


def _lines(page: Page, chapter: Chapter) -> list[str]:
    if chapter.verb != "republish":
        return []
    return [change_words(each) for each in page.changed(int(chapter.facts.get("version", 1)))]


def change_words(change: Change) -> str:
    """`Cost: from £594.80 weekly to £612.30 weekly, £17.50 more a week`."""
    words = f"{change.label}: from {change.old} to {change.new}"
    return words if change.difference in {"", "Changed"} else f"{words}, {change.difference}"


def _reason(chapter: Chapter) -> str:
    return reason_label(current().contract_documents, str(chapter.facts.get("reason", "")))
