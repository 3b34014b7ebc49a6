"""What of actuals can be searched: references, and what the council asked about a week. Comments on lines are not
searched: a week has many clients, and is found by none of their names. Recorded visits are found by their own reference
and by nothing else: carers are people whom nobody should look up here."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.engine.searching import Asked, Rows, cases, client_name, exact, group, listed
from workflows.parties.actor import Actor

from .flow import ActualsFlow, CareDecisionFlow
from .visits import selectors as recorded

#: What both sides read in the story of a week.
READ_BY_PROVIDERS = frozenset({"question"})


@cases(ActualsFlow.kind, labels=READ_BY_PROVIDERS)
def weeks(actor: Actor) -> QuerySet[Case]:
    """The weeks that this person may read."""
    return engine.cases(actor, ActualsFlow.function).filter(kind=ActualsFlow.kind)


@cases(CareDecisionFlow.kind, labels=frozenset())
def decisions(actor: Actor) -> QuerySet[Case]:
    """The decisions on care that this person of the council may read; a provider has no page of them."""
    found = engine.cases(actor, CareDecisionFlow.function).filter(kind=CareDecisionFlow.kind)
    return found.none() if actor.is_provider else found


@group("visits", "Recorded visits", place=45)
def visits(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """Recorded visits whose reference begins with what was typed, of the weeks that this person may read."""
    yield _listed(_numbered(actor).filter(asked.begins_reference("reference")))


@exact
def visit(actor: Actor, asked: Asked) -> Iterator[Rows]:
    """The visit of a whole reference; providers number their visits each for themselves."""
    yield _listed(_numbered(actor).filter(asked.is_reference("reference")))


def _numbered(actor: Actor) -> Rows:
    """The visits that have a reference: those are in the index."""
    return recorded.readable(actor).exclude(reference="")


def _listed(rows: Rows) -> Rows:
    return listed(
        rows,
        kind="visit",
        title="reference",
        client_id="line__client_id",
        client=client_name("line__client__"),
        place="line__service__name",
        at=Coalesce("actual_start", "planned_start"),
        note="line__service_level__name",
        order=("-day", "pk"),
    )
