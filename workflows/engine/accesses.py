"""The access log: sign-ins, refusals, exports and views of clients' pages, as an auditor reads them.

It is written where things happen (selectors.viewed, atomic.note_refusal, sign-in by `note`) and read here only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import Q, QuerySet

from workflows.parties.actor import Actor
from workflows.parties.models import Client, User

from .calendar import LONDON
from .errors import Forbidden
from .files import kinds
from .models import Access

Group = Literal["all", "sign_in", "refused", "taken", "clients"]
#: What sign-in writes; each begins alike.
SIGN_IN = "sign_in"
REFUSED = r"^(refused:|sign_in\.(refused|locked|suspended))"
TAKEN = r"\.(csv|xlsx|zip|pdf|ics|spreadsheet|file|errors|export)$"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor asks for; None and "all" narrow nothing."""

    group: Group = "all"
    user_id: int | None = None
    client_id: int | None = None
    first: date | None = None
    last: date | None = None


def note(user_id: int | None, what: str) -> None:
    """Write down a step of signing in: of a person, or of nobody who is known."""
    Access.objects.create(user_id=user_id, what=f"{SIGN_IN}.{what}" if what else SIGN_IN)


def person(address: str) -> User | None:
    """Who signs in, or did, with an address."""
    return User.objects.filter(email=address.strip().lower()).first()


def client(ss_ref: str) -> Client | None:
    """The client of a whole SSRef."""
    return Client.objects.filter(ss_ref=ss_ref.strip()).first()


def named(asked: Asked) -> tuple[str, str]:
    """The address and the SSRef of whom an auditor asks for; empty for nobody in particular."""
    addresses = User.objects.filter(pk=asked.user_id or 0).values_list("email", flat=True)
    return addresses.first() or "", references([asked.client_id or 0]).get(asked.client_id or 0, "")


def references(client_ids: Iterable[int]) -> dict[int, str]:
    """The SSRefs of some clients: the log names nobody who receives care."""
    return dict(Client.objects.filter(pk__in=set(client_ids)).values_list("pk", "ss_ref"))


def read(actor: Actor, asked: Asked) -> QuerySet[Access]:
    """What was recorded, without an order; Forbidden unless an auditor asks."""
    if "auditor" not in actor.duties:
        raise Forbidden("Only auditors read the access log.")
    rows = Access.objects.filter(_of_group(asked.group)).select_related("user")
    if asked.user_id is not None:
        rows = rows.filter(user_id=asked.user_id)
    if asked.client_id is not None:
        rows = rows.filter(client_id=asked.client_id)
    if asked.first is not None:
        rows = rows.filter(at__gte=_midnight(asked.first))
    if asked.last is not None:
        rows = rows.filter(at__lt=_midnight(asked.last + timedelta(days=1)))
    return rows


def _of_group(group: Group) -> Q:
    if group == "sign_in":
        return Q(what__startswith=SIGN_IN)
    if group == "refused":
        return Q(what__regex=REFUSED)
    if group == "taken":
        return Q(what__regex=TAKEN) | Q(what__in=kinds())
    return Q(client_id__isnull=False) if group == "clients" else Q()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
