"""The month-end board: what is ready and blocked of a run, its list and its files, and who may see them."""

from collections.abc import Iterator
from csv import reader
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests import factories as make
from tests.paying import WITHIN, handbook, oasis
from workflows.engine import moment
from workflows.payments.models import PaymentLine

from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def norfolk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, handbook(patch), moment.at(WITHIN):
        yield


def test_a_line_that_was_held_out_is_blocked_and_told_everywhere_alike() -> None:
    place = oasis()
    payment = place.opened()
    held = PaymentLine.objects.filter(payment=payment).order_by("pk")[0]
    officer = make.staff_user("payments_residential")
    PaymentLine.objects.filter(pk=held.pk).update(held_out_at=WITHIN, held_out_by=officer)
    lead = sign_in(make.staff_user("payments_residential", role="manager"))
    board = reverse("council:month_end")
    said = text(lead.get(board))
    pounds = f"£{held.total:,.2f}"
    for words in ("Line held out by hand", pounds, "Payments Team - Residential", "Thursday 19 April 2018, 17:00"):
        assert words in said, words

    rows = list(
        reader(lead.get(reverse("council:month_end_file", args=["csv"])).content.decode("utf-8-sig").splitlines())
    )
    (row,) = [each for each in rows if each and each[0] == "Line held out by hand"]
    assert Decimal(row[-1]) == held.total
    sheets = load_workbook(BytesIO(b"".join(lead.get(reverse("council:month_end_file", args=["xlsx"])))))
    cells = {cell for sheet in sheets for line in sheet.iter_rows(values_only=True) for cell in line}
    assert "Line held out by hand" in cells
    assert pounds in text(lead.get(reverse("council:month_end_list"), {"cause": "held_out"}))

    with CaptureQueriesContext(connection) as asked:
        lead.get(board)
    assert len(asked) <= MOST_QUERIES, [each["sql"][:90] for each in asked.captured_queries]
    assert sign_in(place.user()).get(board).status_code == 404
    assert sign_in(make.staff_user("payments_residential")).get(board).status_code == 403
