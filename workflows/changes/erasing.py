"""What change requests hold of a person: the values that were asked for, and the words of both sides about them.

What was decided stays, and why; so do security roles and services, which name nobody.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from workflows.engine.errors import Refused
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
    for value in VALUES:
        said = ChangeField.objects.filter(request__in=requests).exclude(field__in=KEPT).exclude(**{value: ""})
        said.update(**{value: ERASED})
    for each in requests.values():
        each.same = f"erased-{each.pk}"  # it was made of the values
    ChangeRequest.objects.bulk_update(requests.values(), ["same"])
    return [f"case:{pk}" for pk in requests]


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
