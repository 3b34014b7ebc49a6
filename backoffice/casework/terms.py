"""What somebody wants a line to say: what differs from the line, and what the line would then say. Nothing is written.

The command that carries it out (register's change_line) asks every rule again; this is for the page that shows what
would change before it does.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.engine import moment
from workflows.register.models import CarePackageLine, ServiceLevel
from workflows.register.rules import (
    LineFacts,
    LineTerms,
    priced_on,
    refusal_of_amount,
    refusal_of_line,
    weekly_cost,
)
from workflows.register.selectors import rate_history, terms_of

OwnPrice = tuple[date, Decimal | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The terms that a person typed. `own_price` None: the service level's rate holds."""

    service_level: ServiceLevel
    quantity: Decimal
    start: date
    end: date | None
    temporary: bool
    review_date: date | None
    own_price: Decimal | None
    price_from: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A line as it is: its terms today, and every price of its own."""

    line: CarePackageLine
    terms: LineTerms
    own: Sequence[OwnPrice]  # by first day

    @property
    def has_own_price(self) -> bool:
        """Whether a price of the line's own holds today, and not the service level's rate."""
        return self.line.own_amount is not None

    @property
    def price_since(self) -> date:
        """The first day of what holds today: of the own price, or of the level's rate after one; else of the line."""
        return max((start for start, _ in self.own if start <= self.line.priced_on), default=self.line.start)


def standing(line: CarePackageLine) -> Standing:
    """Read what is needed of a line that `register.selectors.line` gave."""
    own = list(line.rates.order_by("start").values_list("start", "amount"))
    priced = copy(line)
    if priced.unit_cost is None:
        priced.unit_cost = Decimal(0)  # a line that lost its rate can still be changed: a draft finds its own price
    return Standing(line, terms_of(priced, moment.today()), own)


def differing(now: Standing, wanted: Wanted) -> dict[str, Any]:
    """The words for change_line: only what differs from the line; empty when nothing does."""
    line = now.line
    values = {
        "service_level_id": wanted.service_level.pk,
        "quantity": wanted.quantity,
        "start": wanted.start,
        "end": wanted.end,
        "temporary": wanted.temporary,
        "review_date": wanted.review_date,
    }
    found: dict[str, Any] = {name: value for name, value in values.items() if value != getattr(line, name)}
    since = _price_from(now, wanted)
    if _own_on(now.own, since) != wanted.own_price:
        found |= {"unit_cost": wanted.own_price, "price_from": since}
    return found


def draft(now: Standing, wanted: Wanted) -> LineTerms | None:
    """What the line would say today; None when it would have no price."""
    day = priced_on(now.terms.on, wanted.start, wanted.end)
    unit_cost = _own_on(_with_price(now, wanted), day)
    if unit_cost is None:
        unit_cost = _level_rate(now.line, wanted.service_level, day)
    if unit_cost is None:
        return None
    return replace(
        now.terms,
        service_level_id=wanted.service_level.pk,
        service_level=wanted.service_level.name,
        contract_type=wanted.service_level.contract_type,
        unit=wanted.service_level.unit,
        quantity=wanted.quantity,
        unit_cost=unit_cost,
        weekly_cost=weekly_cost(wanted.quantity, unit_cost),
        start=wanted.start,
        end=wanted.end,
        temporary=wanted.temporary,
        review_date=wanted.review_date,
    )


def faults(now: Standing, wanted: Wanted) -> dict[str, str]:
    """What cannot be so, by field of the form."""
    facts = LineFacts(wanted.quantity, wanted.start, wanted.end, wanted.temporary, wanted.review_date)
    if reason := refusal_of_line(facts):
        return {_field_of(reason): reason}
    if wanted.own_price is not None and (reason := refusal_of_amount(wanted.own_price)):
        return {"own_price": reason}
    since = differing(now, wanted).get("price_from", wanted.start)
    if since < wanted.start or (wanted.end is not None and since > wanted.end):
        return {"price_from": "The price must begin on a day of the line"}
    if draft(now, wanted) is None:
        return {"service_level": f"There is no rate for {wanted.service_level.name} then. Give the line its own price"}
    return {}


def _price_from(now: Standing, wanted: Wanted) -> date:
    """From when the price holds: a price from the line's first day moves with that day."""
    if wanted.price_from is None or wanted.price_from == now.line.start:
        return wanted.start
    return wanted.price_from


def _with_price(now: Standing, wanted: Wanted) -> list[OwnPrice]:
    since = _price_from(now, wanted)
    if _own_on(now.own, since) == wanted.own_price:
        return list(now.own)
    return sorted([each for each in now.own if each[0] != since] + [(since, wanted.own_price)])


def _own_on(own: Sequence[OwnPrice], day: date) -> Decimal | None:
    """The line's own price on a day."""
    begun = [amount for start, amount in own if start <= day]
    return begun[-1] if begun else None


def _level_rate(line: CarePackageLine, level: ServiceLevel, day: date) -> Decimal | None:
    """The rate that a level has for this line on a day: the narrowest scope first, as the register prices."""
    probe = CarePackageLine(service_level=level, contract=line.contract)
    return next((price.amount for price in rate_history(probe) if price.span.covers(day)), None)


def _field_of(reason: str) -> str:
    words = (("quantity", "quantity"), ("review date", "review_date"), ("end date", "end"))
    return next((field for word, field in words if word in reason), "start")
