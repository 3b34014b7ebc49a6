"""The readers of scheduled payments, already scoped to who asks.

A provider's person sees a payment from its `visible_from` on; with reach to some services only, they see the lines of
those and no total of the contract (`Page.whole`). What else is read stands beside: desk.py, run_selectors.py.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.calendar import LONDON, council_calendar
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
#: What tells which years and contracts there are.
CHOICES = ("financial_year", "contract_id", "contract__title", "contract__reference")
#: How the lines of a payment are ordered: by client, as the handbook lists them.
BY_CLIENT = ("client__surname", "client__forename", "id")
OF_WHOM = (
    "id", "reference", "client_id", "client__surname", "client__forename", "client__ss_ref", "service_id",
    "service__name", "own", "not_paid", "adjusted", "rejected",
)  # fmt: skip
#: What the lines of a payment can be narrowed to.
SHOWN = {
    "not_paid": "Not paid in full",
    "adjusted": "With an adjustment",
    "rejected": "Rejected",
}


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
    options: Options
    rejections: Sequence[Rejected] = field(default=())

    @property
    def open_rejections(self) -> list[Rejected]:
        """What the provider said is wrong and the council has not answered."""
        return [each for each in self.rejections if each.answer == Rejected.Answer.OPEN]


def cases(actor: Actor) -> QuerySet[Case]:
    """The scheduled payments that this person may read as a whole; NotFound where the council has none.

    A provider meets what it is paid by invoices among those (workflows.invoices).
    """
    profile()
    rows = engine.cases(actor, FUNCTION).filter(kind=KIND)
    if not actor.is_provider:
        return rows
    return rows.filter(scheduled_payment__visible_from__lte=moment.today(), scheduled_payment__invoiced=False)


def readable(actor: Actor) -> QuerySet[ScheduledPayment]:
    """The payments that this person sees something of."""
    if not actor.is_provider or reach(actor) is None:
        rows = ScheduledPayment.objects.filter(case__in=cases(actor))
    else:
        profile()
        own = Case.objects.filter(kind=KIND, organisation=actor.organisation_id, sensitivity="")
        mine = PaymentLine.objects.filter(payment=OuterRef("pk"), line__service__in=reach(actor) or ())
        rows = ScheduledPayment.objects.filter(
            Exists(mine), case__in=own, visible_from__lte=moment.today(), invoiced=False
        )
    return rows.filter(generated_at__isnull=False) if actor.is_provider else rows


def reach(actor: Actor) -> frozenset[int] | None:
    """The services whose lines this person sees; None: all."""
    return actor.services_for(FUNCTION) if actor.is_provider else None


def may_answer(actor: Actor) -> bool:
    """Whether this person confirms and rejects: where the council asks for it, and for the whole provider."""
    return profile().review == "confirm" and actor.is_provider and actor.services_for(FUNCTION, "edit") is None


def options(actor: Actor) -> Options:
    """The years and contracts among which this person chooses."""
    return _options(readable(actor).order_by().values(*CHOICES).distinct())


def _options(rows: Iterable[Mapping[str, Any]]) -> Options:
    """The years, the newest first, and the contracts, by name."""
    names: dict[int, str] = {}
    years = set()
    for each in rows:
        year, pk, title, reference = (each[name] for name in CHOICES)
        years.add(year)
        names[pk] = title or reference
    return Options(sorted(years, reverse=True), sorted(names.items(), key=lambda each: (each[1], each[0])))


def periods(actor: Actor, asked: Asked) -> list[ScheduledPayment]:
    """The payments of a year and a contract, the newest first; each has `seen`, what this person sees of it."""
    rows = readable(actor)
    if asked.year:
        rows = rows.filter(financial_year=asked.year)
    if asked.contract_id is not None:
        rows = rows.filter(contract=asked.contract_id)
    return list(_seen(rows, actor).select_related("case", "contract").order_by("-first", "contract__title", "pk"))


def page(actor: Actor, case_id: int) -> Page:
    """One payment, in one query (and one more where it was rejected); NotFound when it does not exist for them."""
    own = PaymentLine.objects.filter(payment=OuterRef("pk"), **_own(actor)).order_by().values("payment")
    counted = own.annotate(n=Count("line", distinct=True)).values("n")
    turn = Task.objects.filter(process=OuterRef("pk"), finished__isnull=True).order_by("pk").values("pk")[:1]
    every = readable(actor).order_by().values(row=JSONObject(**{name: name for name in CHOICES})).distinct()
    related = ("case__organisation", "case__holder_team", "contract", "method", "comments", "confirmed_by", "debt")
    rows = _seen(readable(actor), actor).select_related(*related)
    found: Any = rows.annotate(turn=Subquery(turn), lines_seen=Subquery(counted), choices=ArraySubquery(every))
    payment = found.filter(pk=case_id).first()
    if payment is None:
        raise NotFound
    return Page(
        payment=payment,
        turn=payment.turn,
        whole=reach(actor) is None,
        lines=payment.lines_seen or 0,
        seen=payment.seen or ZERO,
        options=_options(payment.choices),
        rejections=_rejections(actor, payment),
    )


def _rejections(actor: Actor, payment: ScheduledPayment) -> list[Rejected]:
    """What the provider said is wrong, and what became of it; once they confirm the payment, nothing is."""
    if payment.confirmation != Confirmation.REJECTED:
        return []
    rows = Rejected.objects.filter(payment=payment, **_own(actor)).exclude(answer=Rejected.Answer.WITHDRAWN)
    return list(rows.select_related("line__client", "why", "by").order_by("pk"))


def paid(case_id: int, line_ids: Collection[int]) -> list[Paid]:
    """What these lines are paid in a payment, in the order of `line_ids`; the caller has scoped them."""
    related = (
        "line__client", "line__service", "line__service_level", "line__contract", "about", "held_out_why",
        "held_out_by", "note", "written_by", "approved_by", "one_off",
    )  # fmt: skip
    rows = PaymentLine.objects.filter(payment=case_id, line__in=line_ids).select_related(*related)
    by_line: dict[int, list[PaymentLine]] = defaultdict(list)
    for each in sorted(rows, key=_of_line):
        by_line[each.line_id].append(each)
    return [Paid(by_line[each][0].line, tuple(by_line[each])) for each in line_ids if each in by_line]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a line of a payment is, and where; `scheduled`: it is paid for the period itself, so it can be wrong."""

    line_id: int
    reference: str
    client_id: int
    client: str
    ss_ref: str
    service_id: int
    service: str
    scheduled: bool
    shown: frozenset[str]  # of SHOWN: what the line is found by

    def matches(self, filters: Filters) -> bool:
        """Whether it is one that is asked for."""
        asked = ((filters.client_id, self.client_id), (filters.service_id, self.service_id))
        same = all(wanted is None or wanted == own for wanted, own in asked)
        return same and (not filters.shown or filters.shown in self.shown)


def people(actor: Actor, case_id: int) -> list[Whose]:
    """Whose the lines of a payment are, by client: for its pages, its filter, and the form that rejects."""
    return whose(case_id, reach(actor))


def whose(case_id: int, services: frozenset[int] | None = None) -> list[Whose]:
    """Whose the lines of a payment are, by client, of these services or of all; the caller has scoped the payment."""
    mine = PaymentLine.objects.filter(payment=case_id, line=OuterRef("pk"))
    wrong = Rejected.objects.filter(payment=case_id, answer=Rejected.Answer.OPEN, line=OuterRef("pk"))
    rows = CarePackageLine.objects.filter(Exists(mine))
    if services is not None:
        rows = rows.filter(service__in=services)
    rows = rows.annotate(
        own=Exists(mine.filter(kind=PaymentLine.Kind.SCHEDULED)),
        not_paid=Exists(mine.filter(Q(not_paid__gt=0) | Q(held_out_at__isnull=False))),
        adjusted=Exists(mine.exclude(kind=PaymentLine.Kind.SCHEDULED)),
        rejected=Exists(wrong),
    )
    return [_whose(each) for each in rows.order_by(*BY_CLIENT).values(*OF_WHOM)]


def _whose(row: Mapping[str, Any]) -> Whose:
    return Whose(
        line_id=row["id"],
        reference=row["reference"],
        client_id=row["client_id"],
        client=f"{row['client__surname']}, {row['client__forename']}",
        ss_ref=row["client__ss_ref"],
        service_id=row["service_id"],
        service=row["service__name"],
        scheduled=row["own"],
        shown=frozenset(name for name in SHOWN if row[name]),
    )


def names(found: Sequence[Whose]) -> list[tuple[int, str]]:
    """(line, whose it is) of those that can be wrong; a client with several lines is told with their references."""
    several = {ref for ref, count in Counter(each.ss_ref for each in found).items() if count > 1}
    return [
        (each.line_id, f"{each.client} ({each.ss_ref}){f', {each.reference}' if each.ss_ref in several else ''}")
        for each in found
        if each.scheduled
    ]


def to_answer(actor: Actor) -> QuerySet[ScheduledPayment] | None:
    """The payments that this person can still confirm or reject before their cut-off; None where they answer none."""
    if current().payments is None or not may_answer(actor):
        return None
    today = moment.today()
    over = moment.now() >= cut_off_at(today)
    return readable(actor).filter(
        confirmation=Confirmation.UNCONFIRMED,
        finalised_at__isnull=True,
        cut_off__gte=today + timedelta(days=1) if over else today,
    )


def coming(actor: Actor, most: int) -> list[ScheduledPayment]:
    """The payments that are not paid yet, those paid first first, with what this person sees of each."""
    rows = readable(actor).filter(paid_at__isnull=True, pay_on__gte=moment.today())
    return list(_seen(rows, actor).select_related("case", "contract").order_by("pay_on", "pk")[:most])


def calendars(actor: Actor) -> list[str]:
    """The keys of the calendars by which this person's contracts are paid, in the council's order."""
    module = profile()
    rows = PaymentMethod.objects.filter(contract__organisation=actor.organisation_id)
    if (services := reach(actor)) is not None:
        rows = rows.filter(contract__lines__service__in=services)
    used = set(rows.order_by().values_list("calendar", flat=True).distinct())
    return [each.key for each in module.calendars if each.key in used]


def cut_off_at(day: date) -> datetime:
    """The moment of a cut-off: when the council shuts on that day; the day's end where it does not work."""
    calendar = council_calendar()
    if calendar.works_on(day):
        return calendar.hours_on(day)[1]
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def method_words(method: PaymentMethod) -> str:
    """`Scheduled (Pay on actuals: Never) 09/04/2018 Four-weekly Net` (norfolk-handbook §8)."""
    calendar = profile().calendar(method.calendar)
    on_actuals = "Always" if method.on_actuals else "Never"
    net = "Net" if method.net else "Gross"
    kind = "Invoice" if method.invoiced else "Scheduled"
    return f"{kind} (Pay on actuals: {on_actuals}) {method.start:%d/%m/%Y} {calendar.name} {net}"


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
    """The period itself first, then what is put right by the period it is about, what another case put there, and then
    what was written by hand."""
    kind = PaymentLine.Kind
    kinds = [kind.SCHEDULED, kind.ADJUSTMENT, kind.ONE_OFF, kind.MANUAL]
    return (kinds.index(PaymentLine.Kind(row.kind)), row.about.first if row.about else row.first, row.pk)
