"""What an event of a care package line says, in words: for both sides, so that they read the same."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.engine.selectors import Chapter
from workflows.register.selectors import service_levels

from .words import date_words, money

LABELS = {
    "service_level_id": "Service level",
    "quantity": "Quantity",
    "lot": "Lot",
    "start": "Start date",
    "end": "End date",
    "temporary": "Temporary",
    "review_date": "Review date",
    "unit_cost": "Price of one unit",
}
DAYS = {"start", "end", "review_date"}


def sentences(facts: Mapping[str, Any], levels: Mapping[int, str]) -> list[str]:
    """Each change from its old value to the new one, an amount, the days; `levels` as `levels_named` gives them."""
    changed = facts.get("changes", {})
    found = [
        f"{LABELS.get(name, name)}: from {_value(name, old, levels)} to {_value(name, new, levels)}"
        for name, (old, new) in changed.items()
    ]
    if "amount" in facts:
        found.append(f"{money_words(facts['amount'])} a week")
    if not changed and facts.get("start"):
        found.append(f"From {_day(facts['start'])}" + (f" to {_day(facts['end'])}" if facts.get("end") else ""))
    return found


def _value(name: str, value: Any, levels: Mapping[int, str]) -> str:
    if value is None:
        return "the service level's rate" if name == "unit_cost" else "none"
    if name in DAYS:
        return _day(value)
    if name == "service_level_id":
        return levels.get(int(value), "another level")
    if name == "temporary":
        return "yes" if value else "no"
    return _price(value) if name == "unit_cost" else str(value)


def _price(value: Any) -> str:
    """A price, or what a change of price keeps: the amount and its first day."""
    if isinstance(value, Mapping):
        amount = "the service level's rate" if value["amount"] is None else money_words(value["amount"])
        return f"{amount} from {_day(value['from'])}"
    return money_words(value)


def money_words(amount: Any) -> str:
    """Money that an event keeps as text."""
    return money(Decimal(str(amount)))


def _day(text: Any) -> str:
    return date_words(date.fromisoformat(str(text)))


def levels_named(chapters: Sequence[Chapter]) -> dict[int, str]:
    """The names of the levels that the events name, in one query, and none when none does."""
    ids = {int(each) for chapter in chapters for each in chapter.facts.get("changes", {}).get("service_level_id", [])}
    return dict(service_levels().filter(pk__in=ids).values_list("pk", "name")) if ids else {}
