"""What tests of change requests share: people who ask and decide, a contact, and requests in each state."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from tests import factories as make
from workflows.changes import commands, records
from workflows.changes.models import ChangeRequest
from workflows.changes.rules import What
from workflows.engine.door import Outcome
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, User
from workflows.parties.selectors import system_actor
from workflows.people import contacts
from workflows.people.models import Contact

#: norfolk-handbook §6, with an address that nobody has.
JOHN = {
    "title": "Mr",
    "forename": "John",
    "surname": "Smith",
    "address_1": "1 Oasis Street",
    "town": "Ipswich",
    "postcode": "IP1 2TN",
    "mobile": "07726 022369",
    "telephone": "01473 225566",
    "email": "jsmith@testsystem.example",
    "portal_email": "jsmith@testsystem.example",
    "role": "Finance Assistant",
    "access": "administration:*",
}


def administrator_of(organisation: Organisation, name: str = "") -> Actor:
    """Somebody who administers a provider, and is a contact there."""
    user = make.provider_user(organisation, name=name)
    with transaction.atomic():
        contacts.of_user(system_actor(), user, organisation)
    return make.actor(user)


def contact(organisation: Organisation, *, role: str = "payments", name: str = "Ann Other") -> Contact:
    """A contact who may sign in, with a role at the whole organisation."""
    user: User = make.provider_user(organisation, role=role, name=name)
    with transaction.atomic():
        return contacts.of_user(system_actor(), user, organisation)


def shown(actor: Actor, what: What, **about: int | None) -> dict[str, str]:
    """What a form of this kind shows."""
    return records.own(actor, what, **about).values()


def ask(actor: Actor, what: What, wanted: Mapping[str, str], *, key: str = "", **options: Any) -> Outcome:
    """Ask for some values; the others stay as they are shown."""
    about = {name: options[name] for name in ("contact_id", "service_id") if name in options}
    now = shown(actor, what, **about)
    options.setdefault("seen", records.digest(now))
    return commands.ask(actor=actor, what=what, values=now | wanted, key=key or make.key(), **options)


def ask_for_john(actor: Actor, **changed: str) -> Outcome:
    """The handbook's example."""
    return ask(actor, What.CONTACT_CREATION, JOHN | changed)


def remove(actor: Actor, whom: Contact, *, has_left: bool = False, key: str = "") -> Outcome:
    """End a contact's access."""
    seen = records.digest(shown(actor, What.ROLE_REMOVAL, contact_id=whom.pk))
    return commands.remove_access(actor=actor, contact_id=whom.pk, has_left=has_left, seen=seen, key=key or make.key())


def turn_of(case_id: int) -> int:
    """The open turn of a request, else its last one."""
    turns = Task.objects.filter(process_id=case_id).order_by("-pk")
    return (turns.filter(finished=None).first() or turns.get()).pk


def seen(case_id: int) -> str:
    """The digest of what is recorded now."""
    request = ChangeRequest.objects.select_related("case", "contact").get(pk=case_id)
    return records.digest(records.of_request(request).values())


def accept(actor: Actor, case_id: int, **options: Any) -> Outcome:
    """Accept a request as its page shows it now."""
    options = {"task_id": turn_of(case_id), "seen": seen(case_id), "key": make.key()} | options
    if "refused" in options:
        return commands.accept_in_part(actor=actor, case_id=case_id, **options)
    return commands.accept(actor=actor, case_id=case_id, **options)


def reject(actor: Actor, case_id: int, *, reason: str = "not_verified", text: str = "") -> Outcome:
    """Reject a request."""
    task_id = turn_of(case_id)
    return commands.reject(actor=actor, case_id=case_id, task_id=task_id, reason=reason, text=text, key=make.key())


def withdraw(actor: Actor, case_id: int) -> Outcome:
    """Take a request back."""
    return commands.withdraw(actor=actor, case_id=case_id, task_id=turn_of(case_id), key=make.key())


def undo(actor: Actor, case_id: int, *, text: str = "They have not left.") -> Outcome:
    """Undo a removal, confirmed or not."""
    turn = turn_of(case_id) if Case.objects.get(pk=case_id).finished is None else None
    return commands.undo(actor=actor, case_id=case_id, task_id=turn, text=text, key=make.key())
