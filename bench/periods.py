"""Working out a period of scheduled payments for all lines, against the plain INSERT ... SELECT of the rows it makes.

The register is that of the data set, each contract paid every four weeks; one line in a hundred begins inside the
period, one in a hundred is suspended in it.
"""

from collections.abc import Callable
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from bench.measure import Prepare, in_turns
from bench.table import Line, against_floor, show
from workflows.council.payments import Payments
from workflows.council.profile import current
from workflows.payments import generating
from workflows.payments.models import ScheduledPayment

GOAL = 3.0
MOST_LINES, MOST_ROUNDS = 100_000, 5
#: The period from Monday 17 February 2025 on, for every contract that has a line.
ADD = """
INSERT INTO payments_paymentmethod (contract_id, start, calendar, net, on_actuals)
SELECT DISTINCT contract_id, date '2018-04-09', 'four_weekly', false, false FROM register_carepackageline;
UPDATE register_carepackageline SET start = '2025-02-19' WHERE mod(id, 100) = 5;
INSERT INTO register_linesuspension (line_id, start, "end")
SELECT id, '2025-02-19', '2025-02-20' FROM register_carepackageline WHERE mod(id, 100) = 6;
INSERT INTO payments_scheduledpayment (case_id, contract_id, method_id, calendar, number, first, last, visible_from,
    cut_off, finalise_on, pay_on, financial_year, confirmation, changed, excl, vat, total, carried_in, carried_in_vat,
    payable, payable_vat, carried_out, carried_out_vat, paid_reference)
SELECT n.id, m.contract_id, m.id, 'four_weekly', 0, '2025-02-17', '2025-03-16', '2025-02-24', '2025-02-27',
    '2025-02-28', '2025-03-03', '2024/2025', 'unconfirmed', true, 0, 0, 0, 0, 0, 0, 0, 0, 0, ''
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM engine_case) n
JOIN (SELECT id, contract_id, row_number() OVER (ORDER BY id) AS place FROM payments_paymentmethod) m USING (place);
ANALYZE payments_paymentmethod, payments_scheduledpayment, register_linesuspension
"""
EMPTY = "TRUNCATE payments_paymentline CASCADE; UPDATE payments_scheduledpayment SET generated_at = NULL"


def run(size: int) -> list[Line]:
    """Measure it; what it adds to the data set is taken back."""
    module = _module()
    with connection.cursor() as cursor:
        cursor.execute(ADD)
        _fill(module)
        cursor.execute("CREATE TABLE bench_periods AS SELECT * FROM payments_paymentline")
        cursor.execute("SELECT count(*) FROM bench_periods")
        lines = cursor.fetchone()[0]
        subjects: list[tuple[str, Prepare]] = [
            ("floor: INSERT ... SELECT of the same rows", _prepared(_floor)),
            ("fill", _prepared(lambda: _fill(module))),
        ]
        found = against_floor(in_turns(subjects, MOST_ROUNDS), size, {"fill": GOAL})
        show(f"Working out a period: {lines:,} lines of {ScheduledPayment.objects.count():,} payments", found)
        cursor.execute(
            f"DROP TABLE bench_periods; {EMPTY}; DELETE FROM payments_scheduledpayment;"
            " DELETE FROM payments_paymentmethod"
        )
    return found


def _module() -> Payments:
    module = current().payments
    if module is None:
        raise LookupError("this council pays nothing here")
    return module.model_copy(update={"go_live": None, "second_person_above": Decimal(0)})


def _fill(module: Payments) -> None:
    generating.fill(list(ScheduledPayment.objects.order_by("pk")), module, now=timezone.now())


def _prepared(what: Callable[[], object]) -> Prepare:
    """Empty the table (not timed), and return what fills it."""

    def prepare() -> Callable[[], object]:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        return what

    return prepare


def _floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO payments_paymentline SELECT * FROM bench_periods")
