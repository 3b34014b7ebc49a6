"""What a legal hold is put on, found by a whole reference: a client, a case, a provider, somebody who signs in, or a
contact; and how each is called on the pages of those who may see holds."""

from collections.abc import Collection, Iterable, Mapping

from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.holds import may_read
from workflows.engine.models import Case, LegalHold
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, User

from .models import Contact
from .rules import tidy_address

About = LegalHold.About
Named = Mapping[int, tuple[str, str]]


def matching(actor: Actor, text: str) -> list[tuple[str, int]]:
    """Everything that a whole SSRef, reference of a case or a provider, or e-mail address names: about, and id."""
    if "administrator" not in actor.duties:
        raise Forbidden("Only an administrator places or lifts a legal hold.")
    typed = text.strip()
    address = tidy_address(typed)
    people = User.objects.filter(email=address, erased_at=None).exclude(kind=User.Kind.SYSTEM)
    found = (
        (About.CLIENT, Client.objects.filter(ss_ref=typed, erased_at=None)),
        (About.CASE, Case.objects.filter(reference__iexact=typed)),
        (About.PROVIDER, Organisation.objects.filter(reference__iexact=typed)),
        (About.PERSON, people),
        (About.CONTACT, Contact.objects.filter(user=None, email__iexact=address)),
    )
    if not typed:
        return []
    return [(about.value, pk) for about, rows in found for pk in rows.order_by("pk").values_list("pk", flat=True)]


def called(actor: Actor, subjects: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, str]]:
    """The name of each, and a note; one query a kind. A client is called by the SSRef: a list of holds names nobody."""
    if not may_read(actor):
        raise Forbidden("Only administrators and auditors see what is under a legal hold.")
    by_kind: dict[str, set[int]] = {}
    for about, pk in subjects:
        by_kind.setdefault(about, set()).add(pk)
    return {(about, pk): said for about, ids in by_kind.items() for pk, said in _names(about, ids).items()}


def one(actor: Actor, about: str, pk: int) -> tuple[str, str]:
    """How one is called; NotFound when it is not there."""
    found = called(actor, [(about, pk)]).get((about, pk)) if about in About.values else None
    if found is None:
        raise NotFound
    return found


def _names(about: str, ids: Collection[int]) -> Named:
    if about == About.CLIENT:
        rows = Client.objects.filter(pk__in=ids).values_list("pk", "ss_ref")
        return {pk: (f"SSRef {ss_ref}", "Client, with everything that is about them") for pk, ss_ref in rows}
    if about == About.CASE:
        cases = Case.objects.filter(pk__in=ids).select_related("organisation")
        return {each.pk: (each.reference, f"Case with {each.organisation.name}") for each in cases}
    if about == About.PROVIDER:
        providers = Organisation.objects.filter(pk__in=ids)
        return {each.pk: (each.name, f"Provider {each.reference}, with everything of it") for each in providers}
    if about == About.PERSON:
        people = User.objects.filter(pk__in=ids)
        return {each.pk: (each.name, "Can sign in, or could") for each in people}
    contacts = Contact.objects.filter(pk__in=ids).select_related("organisation")
    return {each.pk: (each.name, f"Contact of {each.organisation.name}") for each in contacts}
