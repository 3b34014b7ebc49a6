"""The readers of disputes, already scoped to who asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from workflows.actuals.models import ActualWeek, LineWeek, Standing
from workflows.actuals.rules import NOTHING, monday_of
from workflows.council.profile import current
from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment, Batch, Case, Content, Task
from workflows.parties.actor import Actor

from .batches import DECIDE
from .deciding import RELATED
from .files import EVIDENCE
from .flow import DisputeFlow
from .models import Dispute, DisputedRow
from .rules import Awaits

FUNCTION = DisputeFlow.function
KIND = DisputeFlow.kind
#: How lists of disputed rows are ordered: those raised last first.
ORDER = ("-id",)
#: So many weeks with lines to be disputed are shown at once.
WEEKS = 50
#: What a list can be narrowed by, with the words of the filter.
STATUSES = {Awaits.PROVIDER: "Awaits the provider", Awaits.COUNCIL: "Awaits the council", Awaits.NOTHING: "Decided"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by (bedford-actuals-guide "Disputes": Client, Actuals/Visits from, to, Status)."""

    client_id: int | None = None
    first: date | None = None
    last: date | None = None
    status: str = ""
    organisation_id: int | None = None

    @property
    def some(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Page:
    """A dispute with everything that its page shows, save its story."""

    case: Case
    dispute: Dispute
    turn: Task | None
    rows: Sequence[DisputedRow]
    evidence: Sequence[Attachment]

    @property
    def open_rows(self) -> list[DisputedRow]:
        """The rows that are not decided."""
        return [each for each in self.rows if each.awaits != Awaits.NOTHING]

    @property
    def in_dispute(self) -> Decimal:
        """The money that depends on what is decided."""
        return sum((each.at_stake for each in self.open_rows), NOTHING)

    @property
    def not_in_dispute(self) -> Decimal:
        """The money of these lines that is payable whatever is decided."""
        return sum((each.payable_cost for each in self.open_rows), NOTHING)

    @property
    def decided(self) -> Decimal:
        """The money that was decided to be payable."""
        return sum((each.paid_cost or NOTHING for each in self.rows), NOTHING)


def has_module() -> bool:
    """Whether this council records actuals, and so can dispute them."""
    return current().actuals is not None


def cases(actor: Actor) -> QuerySet[Case]:
    """The disputes that this person may read; NotFound where the council has no such module."""
    if not has_module():
        raise NotFound
    return engine.cases(actor, FUNCTION).filter(kind=KIND)


def listed(actor: Actor, filters: Filters) -> Any:
    """Disputed rows as plain rows, for `page_by_key` with `ORDER`."""
    rows = _narrowed(DisputedRow.objects.filter(dispute__case__in=cases(actor)), filters)
    turn = Task.objects.filter(process=OuterRef("dispute_id"), finished__isnull=True)
    return rows.values(
        "id",
        "awaits",
        "decision",
        "causes",
        "planned",
        "claimed",
        "planned_cost",
        "claimed_cost",
        "payable_cost",
        "at_stake",
        "amended_cost",
        "paid_cost",
        case_id=F("dispute_id"),
        reference=F("dispute__case__reference"),
        holder=F("dispute__case__holder"),
        since=F("dispute__case__holder_since"),
        week=F("line_week__week"),
        surname=F("line_week__line__client__surname"),
        forename=F("line_week__line__client__forename"),
        ss_ref=F("line_week__line__client__ss_ref"),
        client_id=F("line_week__line__client_id"),
        team=F("dispute__case__holder_team__name"),
        organisation=Subquery(_of_case("organisation__name")),
        organisation_id=F("dispute__case__organisation_id"),
        service=Subquery(_of_case("service__name")),
        due_at=Subquery(turn.values("due_at")[:1]),
    )


def clients(actor: Actor) -> list[tuple[int, str]]:
    """Whose actuals are or were disputed, by name, for the filter."""
    rows = DisputedRow.objects.filter(dispute__case__in=cases(actor)).order_by()
    name = "line_week__line__client__"
    found = rows.values_list(f"{name}surname", f"{name}forename", "line_week__line__client_id").distinct()
    return [(pk, f"{surname}, {forename}") for surname, forename, pk in sorted(found)]


def organisations(actor: Actor) -> list[tuple[int, str]]:
    """The providers that have disputes, by name, for the council's filter."""
    found = cases(actor).order_by().values_list("organisation__name", "organisation_id").distinct()
    return [(pk, name) for name, pk in sorted(found)]


def page(actor: Actor, case_id: int) -> Page:
    """One dispute; NotFound when it does not exist for this person."""
    related = ("week", "reason", "raised_by", "case__organisation", "case__service", "case__holder_team")
    readable = Dispute.objects.filter(case__in=cases(actor)).select_related(*related)
    dispute = readable.filter(pk=case_id).first()
    if dispute is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    evidence = files.of(EVIDENCE, [case_id]).get(case_id, [])
    return Page(dispute.case, dispute, turns[0] if turns else None, rows_of(case_id), evidence)


def rows_of(case_id: int) -> list[DisputedRow]:
    """The rows of a dispute whose reader is checked, by client."""
    rows = DisputedRow.objects.filter(dispute=case_id).select_related(*RELATED, "words", "decided_by")
    name = "line_week__line__client__"
    return list(rows.order_by(f"{name}surname", f"{name}forename", "pk"))


def row(actor: Actor, case_id: int, row_id: int) -> tuple[Page, DisputedRow]:
    """One row of a dispute, with the dispute; NotFound."""
    found = page(actor, case_id)
    mine = next((each for each in found.rows if each.pk == row_id), None)
    if mine is None:
        raise NotFound
    return found, mine


def awaiting_decision(actor: Actor, filters: Filters) -> list[dict[str, Any]]:
    """The rows that await the council, by provider and cause: what the page that decides many groups and counts."""
    rows = DisputedRow.objects.filter(dispute__case__in=cases(actor), awaits=Awaits.COUNCIL)
    narrowed = _narrowed(rows, filters).filter(dispute__case__state="answered")
    grouped = narrowed.order_by().values("causes", "dispute__case__organisation_id")
    found = grouped.annotate(
        provider=F("dispute__case__organisation__name"),
        rows=Count("pk"),
        disputes=Count("dispute", distinct=True),
        at_stake=Sum("at_stake"),
        claimed=Sum("claimed_cost"),
        planned=Sum("planned_cost"),
        amended=Sum("amended_cost"),
        with_amended=Count("amended_cost"),
    )
    rows_of_groups: list[Any] = list(found)
    return sorted(rows_of_groups, key=lambda each: (each["provider"], each["causes"]))


def to_decide(actor: Actor, organisation_id: int, causes: Collection[str]) -> list[DisputedRow]:
    """The rows of one group of `awaiting_decision`, oldest first."""
    rows = DisputedRow.objects.filter(dispute__case__in=cases(actor), awaits=Awaits.COUNCIL)
    mine = rows.filter(dispute__case__organisation=organisation_id, dispute__case__state="answered")
    exact = Q(causes=sorted(causes))
    return list(mine.filter(exact).select_related(*RELATED, "dispute__case", "dispute__week").order_by("pk"))


def chosen(actor: Actor, ids: Collection[int]) -> list[DisputedRow]:
    """Rows that were chosen on that page, as far as they still await this person's council."""
    rows = DisputedRow.objects.filter(dispute__case__in=cases(actor), awaits=Awaits.COUNCIL, pk__in=ids)
    return list(rows.select_related(*RELATED, "dispute__case__organisation", "dispute__week").order_by("pk"))


def batch(actor: Actor, batch_id: int) -> Batch:
    """A decision on many disputes: its own person's, and an auditor's to read; NotFound."""
    rows = Batch.objects.select_related("actor").filter(kind=DECIDE, pk=batch_id)
    found = (rows if "auditor" in actor.duties else rows.filter(actor=actor.user_id)).first()
    if found is None:
        raise NotFound
    return found


def batch_items(batch: Batch) -> Any:
    """The items of such a batch as plain rows, with each dispute's reference and provider."""
    case = Case.objects.filter(pk=OuterRef("target"))
    rows = batch.items.order_by().annotate(
        reference=Subquery(case.values("reference")[:1]), provider=Subquery(case.values("organisation__name")[:1])
    )
    return rows.values("id", "result", "message", "case_id", "reference", "provider")


def of_week(actor: Actor, week_id: int) -> list[Case]:
    """The disputes of a week of actuals, the newest first."""
    return list(cases(actor).filter(dispute__week=week_id).order_by("-pk"))


def to_raise(actor: Actor) -> list[dict[str, Any]]:
    """The weeks with lines that the council's rule disputes and nobody has yet, the most money first."""
    weeks = engine.cases(actor, FUNCTION).filter(kind="actuals", state="submitted")
    rows = LineWeek.objects.filter(case__in=weeks, standing=Standing.SUBMITTED, disputable=True).order_by()
    found: Any = rows.values("case_id", "week").annotate(
        reference=F("case__reference"),
        provider=F("case__organisation__name"),
        service=F("case__service__name"),
        lines=Count("pk"),
        stake=Sum("at_stake"),
    )
    return list(found.order_by("-stake", "case_id")[:WEEKS])


def disputable(actor: Actor, week_id: int) -> tuple[ActualWeek, list[LineWeek]]:
    """A week and its lines that can be disputed now: those that differ; NotFound when it does not exist for them."""
    if not has_module():
        raise NotFound
    readable = ActualWeek.objects.filter(case__in=engine.cases(actor, FUNCTION).filter(kind="actuals"))
    week = readable.select_related("case__organisation", "case__service").filter(pk=week_id).first()
    if week is None:
        raise NotFound
    name = "line__client__"
    rows = LineWeek.objects.filter(case=week_id, standing__in=[Standing.SUBMITTED, Standing.PAYABLE])
    related = ("line__client", "line__service_level")
    rows = rows.filter(Q(differs=True) | Q(disputable=True))
    return week, list(rows.select_related(*related).order_by(f"{name}surname", f"{name}forename", "pk"))


def _narrowed(rows: QuerySet[DisputedRow], filters: Filters) -> QuerySet[DisputedRow]:
    if filters.client_id is not None:
        rows = rows.filter(line_week__line__client=filters.client_id)
    if filters.organisation_id is not None:
        rows = rows.filter(dispute__case__organisation=filters.organisation_id)
    if filters.first is not None:
        rows = rows.filter(line_week__week__gte=monday_of(filters.first))
    if filters.last is not None:
        rows = rows.filter(line_week__week__lte=filters.last)
    return rows.filter(awaits=filters.status) if filters.status else rows


def _of_case(column: str) -> Any:
    return Case.objects.filter(pk=OuterRef("dispute_id")).values(column)


def text_of(words: Content | None) -> str:
    """What somebody wrote; an erased text says so, and none is empty."""
    if words is None:
        return ""
    return "(erased)" if words.erased_at is not None else words.text
