"""The readers of actions, already scoped to who asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery

from workflows.council.profile import current
from workflows.engine import files
from workflows.engine import selectors as engine
from workflows.engine.calendar import LONDON
from workflows.engine.errors import NotFound
from workflows.engine.models import Attachment, Case, Content, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation
from workflows.people.contacts import called
from workflows.register import holds
from workflows.register.models import Contract, PaymentHold

from .flow import ActionFlow
from .models import Action, Post
from .posting import FILES
from .rules import Related, State

FUNCTION = ActionFlow.function
KIND = ActionFlow.kind
#: How a list of actions is ordered: the last post first.
ORDER = ("-last_post_at", "-case_id")
CLOSED = (State.CLOSED,)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by: norfolk-handbook §9 "Open Actions Only", "Assigned To"."""

    open_only: bool = False
    assigned_to: str = ""  # "provider", or the id of a team
    type: str = ""
    client_id: int | None = None
    line_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One action with everything that its page shows, save its posts."""

    case: Case
    action: Action
    turn: Task | None
    holds: Sequence[PaymentHold]
    contact: str = ""  # what the provider calls the contact that it is about

    @property
    def open(self) -> bool:
        """Whether it is still somebody's, or at least not closed."""
        return self.case.state != State.CLOSED


@dataclass(frozen=True, slots=True)
class Written:
    """A post with its files."""

    post: Post
    files: Sequence[Attachment]


def listed(actor: Actor, filters: Filters) -> Any:
    """Actions as plain rows, for `page_by_key` with `ORDER`."""
    rows = Action.objects.filter(case__in=_cases(actor, filters))
    if filters.type:
        rows = rows.filter(type=filters.type)
    if filters.line_id is not None:
        rows = rows.filter(line=filters.line_id)
    return rows.values(
        "case_id",
        "type",
        "related",
        "wanted_by",
        "last_post_at",
        "posts_count",
        reference=F("case__reference"),
        state=F("case__state"),
        holder=F("case__holder"),
        team=F("case__holder_team__name"),
        organisation=F("case__organisation__name"),
        surname=F("case__client__surname"),
        forename=F("case__client__forename"),
        ss_ref=F("case__client__ss_ref"),
        client_id=F("case__client_id"),
        service=F("case__service__name"),
        **_looked_up(),
    )


def _looked_up() -> dict[str, Any]:
    """What is looked up for the rows that are shown only: as joins they would be more than PostgreSQL orders by itself
    (join_collapse_limit), and it would read every action for a provider of forty."""
    due = Task.objects.filter(process=OuterRef("case_id"), finished__isnull=True).values("due_at")[:1]
    found = {
        "words": Content.objects.filter(pk=OuterRef("title_id")).values("text"),
        "contract_reference": Contract.objects.filter(pk=OuterRef("contract_id")).values("reference"),
        "due_at": due,
    }
    named = called("contact_id", OuterRef("case__organisation_id"))
    return {name: Subquery(rows) for name, rows in found.items()} | {"contact_name": named}


def about(row: Any) -> str:
    """What an action is about, as the seeds write it: `Oasis Residential Home (Service)`."""
    named = {
        Related.CLIENT: f"{row['surname']}, {row['forename']} ({row['ss_ref']})",
        Related.SERVICE: f"{row['service']} (Service)",
        Related.CONTRACT: f"{row['contract_reference']} (Contract)",
        Related.CONTACT: f"{row['contact_name']} (Contact)",
        Related.PROVIDER: f"{row['organisation']} (Provider)",
    }
    return named[Related(row["related"])]


def about_page(found: "Page") -> str:
    """The same of one action that was read whole."""
    case, action = found.case, found.action
    client, service, contract = case.client, case.service, action.contract
    return about(
        {
            "related": action.related,
            "surname": client.surname if client else "",
            "forename": client.forename if client else "",
            "ss_ref": client.ss_ref if client else "",
            "service": service.name if service else "",
            "contract_reference": contract.reference if contract else "",
            "contact_name": found.contact,
            "organisation": case.organisation.name,
        }
    )


def assigned_to(holder: str, team: str | None) -> str:
    """Who has it, in the seeds' words: `LA (Finance Team)`, `Provider` (bedford-actuals-guide); empty when closed."""
    if holder == "provider":
        return "Provider"
    return f"LA ({team})" if team else ""


def page(actor: Actor, case_id: int) -> Page:
    """One action; NotFound when it does not exist for this person."""
    parties = ("case__organisation", "case__service", "case__client", "case__holder_team")
    readable = Action.objects.filter(case__in=engine.cases(actor, FUNCTION).filter(kind=KIND))
    readable = readable.annotate(called=called("contact_id", OuterRef("case__organisation_id")))
    action = readable.select_related("title", "contract", "line", *parties).filter(pk=case_id).first()
    if action is None:
        raise NotFound
    case = action.case
    turns = engine.open_turns(case.pk)
    return Page(case, action, turns[0] if turns else None, _held_by(action), action.called or "")


def posts(action_id: int) -> QuerySet[Post]:
    """What was written, for `page_by_key`; the caller has read the action through `page`."""
    return Post.objects.filter(action=action_id).select_related("author", "words")


def with_files(found: Iterable[Post]) -> list[Written]:
    """Posts with their files, in one query."""
    rows = list(found)
    kept = files.of(FILES, [each.pk for each in rows])
    return [Written(each, kept.get(each.pk, [])) for each in rows]


def case_of_post(actor: Actor, post_id: int) -> Case:
    """The case of a post, if the person may read it; NotFound."""
    case_id = Post.objects.filter(pk=post_id).values_list("action_id", flat=True).first()
    if case_id is None:
        raise NotFound
    return engine.case(actor, case_id, FUNCTION)


def awaiting(actor: Actor) -> tuple[int, datetime | None]:
    """How many actions await the provider, and when the first is due."""
    turns = engine.provider_turns(actor, [FUNCTION]).filter(kind=KIND).order_by()
    found = turns.aggregate(count=Count("pk"), first=Min("due_at"))
    return found["count"], found["first"]


def same_client(actor: Actor, case: Case, function: str = FUNCTION, limit: int = 5) -> list[Case]:
    """Other cases of the same client that this person may read, the newest first."""
    if case.client_id is None:
        return []
    rows = engine.cases(actor, function).filter(client=case.client_id).exclude(pk=case.pk)
    if actor.is_provider:
        rows = rows.filter(kind=KIND)
    return list(rows.order_by("-pk")[:limit])


def closing(action_id: int) -> Post | None:
    """What was written when an action was last closed; the caller has read the action through `page`."""
    return posts(action_id).filter(verb="close").order_by("-pk").first()


def reopen_until(closed: Post) -> date:
    """The last day on which an action that was closed then can be reopened."""
    return (closed.at + timedelta(days=current().actions.reopen_days)).astimezone(LONDON).date()


def providers() -> list[tuple[int, str]]:
    """The providers that the council can write to, by name."""
    return list(Organisation.objects.order_by("name", "pk").values_list("pk", "name"))


def _held_by(action: Action) -> list[PaymentHold]:
    """The holds that stand because of a notice; what is no notice holds nothing, so nothing is asked."""
    if action.since is None:
        return []
    return list(holds.standing().filter(case=action.case_id).select_related("line", "line__service").order_by("pk"))


def _cases(actor: Actor, filters: Filters) -> QuerySet[Case]:
    found = engine.cases(actor, FUNCTION).filter(kind=KIND)
    if filters.open_only:
        found = found.exclude(state__in=CLOSED)
    if filters.assigned_to == "provider":
        found = found.filter(holder="provider")
    elif filters.assigned_to.isdigit():
        found = found.filter(holder_team=int(filters.assigned_to))
    if filters.client_id is not None:
        found = found.filter(client_id=filters.client_id)
    if filters.organisation_id is not None:
        found = found.filter(organisation_id=filters.organisation_id)
    return found
