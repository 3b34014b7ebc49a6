"""What reports about money have in common: how parameters are kept, and which payments a person's reports are about."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, ClassVar, Self, cast

from django.db.models import QuerySet

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine, ScheduledPayment
from workflows.payments.paying import COUNTS
from workflows.payments.selectors import KIND as KIND

from .selectors import reach

#: What one report covers at most.
LONGEST = timedelta(days=731)
#: So many rows are read from the database at once; a report of any length needs the memory of as many.
BATCH = 2_000


class Parameters:
    """What was chosen for a report: numbers, days and words; `DAYS` names those fields that are days."""

    __slots__ = ()
    DAYS: ClassVar[frozenset[str]] = frozenset()

    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        values = {each.name: getattr(self, each.name) for each in fields(cast("Any", self))}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """As it was kept."""
        said = {each.name: kept[each.name] for each in fields(cast("Any", cls))}
        return cls(**said | {name: date.fromisoformat(said[name]) for name in cls.DAYS})


def pays() -> bool:
    """Whether the council pays by schedule: only then are there reports about money."""
    return current().payments is not None


def payments(actor: Actor, organisation_id: int | None = None) -> QuerySet[ScheduledPayment]:
    """The payments of which a person's reports tell something; a provider's: those that providers see by now."""
    if not actor.is_provider:
        rows = ScheduledPayment.objects.filter(case__in=engine.cases(actor).filter(kind=KIND))
        return rows if organisation_id is None else rows.filter(contract__organisation=organisation_id)
    own = Case.objects.filter(kind=KIND, organisation=actor.organisation_id, sensitivity="")
    return ScheduledPayment.objects.filter(case__in=own, visible_from__lte=moment.today(), generated_at__isnull=False)


def lines(actor: Actor, organisation_id: int | None = None) -> QuerySet[PaymentLine]:
    """What counts in those payments, of the services of a person's reports."""
    rows = PaymentLine.objects.filter(COUNTS, payment__in=payments(actor, organisation_id))
    _, services = reach(actor)
    return rows if services is None else rows.filter(line__service__in=services)


def sees_all(actor: Actor) -> bool:
    """Whether a person's reports are about all services, so that a contract's own figures say nothing more."""
    return reach(actor)[1] is None
