"""What of an invoice is worth a look before it is accepted (backoffice "Check invoices")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.councils import served
from workflows.invoices.checking import remarks

D = Decimal
PLAIN: dict[str, Any] = {"total": D(1000), "vat": D(0), "before": D(1000), "waits": D(0), "moved": False}


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    """Its runs say that 20% is unusual; an invoice asks the same."""
    with served("bedford"):
        yield


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, []),
        ({"before": None}, []),
        ({"before": D(0)}, []),
        ({"total": D(1200)}, []),
        ({"total": D(1210)}, ["21% more than the period before it (£1,000.00)."]),
        ({"total": D(790)}, ["21% less than the period before it (£1,000.00)."]),
        ({"vat": D("12.50")}, ["It claims £12.50 of VAT: look at the VAT invoice."]),
        ({"waits": D("5.00")}, ["£5.00 of its period waits for somebody, and is not in it."]),
        ({"moved": True}, ["Something has changed since it was submitted: the next invoice puts it right."]),
        ({"total": D(-5), "before": None}, ["It is below zero: a credit note by itself."]),
    ],
)
def test_what_is_worth_a_look(words: dict[str, Any], said: list[str]) -> None:
    assert list(remarks(**PLAIN | words)) == said


def test_everything_is_told_at_once() -> None:
    assert len(remarks(D(-100), D(5), D(50), D(5), moved=True)) == 5
