"""Who acts in the bench: the people of the data set, as a request would know them."""

from bench.data import PROVIDER_EMAIL
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for


def officers() -> list[Actor]:
    """Every officer, the team's manager first."""
    return [_staff(user) for user in User.objects.filter(kind="staff").order_by("pk")]


def officer(number: int = 0) -> Actor:
    """One officer."""
    return _staff(User.objects.filter(kind="staff").order_by("pk")[number])


def provider_of(case: Case) -> Actor:
    """The providers' person, acting for the provider of a case with a role that may answer."""
    user = User.objects.get(email=PROVIDER_EMAIL)
    grants = frozenset({"edit_contract_documents"})
    return Actor("provider", user.pk, user.name, organisation_id=case.organisation_id, grants=grants)


def _staff(user: User) -> Actor:
    actor = actor_for(user)
    if actor is None:
        raise LookupError(f"{user.email} cannot act: the data set is not loaded")
    return actor
