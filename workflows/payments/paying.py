"""The file that finance pays from (domain.md §7): the council's mapping, control totals, and its hash.

It is made once, of what has just been finalised, and kept as it is: whatever changes afterwards (a rate, a name, the
profile), the same bytes are given out, and what is given out is held against their hash.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Q, QuerySet

from workflows.council.payment_files import FileColumn, PaymentFile
from workflows.council.payments import Payments
from workflows.engine.errors import Refused
from workflows.engine.tabular import safe
from workflows.register.models import CarePackageLine

from .models import PaymentLine, PaymentRun, ScheduledPayment

RELATED = ("line__client", "line__service", "line__service_level")
CONTROL = "CONTROL"
NONE = Decimal(0)
#: Which rows of a payment count (generating.SUM): not those that were held out, nor by hand and never approved.
COUNTS = Q(held_out_at=None) & (~Q(kind=PaymentLine.Kind.MANUAL) | Q(approved_by__isnull=False))
#: What is said of the part of a debt that a payment takes off what it pays.
CARRIED = "Carried from an earlier period"


@dataclass(frozen=True, slots=True)
class Made:
    """A payment file: its bytes, and its control totals."""

    content: bytes
    rows: int
    net: Decimal
    vat: Decimal

    @property
    def sha256(self) -> str:
        """The hash of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the file before it is mapped: a line of a payment, what was carried, or (rows = "payment") all of it."""

    payment: ScheduledPayment
    line: PaymentLine | None
    first: date
    last: date
    description: str
    net: Decimal
    vat: Decimal

    @property
    def own(self) -> CarePackageLine | None:
        """The care package line that it is about."""
        return self.line.line if self.line else None


def made(run: PaymentRun, module: Payments) -> Made:
    """Make the payment file of a finalised run; Refused when the profile says none, or it would not add up."""
    if module.file is None:
        raise Refused("The council's profile does not say how its payment file looks.", "no_mapping")
    if run.finalised_at is None:
        raise Refused("Only a finalised run has a payment file.", "not_finalised")
    file, rows, net, vat = module.file, [], NONE, NONE
    readers = [_reader(each, run, module, file) for each in file.columns]
    for entry in _entries(run, file):
        rows.append([read(entry) for read in readers])
        net, vat = net + entry.net, vat + entry.vat
    if (net, vat) != (run.excl, run.vat):
        raise Refused("The file would not add up to the run. Tell the helpdesk.", "sums")
    return Made(_written(file, rows, net, vat), len(rows), net, vat)


def keep(run: PaymentRun, module: Payments, now: Any) -> None:
    """Make the file and keep it with the run."""
    found = made(run, module)
    run.file.save(f"payment-run-{run.number}.csv", ContentFile(found.content), save=False)
    run.file_rows, run.file_sha256, run.file_made_at = found.rows, found.sha256, now
    run.save(update_fields=["file", "file_rows", "file_sha256", "file_made_at"])


def file_of(run: PaymentRun) -> bytes:
    """The payment file of a run, as it was made; Refused when there is none, or it is not what was made."""
    if not run.file:
        raise Refused("There is no payment file of this run.", "no_file")
    with run.file.open("rb") as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != run.file_sha256:
        raise Refused("The file is not the one that was made. Do not send it, and tell the helpdesk.", "differs")
    return content


def paid_lines(payments: Any) -> QuerySet[PaymentLine]:
    """The rows of payments that count."""
    return PaymentLine.objects.filter(COUNTS, payment__in=payments)


def _entries(run: PaymentRun, file: PaymentFile) -> Iterator[Entry]:
    """The rows of a run in the order of its payments; what pays nothing is not in the file."""
    payments = ScheduledPayment.objects.filter(run=run.pk, payable__gt=0).order_by("pk")
    by_id = {each.pk: each for each in payments.select_related("case", "contract__organisation")}
    if file.rows == "payment":
        for each in by_id.values():
            net = each.payable - each.payable_vat
            yield Entry(each, None, each.first, each.last, "Scheduled payment", net, each.payable_vat)
        return
    rows = paid_lines(list(by_id)).select_related(*RELATED).defer("worth", "causes").order_by("payment_id", "pk")
    before: ScheduledPayment | None = None
    for line in rows.iterator(chunk_size=2_000):
        if before is not None and before.pk != line.payment_id:
            yield from _carried(before)
        before = by_id[line.payment_id]
        what = f"{line.line.service_level.name}, {PaymentLine.Kind(line.kind).label}"
        yield Entry(before, line, line.first, line.last, what, line.excl, line.vat)
    if before is not None:
        yield from _carried(before)


def _carried(payment: ScheduledPayment) -> Iterator[Entry]:
    """What an earlier period below zero takes off this one (carrying.py)."""
    if payment.carried_in:
        vat = payment.carried_in_vat
        yield Entry(payment, None, payment.first, payment.last, CARRIED, payment.carried_in - vat, vat)


#: What stands in a column of a row, by the field of its mapping, where the row alone says it.
FIELDS: Mapping[str, Callable[[Entry], Any]] = {
    "supplier": lambda row: row.payment.contract.organisation.reference,
    "supplier_name": lambda row: row.payment.contract.organisation.name,
    "contract": lambda row: row.payment.contract.reference,
    "payment": lambda row: row.payment.case.reference,
    "purchase_order": lambda row: row.own.reference if row.own else "",
    "client": lambda row: row.own.client.ss_ref if row.own else "",
    "service": lambda row: row.own.service.name if row.own else "",
    "description": lambda row: row.description,
    "net": lambda row: row.net,
    "vat": lambda row: row.vat,
    "total": lambda row: row.net + row.vat,
    "line": lambda row: row.line.pk if row.line else f"{row.payment.case.reference}-C",
}


def _reader(column: FileColumn, run: PaymentRun, module: Payments, file: PaymentFile) -> Callable[[Entry], Any]:
    """What stands in a column of a row."""
    others: Mapping[str, Callable[[Entry], Any]] = {
        "period_first": lambda row: row.first.strftime(file.dates),
        "period_last": lambda row: row.last.strftime(file.dates),
        "pay_on": lambda _: run.pay_on.strftime(file.dates),
        "run": lambda _: run.number,
        "vat_percent": lambda row: percent(row, module),
        "vat_code": lambda row: _vat_code(file, percent(row, module)),
        "code": lambda row: _code(file, column.value, row.own),
        "fixed": lambda _: column.value,
    }
    return FIELDS.get(column.field) or others[column.field]


def percent(entry: Entry, module: Payments) -> Decimal:
    """The percentage of VAT of a row: of those that the council has, the one that its amounts come closest to."""
    if not entry.vat or not entry.net:
        return Decimal("0.00")
    found = 100 * entry.vat / entry.net
    known = {each.percent for each in module.vat} or {found.quantize(Decimal("0.01"))}
    return min(sorted(known), key=lambda each: abs(each - found)).quantize(Decimal("0.01"))


def _vat_code(file: PaymentFile, rate: Decimal) -> str:
    return next((each.code for each in file.vat_codes if each.percent == rate), "")


def _code(file: PaymentFile, key: str, own: CarePackageLine | None) -> str:
    codes = next(each for each in file.codes if each.key == key)
    if own is None:
        return codes.default
    group = codes.service_groups.get(own.service.group, codes.default)
    return codes.service_levels.get(own.service_level.key, group)


def _written(file: PaymentFile, rows: Sequence[Sequence[Any]], net: Decimal, vat: Decimal) -> bytes:
    """The bytes: headings, rows, control totals; nothing in them runs as a formula where a spreadsheet opens it."""
    control: list[Any] = [CONTROL, len(rows), net, vat, net + vat]
    before: list[Any] = [control] if file.control == "first_row" else []
    after: list[Any] = [control] if file.control == "last_row" else []
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=file.separator, lineterminator="\r\n")
    headings = [each.header for each in file.columns]
    for row in (*before, headings, *rows, *after):
        writer.writerow([safe(each) if isinstance(each, str) else each for each in row])
    return out.getvalue().encode("utf-8")
