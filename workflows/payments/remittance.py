"""The remittance advice: what a finalised payment pays, client by client (norfolk-handbook §8, suffolk-user-guide §5).

It is made of finalised rows alone, so it says the same whenever it is read again. A provider's person sees it with
reports or with scheduled payments; with reach to some services, the lines of those and no total of the contract.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

from .acting import profile
from .models import PaymentLine, ScheduledPayment
from .rules import State
from .selectors import FUNCTION, KIND, counts, method_words, text_of

REPORTS = "reports"
ZERO = Decimal("0.00")
RELATED = (
    "line__client", "line__service", "line__service_level", "about", "held_out_why", "note", "one_off",
)  # fmt: skip
#: How its lines stand: service by service, client by client, as the handbook prints them.
ORDER = ("line__service__name", "line__service", "line__client__surname", "line__client__forename", "line__client",
         "line", "first", "pk")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One amount: what for, of which days, and the sentences that explain it."""

    cost: str  # the handbook's column "Cost/ Income"
    reason: str
    first: date
    last: date
    excl: Decimal
    vat: Decimal
    because: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """With VAT."""
        return self.excl + self.vat


@dataclass(frozen=True, slots=True)
class Account:
    """One care package line of a client: `Kent, Karl (2750571) - 2018/2019 (ID 219165)`."""

    line: CarePackageLine
    year: str
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """Whose it is, the financial year, and which line."""
        return f"{person(self.line)} - {self.year} (ID {self.line.reference})"


@dataclass(frozen=True, slots=True)
class Client:
    """What one client's lines at a service are paid."""

    client_id: int
    name: str
    accounts: tuple[Account, ...]

    @property
    def total(self) -> Decimal:
        """Total for Client."""
        return sum((row.total for each in self.accounts for row in each.rows), ZERO)


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its clients."""

    name: str
    clients: tuple[Client, ...]

    @property
    def total(self) -> Decimal:
        """What its clients' lines come to."""
        return sum((each.total for each in self.clients), ZERO)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A line that was held out: it is not in the payment."""

    line: CarePackageLine
    first: date
    last: date
    total: Decimal
    why: str
    since: Any
    put_back: bool

    @property
    def name(self) -> str:
        """Whose it is."""
        return person(self.line)


@dataclass(frozen=True, slots=True)
class Advice:
    """A remittance advice as one person may read it. `whole`: with the totals of the contract."""

    payment: ScheduledPayment
    services: tuple[Service, ...]
    held_out: tuple[HeldOut, ...]
    whole: bool

    @property
    def reference(self) -> str:
        """Of the payment: the only thing that names it in files and addresses."""
        return str(self.payment.case.reference)

    @property
    def method(self) -> str:
        """`Scheduled (Pay on actuals: Never) 09/04/2018 Four-weekly Net`."""
        return method_words(self.payment.method)

    @property
    def partly(self) -> bool:
        """Whether something was held out when it was finalised (§8 "* Partially finalised payment periods")."""
        return bool(self.held_out) or self.payment.case.state == State.PARTLY

    @property
    def total(self) -> Decimal:
        """What the lines that are shown come to."""
        return sum((each.total for each in self.services), ZERO)

    @property
    def vat(self) -> Decimal:
        """The VAT in it."""
        rows = (row for each in self.services for client in each.clients for own in client.accounts for row in own.rows)
        return sum((row.vat for row in rows), ZERO)

    @property
    def clients(self) -> set[int]:
        """Who is named."""
        named = {client.client_id for each in self.services for client in each.clients}
        return named | {each.line.client_id for each in self.held_out}


def may_read(actor: Actor) -> bool:
    """Whether there are remittance advices for this person at all."""
    if actor.is_provider:
        return actor.may(REPORTS) or actor.may(FUNCTION)
    return KIND in actor.reads


def reach(actor: Actor) -> frozenset[int] | None:
    """The services whose lines this person sees; None: all."""
    if not actor.is_provider:
        return None
    found = [actor.services_for(each) for each in (REPORTS, FUNCTION)]
    return None if None in found else frozenset().union(*(each for each in found if each))


def readable(actor: Actor) -> QuerySet[ScheduledPayment]:
    """The finalised payments of which this person sees something; NotFound where the council has none."""
    profile()
    rows = ScheduledPayment.objects.filter(finalised_at__isnull=False)
    if not actor.is_provider:
        return rows.filter(case__in=engine.cases(actor).filter(kind=KIND))
    if not may_read(actor):
        return rows.none()
    own = rows.filter(case__in=Case.objects.filter(kind=KIND, organisation=actor.organisation_id, sensitivity=""))
    services = reach(actor)
    if services is None:
        return own
    return own.filter(Exists(PaymentLine.objects.filter(payment=OuterRef("pk"), line__service__in=services)))


def periods(actor: Actor) -> list[ScheduledPayment]:
    """The finalised payments, the newest first, with what a picker says of them."""
    rows = readable(actor).select_related("case", "contract", "method")
    return list(rows.order_by("-first", "contract__reference", "pk"))


def advice(actor: Actor, payment_id: int) -> Advice:
    """One remittance advice; NotFound unless it is finalised and this person's to read."""
    rows = readable(actor).select_related("case__organisation", "contract", "method", "transfer")
    payment = rows.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    services = reach(actor)
    lines = PaymentLine.objects.filter(payment=payment).select_related(*RELATED).defer("worth").order_by(*ORDER)
    if services is not None:
        lines = lines.filter(line__service__in=services)
    found = list(lines)
    held = tuple(_held(each) for each in found if each.held_out_at is not None)
    counted = [each for each in found if counts(each)]
    return Advice(payment, _services(counted, payment.financial_year), held, services is None)


def person(line: CarePackageLine) -> str:
    """`Kent, Karl (2750571)`."""
    return f"{line.client} ({line.client.ss_ref})"


def _services(lines: Sequence[PaymentLine], year: str) -> tuple[Service, ...]:
    by_service = groupby(lines, key=lambda each: (each.line.service_id, each.line.service.name))
    return tuple(Service(name, _clients([*own], year)) for (_, name), own in by_service)


def _clients(lines: Sequence[PaymentLine], year: str) -> tuple[Client, ...]:
    found = []
    for client_id, own in groupby(lines, key=lambda each: each.line.client_id):
        accounts = _accounts([*own], year)
        found.append(Client(client_id, person(accounts[0].line), accounts))
    return tuple(found)


def _accounts(lines: Sequence[PaymentLine], year: str) -> tuple[Account, ...]:
    """Line by line and year by year: what is put right stands under the year of the period that it is about."""

    def key(each: PaymentLine) -> tuple[int, str]:
        return each.line_id, each.about.financial_year if each.about else year

    found = []
    for (_, of_year), group in groupby(sorted(lines, key=key), key=key):
        own = [*group]
        found.append(Account(own[0].line, of_year, tuple(_row(each) for each in own)))
    return tuple(found)


def _row(line: PaymentLine) -> Row:
    level = line.line.service_level
    what = f"{level.name} ({level.unit}), {level.contract_type.upper()}. {PaymentLine.Kind(line.kind).label}"
    cost = "Cost" if line.total >= 0 else "Income"
    return Row(cost, what, line.first, line.last, line.excl, line.vat, tuple(_because(line)))


def _because(line: PaymentLine) -> Iterable[str]:
    """What an adjustment is because of: the causes as they were told, or the words of whoever wrote it."""
    if line.kind == PaymentLine.Kind.ADJUSTMENT:
        return [str(each["words"]) for each in line.causes]
    if line.one_off is not None:
        return [line.one_off.words]
    return [text] if (text := text_of(line.note)) else []


def _held(line: PaymentLine) -> HeldOut:
    return HeldOut(
        line=line.line,
        first=line.first,
        last=line.last,
        total=line.total,
        why=text_of(line.held_out_why),
        since=line.held_out_at,
        put_back=line.put_back_at is not None,
    )
