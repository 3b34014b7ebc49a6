"""The readers of scheduled payments, already scoped to who asks.

A provider's person sees a payment from its `visible_from` on; with reach to some services only, they see the lines of
those and no total of the contract (`Page.whole`). What else is read stands beside: desk.py, run_selectors.py.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum

from workflows.contracts.selectors import Summary
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Case, Content, Task
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

from .acting import profile
from .flow import ScheduledPaymentFlow
from .models import Confirmation, PaymentLine, PaymentMethod, Rejected, ScheduledPayment

FUNCTION = ScheduledPaymentFlow.function
KIND = ScheduledPaymentFlow.kind
ZERO = Decimal("0.00")
#: How the lines of a payment are ordered: by client, as the handbook lists them.
BY_CLIENT = ("client__surname", "client__forename", "id")
#: What the lines of a payment can be narrowed to.
SHOWN = {
    "not_paid": "Not paid in full",
    "adjusted": "With an adjustment",
    "rejected": "Rejected",
}
MINE = "mine"


@dataclass(frozen=True, slots=True)
class Paid:
    """What one care package line is paid in one payment: for the period itself, and by what is put right with it."""

    line: CarePackageLine
    rows: tuple[PaymentLine, ...]

    @property
    def counted(self) -> list[PaymentLine]:
        """The rows that are part of the payment: not held out, and approved where they were written by hand."""
        return [each for each in self.rows if counts(each)]

    @property
    def excl(self) -> Decimal:
        """Without VAT."""
        return sum((each.excl for each in self.counted), ZERO)

    @property
    def vat(self) -> Decimal:
        """The VAT."""
        return sum((each.vat for each in self.counted), ZERO)

    @property
    def total(self) -> Decimal:
        """What the line adds to the payment."""
        return self.excl + self.vat

    @property
    def not_paid(self) -> Decimal:
        """What of the period is not paid: it waits or is not due, or was held out."""
        held = (each.total for each in self.rows if each.held_out_at is not None)
        return sum((each.not_paid for each in self.rows), ZERO) + sum(held, ZERO)

    @property
    def waiting(self) -> bool:
        """Whether some of it waits for somebody."""
        return any(each.waiting or each.held_out_at is not None for each in self.rows)


def counts(row: PaymentLine) -> bool:
    """Whether a row is part of its payment (generating.SUM)."""
    by_hand = row.kind == PaymentLine.Kind.MANUAL
    return row.held_out_at is None and (not by_hand or row.approved_by_id is not None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of payments is narrowed by (norfolk-handbook §10: the financial year and the contract)."""

    year: str = ""
    contract_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the lines of a payment are narrowed by."""

    client_id: int | None = None
    service_id: int | None = None
    shown: str = ""

    @property
    def some(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Options:
    """The financial years and contracts of which this person sees payments."""

    years: Sequence[str]
    contracts: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """A payment with what its page says besides its lines. `whole`: this person sees all of the contract."""

    payment: ScheduledPayment
    turn: int | None
    whole: bool
    lines: int
    seen: Decimal  # the sum of the lines that this person sees
    rejections: Sequence[Rejected] = field(default=())

    @property
    def open_rejections(self) -> list[Rejected]:
        """What the provider said is wrong and the council has not answered."""
        return [each for each in self.rejections if each.answer == Rejected.Answer.OPEN]


def cases(actor: Actor) -> QuerySet[Case]:
    """The scheduled payments that this person may read as a whole; NotFound where the council has none."""
    profile()
    rows = engine.cases(actor, FUNCTION).filter(kind=KIND)
    return rows.filter(scheduled_payment__visible_from__lte=moment.today()) if actor.is_provider else rows


def readable(actor: Actor) -> QuerySet[ScheduledPayment]:
    """The payments that this person sees something of."""
    if not actor.is_provider or reach(actor) is None:
        rows = ScheduledPayment.objects.filter(case__in=cases(actor))
    else:
        profile()
        own = Case.objects.filter(kind=KIND, organisation=actor.organisation_id, sensitivity="")
        mine = PaymentLine.objects.filter(payment=OuterRef("pk"), line__service__in=reach(actor) or ())
        rows = ScheduledPayment.objects.filter(Exists(mine), case__in=own, visible_from__lte=moment.today())
    return rows.filter(generated_at__isnull=False) if actor.is_provider else rows


def reach(actor: Actor) -> frozenset[int] | None:
    """The services whose lines this person sees; None: all."""
    return actor.services_for(FUNCTION) if actor.is_provider else None


def may_answer(actor: Actor) -> bool:
    """Whether this person confirms and rejects: where the council asks for it, and for the whole provider."""
    return profile().review == "confirm" and actor.is_provider and actor.services_for(FUNCTION, "edit") is None


def options(actor: Actor) -> Options:
    """The years, the newest first, and the contracts, by name, among which this person chooses."""
    columns = ("financial_year", "contract_id", "contract__title", "contract__reference")
    rows = list(readable(actor).order_by().values_list(*columns).distinct())
    names = {pk: title or reference for _, pk, title, reference in rows}
    return Options(
        sorted({year for year, *_ in rows}, reverse=True), sorted(names.items(), key=lambda each: (each[1], each[0]))
    )


def periods(actor: Actor, asked: Asked) -> list[ScheduledPayment]:
    """The payments of a year and a contract, the newest first; each has `seen`, what this person sees of it."""
    rows = readable(actor)
    if asked.year:
        rows = rows.filter(financial_year=asked.year)
    if asked.contract_id is not None:
        rows = rows.filter(contract=asked.contract_id)
    return list(_seen(rows, actor).select_related("case", "contract").order_by("-first", "contract__title", "pk"))


def page(actor: Actor, case_id: int) -> Page:
    """One payment; NotFound when it does not exist for this person."""
    own = PaymentLine.objects.filter(payment=OuterRef("pk"), **_own(actor)).order_by().values("payment")
    turn = Task.objects.filter(process=OuterRef("pk"), finished__isnull=True).order_by("pk").values("pk")[:1]
    related = ("case__organisation", "case__holder_team", "contract", "method", "comments", "confirmed_by", "debt")
    rows = _seen(readable(actor), actor).select_related(*related)
    payment: Any = (
        rows.annotate(
            turn=Subquery(turn), lines_seen=Subquery(own.annotate(n=Count("line", distinct=True)).values("n"))
        )
        .filter(pk=case_id)
        .first()
    )
    if payment is None:
        raise NotFound
    said = Rejected.objects.filter(payment=case_id, **_own(actor)).select_related("line__client", "why", "by")
    return Page(
        payment, payment.turn, reach(actor) is None, payment.lines_seen or 0, payment.seen, list(said.order_by("pk"))
    )


def lines(actor: Actor, case_id: int, filters: Filters) -> QuerySet[CarePackageLine, dict[str, Any]]:
    """The lines of a payment whose reader is checked, as plain rows for `page_by_key` with `BY_CLIENT`."""
    mine = PaymentLine.objects.filter(payment=case_id, line=OuterRef("pk"))
    wrong = Rejected.objects.filter(payment=case_id, answer=Rejected.Answer.OPEN, line=OuterRef("pk"))
    narrowed = {
        "not_paid": Exists(mine.filter(Q(not_paid__gt=0) | Q(held_out_at__isnull=False))),
        "adjusted": Exists(mine.exclude(kind=PaymentLine.Kind.SCHEDULED)),
        "rejected": Exists(wrong),
    }
    rows = CarePackageLine.objects.filter(Exists(mine))
    if (services := reach(actor)) is not None:
        rows = rows.filter(service__in=services)
    if filters.client_id is not None:
        rows = rows.filter(client=filters.client_id)
    if filters.service_id is not None:
        rows = rows.filter(service=filters.service_id)
    if filters.shown:
        rows = rows.filter(narrowed[filters.shown])
    listed: QuerySet[CarePackageLine, dict[str, Any]] = rows.values(*BY_CLIENT, "client_id", "client__ss_ref")
    return listed


def paid(case_id: int, line_ids: Collection[int]) -> list[Paid]:
    """What these lines are paid in a payment, in the order of `line_ids`; the caller has scoped them."""
    related = (
        "line__client", "line__service", "line__service_level", "line__contract", "about", "held_out_why",
        "held_out_by", "note", "written_by", "approved_by",
    )  # fmt: skip
    rows = PaymentLine.objects.filter(payment=case_id, line__in=line_ids).select_related(*related)
    by_line: dict[int, list[PaymentLine]] = defaultdict(list)
    for each in sorted(rows, key=_of_line):
        by_line[each.line_id].append(each)
    return [Paid(by_line[each][0].line, tuple(by_line[each])) for each in line_ids if each in by_line]


def people(actor: Actor, case_id: int) -> list[tuple[int, str, int, str]]:
    """(client, name, service, its name) of the lines of a payment, for its filter."""
    rows = lines(actor, case_id, Filters()).order_by(*BY_CLIENT)
    columns = ("client_id", "client__surname", "client__forename", "service_id", "service__name")
    return [(pk, f"{surname}, {forename}", s, name) for pk, surname, forename, s, name in rows.values_list(*columns)]


def names(actor: Actor, case_id: int) -> list[tuple[int, str]]:
    """(line, whose it is) of a payment's own lines, for the form that rejects."""
    scheduled = PaymentLine.objects.filter(payment=case_id, line=OuterRef("pk"), kind=PaymentLine.Kind.SCHEDULED)
    rows = lines(actor, case_id, Filters()).filter(Exists(scheduled)).order_by(*BY_CLIENT)
    columns = ("id", "client__surname", "client__forename", "client__ss_ref", "reference")
    found = list(rows.values_list(*columns))
    clients = [ref for *_, ref, _ in found]
    return [
        (pk, f"{surname}, {forename} ({ref})" + (f", {reference}" if clients.count(ref) > 1 else ""))
        for pk, surname, forename, ref, reference in found
    ]


def to_answer(actor: Actor) -> QuerySet[ScheduledPayment]:
    """The payments that this person can still confirm or reject before their cut-off."""
    if current().payments is None or not may_answer(actor):
        return ScheduledPayment.objects.none()
    return readable(actor).filter(
        confirmation=Confirmation.UNCONFIRMED, finalised_at__isnull=True, cut_off__gte=moment.today()
    )


def next_paid(actor: Actor) -> ScheduledPayment | None:
    """The payment that is paid next, with what this person sees of it; None when there is none."""
    rows = readable(actor).filter(paid_at__isnull=True, pay_on__gte=moment.today())
    return _seen(rows, actor).select_related("case", "contract").order_by("pay_on", "pk").first()


def summary(rows: QuerySet[ScheduledPayment]) -> Summary:
    """How many payments, what they come to, and the first cut-off as a day in `due_at`'s place is not known here."""
    found = rows.order_by().aggregate(number=Count("pk"), sum=Sum("payable"), first=Min("cut_off"))
    return Summary(found["number"], found["sum"] or ZERO, found["first"])


def method_words(method: PaymentMethod) -> str:
    """`Scheduled (Pay on actuals: Never) 09/04/2018 Four-weekly Net` (norfolk-handbook §8)."""
    calendar = profile().calendar(method.calendar)
    on_actuals = "Always" if method.on_actuals else "Never"
    net = "Net" if method.net else "Gross"
    return f"Scheduled (Pay on actuals: {on_actuals}) {method.start:%d/%m/%Y} {calendar.name} {net}"


def text_of(words: Content | None) -> str:
    """What somebody wrote; an erased text says so, and none is empty."""
    if words is None:
        return ""
    return "(erased)" if words.erased_at is not None else words.text


def _own(actor: Actor) -> dict[str, Any]:
    services = reach(actor)
    return {} if services is None else {"line__service__in": services}


def _seen(rows: QuerySet[ScheduledPayment], actor: Actor) -> QuerySet[ScheduledPayment]:
    """Each with `seen`: the payment's total, or the sum of the lines of this person's services."""
    if reach(actor) is None:
        return rows.annotate(seen=F("total"))
    own = PaymentLine.objects.filter(payment=OuterRef("pk"), held_out_at=None, **_own(actor))
    own = own.filter(~Q(kind=PaymentLine.Kind.MANUAL) | Q(approved_by__isnull=False))
    return rows.annotate(seen=Subquery(own.order_by().values("payment").annotate(s=Sum("total")).values("s")))


def _of_line(row: PaymentLine) -> tuple[int, Any, int]:
    """The period itself first, then what is put right by the period it is about, then what was written by hand."""
    kinds = [PaymentLine.Kind.SCHEDULED, PaymentLine.Kind.ADJUSTMENT, PaymentLine.Kind.MANUAL]
    return (kinds.index(PaymentLine.Kind(row.kind)), row.about.first if row.about else row.first, row.pk)


def sums(found: Iterable[Paid]) -> Decimal:
    """What lines come to together."""
    return sum((each.total for each in found), ZERO)
