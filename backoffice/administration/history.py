"""What happened to a list, the calendar or a notice, in words: who, when, what, and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from backoffice.web.pieces import Entry
from backoffice.web.words import date_words
from workflows.lists.selectors import Happened


def entries(happened: Sequence[Happened]) -> list[Entry]:
    """The history for a story, the latest first."""
    return [Entry(_title(each), each.at, each.who, each.reason, _lines(each.facts)) for each in happened]


def _title(each: Happened) -> str:
    key = f"“{_called(each.facts)}”"
    titles = {
        "list.seeded": "Begun with what the council's profile says",
        "list.entry_added": f"{key} added",
        "list.entry_reworded": f"{key} reworded",
        "list.entry_retired": f"{key} retired: it is no longer offered",
        "list.entry_brought_back": f"{key} brought back",
        "list.entry_moved": f"{key} moved {'up' if each.facts.get('up') else 'down'}",
        "calendar.day_closed": f"Closed on {_day(each.facts)}",
        "calendar.day_opened": f"Not closed on {_day(each.facts)} after all",
    }
    return titles.get(each.kind, each.kind)


def _called(facts: dict[str, Any]) -> str:
    words = facts.get("words")
    latest = words[-1] if isinstance(words, list) else words
    return str(next(iter(latest.values()))) if latest else str(facts.get("key", "")).replace("_", " ")


def _day(facts: dict[str, Any]) -> str:
    return date_words(date.fromisoformat(facts["day"])) if "day" in facts else ""


def _lines(facts: dict[str, Any]) -> list[str]:
    """What it said before and says now; whether open clocks moved."""
    words = facts.get("words")
    if isinstance(words, list):
        before, now = words
        return [f"It said “{before.get(name, '')}”." for name in now if before.get(name, "") != now[name]]
    if "moved" in facts:
        return ["Open clocks moved with it." if facts["moved"] else "Open clocks kept their days."]
    return []
