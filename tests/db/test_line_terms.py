"""What the check page says is what the register then says: the draft of a line's terms against the real change."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from backoffice.casework import terms
from backoffice.casework.terms import Wanted
from tests import factories
from workflows.engine import moment
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register import catalogue, selectors
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
START, SPRING, LAST = date(2018, 4, 9), date(2024, 4, 1), date(2025, 4, 7)


@pytest.fixture
def system() -> Actor:
    return system_actor()


@pytest.fixture(params=["level's rate", "own price", "own price later", "own price ended", "contract's rate"])
def line(request: pytest.FixtureRequest, system: Actor) -> CarePackageLine:
    """A line in each way of being priced."""
    made = factories.line()
    prices: dict[str, list[tuple[date, str | None]]] = {
        "own price": [(START, "500")],
        "own price later": [(START, "500"), (SPRING, "520")],
        "own price ended": [(START, "500"), (SPRING, None)],
    }
    for start, amount in prices.get(request.param, []):
        register.change_line(
            actor=system,
            line_id=made.pk,
            version=None,
            unit_cost=None if amount is None else Decimal(amount),
            price_from=start,
        )
    if request.param == "contract's rate":
        catalogue.set_rate(
            actor=system,
            service_level_id=made.service_level_id,
            amount=Decimal("480"),
            start=START,
            contract_id=made.contract_id,
        )
    return made


CHANGES: list[dict[str, Any]] = [
    {},
    {"quantity": Decimal("1.5")},
    {"start": date(2018, 4, 2)},
    {"start": date(2019, 1, 1)},
    {"end": date(2025, 12, 31)},
    {"end": date(2019, 12, 31)},
    {"temporary": True, "review_date": date(2030, 1, 1)},
    {"own_price": Decimal("612.30")},
    {"own_price": Decimal("612.30"), "price_from": START},
    {"own_price": Decimal("612.30"), "price_from": LAST},
    {"own_price": Decimal("500"), "price_from": START},
    {"own_price": None, "price_from": START},
    {"own_price": None, "price_from": LAST},
    {"own_price": Decimal("612.30"), "start": date(2018, 4, 2), "price_from": START},
    {"other_level": True},
    {"other_level": True, "own_price": None, "price_from": START},
    {"start": date(2030, 1, 1)},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_draft_is_what_the_register_then_says(line: CarePackageLine, change: dict[str, Any], system: Actor) -> None:
    now = terms.standing(selectors.line(system, line.pk))
    wanted = _wanted(now, dict(change))
    faults, differing, draft = terms.faults(now, wanted), terms.differing(now, wanted), terms.draft(now, wanted)
    if not differing:
        assert draft == now.terms
        return
    try:
        with transaction.atomic():
            register.change_line(actor=system, line_id=line.pk, version=now.line.version, **differing)
    except Refused:
        assert faults, "the page let through what the register refuses"
        return
    assert not faults
    after = selectors.line_terms(line.pk, moment.today())
    assert draft is not None
    assert (draft.weekly_cost, draft.unit_cost, draft.pricing) == (after.weekly_cost, after.unit_cost, after.pricing)
    assert (draft.start, draft.end, draft.service_level) == (after.start, after.end, after.service_level)


def _wanted(now: terms.Standing, change: dict[str, Any]) -> Wanted:
    """The form as it is filled, with some of its fields typed over."""
    line = now.line
    level = factories.level(amount="700.00") if change.pop("other_level", False) else line.service_level
    filled = {
        "quantity": line.quantity,
        "start": line.start,
        "end": line.end,
        "temporary": line.temporary,
        "review_date": line.review_date,
        "own_price": line.unit_cost if now.has_own_price else None,
        "price_from": now.price_since,
    }
    return Wanted(service_level=level, **(filled | change))
