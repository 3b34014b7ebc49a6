"""A remittance advice on screen and as a file (norfolk-handbook §8, suffolk-user-guide §5 "Remittance Advice").

The sides differ in their addresses only; whose it is, and how much of it, workflows.payments.remittance knows.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import reverse

from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.engine.calendar import LONDON
from workflows.engine.errors import NotFound
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.payments import remittance, remittance_pdf
from workflows.payments.remittance import Advice
from workflows.payments.remittance_words import PARTLY, SHORT, facts, sums

from ..pieces import Row
from ..spreadsheet import Value, workbook
from ..words import money

FILES = {"pdf": "Download as PDF", "xlsx": "Download as a spreadsheet", "csv": "Download as CSV"}
HEADINGS = (
    "Service", "Client", "SSRef", "Financial year", "ID", "Cost/ Income", "Reason for payment", "From", "To",
    "Excl VAT", "VAT", "Amount", "Because",
)  # fmt: skip
CSV = "text/csv; charset=utf-8"
PRINTED = "%d/%m/%Y"


def name() -> str:
    """What the council calls the report."""
    return current().reports.remittance


def context(request: HttpRequest, actor: Actor, payment_id: int, address: str) -> dict[str, Any]:
    """What `web/remittance/advice.html` shows; that it was read is recorded. `address`: of the files."""
    found = remittance.advice(actor, payment_id)
    engine.viewed_clients(actor, "remittance", payment_id, found.clients)
    summary = wants_summary(request)
    asked = "?summary=on" if summary else ""
    return {
        "advice": found,
        "payment": found.payment,
        "summary": summary,
        "facts": [Row(name, text) for name, text in facts(found)],
        "run": f"Scheduled payment: {found.payment.pay_on:{SHORT}}",
        "sums": [(name, money(amount)) for name, amount in sums(found)],
        "partly": PARTLY,
        "files": [(name, reverse(address, args=[payment_id, form]) + asked) for form, name in FILES.items()],
        "toggle": "?" if summary else "?summary=on",
    }


def file(request: HttpRequest, actor: Actor, payment_id: int, form: str) -> FileResponse:
    """The advice as a PDF, a spreadsheet or CSV; that it was taken is recorded. Only the reference names the file."""
    if form not in FILES:
        raise NotFound
    found = remittance.advice(actor, payment_id)
    engine.viewed_clients(actor, f"remittance.{form}", payment_id, found.clients)
    name = f"remittance-{found.reference}.{form}"
    if form == "pdf":
        content = remittance_pdf.render(found, summary=wants_summary(request))
        return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type="application/pdf")
    if form == "csv":
        content = write_csv(_lines(found)).encode()
        return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=CSV)
    return workbook(name, [("Remittance advice", _lines(found)), ("Totals", _totals(found))])


def wants_summary(request: HttpRequest) -> bool:
    """Whether totals alone were asked for (§8 "Summary")."""
    return request.GET.get("summary") == "on"


def _lines(found: Advice) -> Iterator[Sequence[Value]]:
    yield HEADINGS
    for service in found.services:
        for client in service.clients:
            for account in client.accounts:
                own = account.line
                who = (service.name, str(own.client), own.client.ss_ref, account.year, own.reference)
                for row in account.rows:
                    amounts = (row.excl, row.vat, row.total)
                    yield (*who, row.cost, row.reason, row.first, row.last, *amounts, " ".join(row.because))


def _totals(found: Advice) -> Iterator[Sequence[Value]]:
    yield ("What", "Amount", "Why")
    yield from ((name, text, None) for name, text in facts(found))
    yield from ((name, amount, None) for name, amount in sums(found))
    for held in found.held_out:
        since = held.since.astimezone(LONDON)
        yield (f"Held out since {since:{PRINTED}}: {held.name}", held.total, held.why)
