"""The file that finance pays from: made of finalised rows alone, so that it is the same bytes each time (domain.md §7).

Its columns are the profile's. The last row holds the control totals: how many rows, and their sums.
"""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q

from workflows.council.payments import FileColumn, PaymentFile, Payments
from workflows.engine.errors import Refused

from .models import PaymentLine, PaymentRun

RELATED = (
    "payment__case", "payment__contract__organisation", "line__client", "line__service", "line__service_level",
)  # fmt: skip


def file_of(run: PaymentRun, module: Payments) -> bytes:
    """The payment file of a finalised run; Refused when the profile says none, or the run is not finalised."""
    if module.file is None:
        raise Refused("The council's profile does not say how its payment file looks.", "no_mapping")
    if run.finalised_at is None:
        raise Refused("Only a finalised run has a payment file.", "not_finalised")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=module.file.separator, lineterminator="\r\n")
    writer.writerow([each.header for each in module.file.columns])
    count, net, vat = 0, Decimal(0), Decimal(0)
    for line in lines_of(run):
        writer.writerow([_cell(each, line, run, module.file) for each in module.file.columns])
        count, net, vat = count + 1, net + line.excl, vat + line.vat
    writer.writerow(["CONTROL", count, net, vat, net + vat])
    return out.getvalue().encode("utf-8")


def lines_of(run: PaymentRun) -> Iterator[PaymentLine]:
    """The rows of a run in the order of their payments: those that were held out, or never approved, are not paid."""
    rows = PaymentLine.objects.filter(payment__run=run.pk, payment__payable__gt=0, held_out_at=None)
    rows = rows.filter(~Q(kind=PaymentLine.Kind.MANUAL) | Q(approved_by__isnull=False))
    return rows.select_related(*RELATED).order_by("payment_id", "pk").iterator(chunk_size=2_000)


def _cell(column: FileColumn, line: PaymentLine, run: PaymentRun, file: PaymentFile) -> Any:
    payment, own = line.payment, line.line
    values = {
        "supplier": payment.contract.organisation.reference,
        "supplier_name": payment.contract.organisation.name,
        "contract": payment.contract.reference,
        "purchase_order": own.reference,
        "client": own.client.ss_ref,
        "service": own.service.name,
        "period_first": line.first.strftime(file.dates),
        "period_last": line.last.strftime(file.dates),
        "description": f"{own.service_level.name}, {PaymentLine.Kind(line.kind).label}",
        "net": line.excl,
        "vat": line.vat,
        "vat_percent": rounded_percent(line),
        "total": line.total,
        "pay_on": run.pay_on.strftime(file.dates),
        "run": run.number,
        "line": line.pk,
        "fixed": column.value,
    }
    found = values[column.field]
    return safe(found) if isinstance(found, str) else found


def rounded_percent(line: PaymentLine) -> Decimal:
    """The percentage of VAT of a row, as its amounts have it."""
    return (100 * line.vat / line.excl).quantize(Decimal("0.01")) if line.excl else Decimal("0.00")


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
