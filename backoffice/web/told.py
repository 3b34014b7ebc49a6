"""A document's events as sentences, for both sides: what happened, by whom, with the words that were written.

A provider is given the chapters without `rules.INSIDE`, and reads the words that were written for it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from workflows.contracts.rules import Change, reason_label
from workflows.contracts.selectors import Page
from workflows.council.profile import current
from workflows.engine import clocks
from workflows.engine.flow import CaseFlow
from workflows.engine.rules import Priority
from workflows.engine.selectors import Chapter

from .pieces import Entry
from .words import date_words, upper_first

ERASED = "(erased)"
BY_PROVIDER = {"agree", "reject", "attach"}
#: Words that only the council reads: what was sent to an outside team.
INSIDE_WORDS = {"letter"}
Title = Callable[[Chapter], str]

TITLES: Mapping[str, Title] = {
    "publish": lambda each: f"Version {each.facts.get('version', 1)} published",
    "republish": lambda each: f"Version {each.facts.get('version', '')} published",
    "agree": lambda each: f"Agreed: version {each.facts.get('version', '')}",
    "reject": lambda each: f"Rejected: {_reason(each)}",
    "attach": lambda each: f"Signed copy of version {each.facts.get('version', '')} attached",
    "withdraw": lambda _: "Withdrawn",
    "terminate": lambda _: "Terminated",
    "supersede": lambda _: "Superseded: a newer document took its place",
    "deem": lambda _: "Taken as agreed, because nobody answered in time",
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


def entries(page: Page, chapters: Sequence[Chapter], *, inside: bool = True) -> list[Entry]:
    """The story, newest first; `inside`: with the words that only the council reads."""
    return [_entry(page, chapter, inside) for chapter in reversed(chapters)]


def _entry(page: Page, chapter: Chapter, inside: bool) -> Entry:
    title = TITLES.get(chapter.verb)
    said: Mapping[str, str] = getattr(page.case.flow_class, "said", CaseFlow.said)
    return Entry(
        title=title(chapter) if title else upper_first(said.get(chapter.verb, chapter.verb)),
        when=chapter.at,
        by=_by(page, chapter),
        text=_quoted(chapter, inside),
        lines=_lines(page, chapter),
        inside=chapter.verb == "note",
    )


def _by(page: Page, chapter: Chapter) -> str:
    return f"{chapter.actor}, {page.case.organisation.name}" if chapter.verb in BY_PROVIDER else chapter.actor


def _quoted(chapter: Chapter, inside: bool) -> str:
    """What was written, in quotation marks; erased words say so."""
    texts = [text for label, text in chapter.words.items() if inside or label not in INSIDE_WORDS]
    return "\n".join("The words were erased." if text == ERASED else f"“{text}”" for text in texts)


def _lines(page: Page, chapter: Chapter) -> list[str]:
    if chapter.verb == clocks.REBASED:
        return clocks.rebased(chapter.facts)
    if chapter.verb != "republish":
        return []
    return [change_words(each) for each in page.changed(int(chapter.facts.get("version", 1)))]


def change_words(change: Change) -> str:
    """`Cost: from £594.80 weekly to £612.30 weekly, £17.50 more a week`."""
    words = f"{change.label}: from {change.old} to {change.new}"
    return words if change.difference in {"", "Changed"} else f"{words}, {change.difference}"


def _reason(chapter: Chapter) -> str:
    return reason_label(current().contract_documents, str(chapter.facts.get("reason", "")))
