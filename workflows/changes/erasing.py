"""What change requests hold of a person: the values that were asked for, and the words of both sides about them.

What was decided stays, and why; so do security roles and services, which name nobody.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from workflows.engine.bundles import silent
from workflows.engine.erase import with_cases
from workflows.engine.errors import Refused
from workflows.engine.holds import reaches
from workflows.people.erasing import ERASED, Person, with_person

from .models import ChangeField, ChangeRequest
from .rules import What

#: Fields whose values name nobody: keys of roles and services.
KEPT = ("access", "role_for")
VALUES = ("old", "wanted", "found")


@with_person
def erase_requests(person: Person, _now: datetime) -> Iterable[str]:
    """Erase a person from every request about them; Refused while one is undecided, because it could not be decided
    any more."""
    requests = {each.pk: each for each in _about(person).select_related("case").select_for_update(of=("self",))}
    if undecided := sorted(each.case.reference for each in requests.values() if each.case.finished is None):
        raise Refused(f"Decide first what is asked about this person: {', '.join(undecided)}.", "undecided")
    _erase(requests)
    return [f"case:{pk}" for pk in requests]


@with_cases
def erase_requests_of(ids: Collection[int], _now: datetime) -> None:
    """Erase the values that were asked for in some requests, which are decided."""
    _erase(ChangeRequest.objects.in_bulk(ids))


def _erase(requests: Mapping[int, ChangeRequest]) -> None:
    for value in VALUES:
        said = ChangeField.objects.filter(request__in=requests).exclude(field__in=KEPT).exclude(**{value: ""})
        said.update(**{value: ERASED})
    for each in requests.values():
        each.same = f"erased-{each.pk}"  # it was made of the values
    ChangeRequest.objects.bulk_update(requests.values(), ["same"])


@reaches("person")
def requests_of_people(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the requests about people as contacts; others tell of them by address (erase_requests)."""
    rows = ChangeRequest.objects.filter(contact__user__in=ids).values_list("contact__user", "pk")
    return {(pk, f"case:{case}") for pk, case in rows}


@reaches("contact")
def requests_of_contacts(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the requests about contacts."""
    rows = ChangeRequest.objects.filter(contact__in=ids).values_list("contact", "pk")
    return {(pk, f"case:{case}") for pk, case in rows}


def _about(person: Person) -> QuerySet[ChangeRequest]:
    """The requests about a contact, those in which their address stands, and those that asked for them in vain."""
    found = Q(contact__in=[each.pk for each in person.contacts])
    if person.address:
        stands = Q(old=person.address) | Q(wanted=person.address) | Q(found=person.address)
        found |= Q(pk__in=ChangeField.objects.filter(stands, field="portal_email").values("request"))
    for contact in person.contacts:
        called = {"forename": contact.forename, "surname": contact.surname}
        asked = ChangeRequest.objects.filter(
            what=What.CONTACT_CREATION, contact=None, case__organisation=contact.organisation_id
        )
        for field, value in called.items():
            asked = asked.filter(pk__in=ChangeField.objects.filter(field=field, wanted=value).values("request"))
        found |= Q(pk__in=asked.values("pk"))
    return ChangeRequest.objects.filter(found).order_by("pk")


silent("What providers ask to be changed of their own contacts and details; none is about a client.",
       ChangeRequest, ChangeField)  # fmt: skip
