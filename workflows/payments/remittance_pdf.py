"""A remittance advice as a tagged PDF: the same bytes whenever it is made again of the same payment."""

from pathlib import Path
from typing import Any

from workflows.council.profile import current
from workflows.engine.calendar import LONDON
from workflows.engine.typeset import pdf
from workflows.register.rules import money

from .remittance import Account, Advice, Client, HeldOut, Row, Service
from .remittance_words import SHORT, facts, sums

TEMPLATE = Path(__file__).with_name("remittance.typ")


def render(advice: Advice, *, summary: bool = False) -> bytes:
    """The PDF. `summary`: the totals of clients and services without their lines (§8 "Summary")."""
    payment, council = advice.payment, current()
    day = (payment.finalised_at or payment.case.created).astimezone(LONDON)
    return pdf(
        TEMPLATE,
        {
            "title": f"Remittance advice {advice.reference}",
            "reference": advice.reference,
            "council": council.name,
            "department": council.department,
            "provider": payment.case.organisation.name,
            "facts": facts(advice),
            "run": f"Scheduled payment: {payment.pay_on:{SHORT}}",
            "summary": summary,
            "services": [_service(each) for each in advice.services],
            "sums": [[name, money(amount)] for name, amount in sums(advice)],
            "held": [_held(each) for each in advice.held_out],
            "year": day.year,
            "month": day.month,
            "day": day.day,
        },
    )


def _service(service: Service) -> dict[str, Any]:
    return {"name": service.name, "clients": [_client(each) for each in service.clients], "total": money(service.total)}


def _client(client: Client) -> dict[str, Any]:
    accounts = [_account(each) for each in client.accounts]
    return {"name": client.name, "accounts": accounts, "total": money(client.total)}


def _account(account: Account) -> dict[str, Any]:
    return {"name": account.name, "rows": [_row(each) for each in account.rows]}


def _row(row: Row) -> dict[str, Any]:
    because = [*row.because, *([f"of which VAT {money(row.vat)}"] if row.vat else [])]
    days = f"{row.first:{SHORT}} to {row.last:{SHORT}}"
    return {"cost": row.cost, "reason": row.reason, "because": because, "days": days, "amount": money(row.total)}


def _held(held: HeldOut) -> list[str]:
    why = f"{held.why} (put back: paid with a later payment)" if held.put_back else held.why
    return [held.name, f"{held.first:{SHORT}} to {held.last:{SHORT}}", why, money(held.total)]
