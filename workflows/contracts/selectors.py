"""The readers of contract documents, already scoped to who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Concat, JSONObject, Round

from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.calendar import LONDON
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment, Batch, Case, Task
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

from .batches import PUBLISH
from .files import signed_copies
from .flow import ContractDocumentFlow
from .models import ContractDocument, DocumentVersion
from .rules import Change, State, changes, thawed

FUNCTION = ContractDocumentFlow.function
TABS = ("awaiting", "accepted", "rejected", "terminated", "superseded", "all")
AWAITING = "awaiting"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a provider narrows the list by (norfolk-handbook §4: Status is the tab, Updated Since a date)."""

    service_id: int | None = None
    client_id: int | None = None
    updated_since: date | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many documents await the provider, what they cost a week together, and when the first is due."""

    count: int
    weekly: Decimal
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Newer:
    """The case that took a document's place."""

    pk: int
    reference: str
    created: datetime


@dataclass(frozen=True)
class Page:
    """One document with everything its page shows."""

    case: Case
    document: ContractDocument
    versions: Sequence[DocumentVersion]  # newest first
    turn: Task | None
    newer: Newer | None
    moved: bool = False  # the line says something else by now; only the council is told

    @property
    def latest(self) -> DocumentVersion:
        """The version that is in force."""
        return self.versions[0]

    def version(self, number: int) -> DocumentVersion:
        """One version; NotFound when there is none of that number."""
        for each in self.versions:
            if each.number == number:
                return each
        raise NotFound

    @cached_property
    def signed(self) -> Mapping[int, Attachment]:
        """Signed copies by the id of their version; asked only where they are shown."""
        return signed_copies(self.versions)

    def signed_copy(self, number: int) -> Attachment | None:
        """The signed copy of a version, if one was attached."""
        return self.signed.get(self.version(number).pk)

    def changed(self, number: int) -> list[Change]:
        """What a version changed since the one before it; of a first version nothing."""
        return self.between(number - 1, number) if number > 1 else []

    def between(self, first: int, second: int) -> list[Change]:
        """What differs between two versions."""
        old, new = self.version(first), self.version(second)
        return changes(thawed(old.figures), thawed(new.figures), old.weekly, new.weekly)


def listed(actor: Actor, tab: str, filters: Filters) -> Any:
    """The latest versions of the documents of a tab, as a queryset of plain rows."""
    rows = DocumentVersion.objects.filter(number=F("document__version"), document__case__in=_cases(actor, filters))
    if tab != "all":
        rows = rows.filter(document__case__state=_state(tab))
    due = Task.objects.filter(process=OuterRef("document_id"), finished__isnull=True).values("due_at")[:1]
    return rows.annotate(due_at=Subquery(due)).values(
        "document_id",
        "number",
        "weekly",
        "published_at",
        "answered_at",
        "answer",
        "due_at",
        reference=F("document__case__reference"),
        state=F("document__case__state"),
        surname=F("document__case__client__surname"),
        forename=F("document__case__client__forename"),
        ss_ref=F("document__case__client__ss_ref"),
        service=F("document__case__service__name"),
        care_package_ref=F("document__line__reference"),
        publisher=F("published_by__name"),
    )


def counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """How many documents each tab holds."""
    rows = _cases(actor, filters).values("state").annotate(number=Count("id")).order_by()
    found = {row["state"]: row["number"] for row in rows}
    return {tab: sum(found.values()) if tab == "all" else found.get(_state(tab), 0) for tab in TABS}


def awaiting(actor: Actor) -> Summary:
    """What awaits the provider's answer, in one query."""
    turns = engine.provider_turns(actor, [FUNCTION]).filter(kind=ContractDocumentFlow.kind)
    found = turns.order_by().aggregate(number=Count("id"), weekly=Sum("amount"), first=Min("due_at"))
    return Summary(found["number"], found["weekly"] or Decimal(0), found["first"])


def page(actor: Actor, case_id: int) -> Page:
    """One document, in four queries; NotFound when it does not exist for this person."""
    document = _document(actor, case_id)
    versions = list(
        DocumentVersion.objects.filter(document=document)
        .select_related("published_by", "answered_by", "words", "explanation")
        .order_by("-number")
    )
    turns = engine.open_turns(case_id)
    newer = document.took_its_place  # type: ignore[attr-defined]
    return Page(
        case=document.case,
        document=document,
        versions=versions,
        turn=turns[0] if turns else None,
        newer=Newer(newer["pk"], newer["reference"], datetime.fromisoformat(newer["created"])) if newer else None,
        moved=getattr(document, "moved", False),
    )


def _document(actor: Actor, case_id: int) -> ContractDocument:
    """A document with its parties, what took its place and, for the council, whether its line has moved on."""
    newer = Case.objects.filter(document__previous=OuterRef("pk")).order_by("-pk")
    told = newer.values(told=JSONObject(pk="pk", reference="reference", created="created"))
    parties = [f"case__{each}" for each in ("organisation", "service", "client", "holder_team")]
    rows = ContractDocument.objects.select_related("line", "case", *parties).annotate(took_its_place=Subquery(told[:1]))
    if actor.is_staff:
        rows = rows.annotate(moved=Exists(lines_to_publish(moment.today()).filter(pk=OuterRef("line_id"))))
    found: ContractDocument | None = rows.filter(pk=case_id, case__in=engine.cases(actor, FUNCTION)).first()
    if found is None:
        raise NotFound
    return found


def services(actor: Actor) -> list[tuple[int, str]]:
    """The services that the list can be narrowed to."""
    return list(
        _cases(actor, Filters()).order_by("service__name").values_list("service_id", "service__name").distinct()
    )


def clients(actor: Actor) -> list[tuple[int, str]]:
    """The clients that the list can be narrowed to, by surname."""
    rows = (
        _cases(actor, Filters())
        .order_by("client__surname", "client__forename")
        .values_list("client_id", "client__surname", "client__forename", "client__ss_ref")
        .distinct()
    )
    return [(client_id, f"{surname}, {forename} ({ss_ref})") for client_id, surname, forename, ss_ref in rows]


def lines_to_publish(today: date) -> QuerySet[CarePackageLine]:
    """Lines whose latest document does not say what they say today: never published, changed, or at another rate.

    For the council's page "Ready to publish" and for imports; lines in the order of their ids. A line without a rate
    in force has no price to publish: `lines_without_rate`.
    """
    found: QuerySet[CarePackageLine] = _lines_unlike_their_document(today).filter(unit_cost__isnull=False)
    return found


def lines_without_rate(today: date) -> QuerySet[CarePackageLine]:
    """Lines that would be ready to publish if they had a price: no rate is in force on the day that it is read on.

    That day is `priced_on`; lines that have ended wait for nothing.
    """
    live = Q(end__isnull=True) | Q(end__gte=today)
    found: QuerySet[CarePackageLine] = _lines_unlike_their_document(today).filter(live, unit_cost__isnull=True)
    return found


def _lines_unlike_their_document(today: date) -> Any:
    documents = ContractDocument.objects.filter(line=OuterRef("pk")).order_by("-case_id")
    versions = DocumentVersion.objects.filter(document__line=OuterRef("pk")).order_by("-document_id", "-number")
    return (
        CarePackageLine.objects.priced(today)
        .annotate(
            published_version=Subquery(documents.values("line_version")[:1]),
            published_weekly=Subquery(versions.values("weekly")[:1]),
            weekly_now=Round(F("unit_cost") * F("quantity"), precision=2),
        )
        .filter(
            Q(published_version__isnull=True)
            | ~Q(published_version=F("version"))
            | ~Q(published_weekly=F("weekly_now"))
            | Q(unit_cost__isnull=True),
        )
        .select_related("client", "service", "service__organisation", "service_level")
        .order_by("id")
    )


def of_line(actor: Actor, line_id: int) -> list[Any]:
    """The documents of a line that this person may read, the newest first, as plain rows."""
    rows = ContractDocument.objects.filter(line=line_id, case__in=engine.cases(actor, FUNCTION)).order_by("-case_id")
    case = {name: F(f"case__{name}") for name in ("reference", "state", "amount", "created")}
    return list(rows.values("case_id", "occasion", **case))


def turns_of_line(actor: Actor, line_id: int) -> QuerySet[Task]:
    """The open turns of a line's documents that this person may read: what waits on it."""
    documents = ContractDocument.objects.filter(line=line_id, case__in=engine.cases(actor, FUNCTION))
    found: QuerySet[Task] = Task.objects.filter(process__in=documents.values("case_id"), finished__isnull=True)
    return found


def latest_of_lines(line_ids: Iterable[int]) -> dict[int, Any]:
    """The newest document of each line that has one, in one query."""
    rows = ContractDocument.objects.filter(line__in=list(line_ids)).order_by("line_id", "-case_id").distinct("line_id")
    values = rows.values("line_id", "version", reference=F("case__reference"), state=F("case__state"))
    return {row["line_id"]: row for row in values}


def publications() -> QuerySet[Batch]:
    """The bulk publications, the newest first."""
    return Batch.objects.select_related("actor").filter(kind=PUBLISH).order_by("-id")


def publication_items(batch: Batch) -> Any:
    """The items of a bulk publication as plain rows, with their line, client and document."""
    line = CarePackageLine.objects.filter(pk=OuterRef("target"))
    name = Concat("client__surname", Value(", "), "client__forename")
    found = batch.items.order_by().annotate(
        reference=Subquery(line.values("reference")[:1]), client=Subquery(line.annotate(name=name).values("name")[:1])
    )
    columns = ("id", "target", "result", "message", "case_id", "reference", "client")
    return found.values(*columns, document=F("case__reference"))


def _state(tab: str) -> str:
    return State.PUBLISHED if tab == AWAITING else State(tab)


def _cases(actor: Actor, filters: Filters) -> QuerySet[Case]:
    found = engine.cases(actor, FUNCTION).filter(kind=ContractDocumentFlow.kind)
    if filters.service_id is not None:
        found = found.filter(service_id=filters.service_id)
    if filters.client_id is not None:
        found = found.filter(client_id=filters.client_id)
    if filters.updated_since is not None:
        begin = datetime.combine(filters.updated_since, time.min, LONDON)
        versions = DocumentVersion.objects.filter(Q(published_at__gte=begin) | Q(answered_at__gte=begin))
        found = found.filter(pk__in=versions.values("document_id"))
    return found
