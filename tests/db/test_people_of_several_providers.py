"""Somebody who works for several providers: the second one adds them with the same address, and learns nothing.

What the second provider can read is compared with what it reads of somebody new, word for word.
"""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tasks import carrying
from tasks.actors import load
from tests import changes as do
from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.actions import entities
from workflows.changes import commands, selectors
from workflows.changes.models import ChangeRequest
from workflows.changes.rules import What
from workflows.engine import verify
from workflows.engine.errors import Refused
from workflows.engine.models import Case, Event, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, User
from workflows.people.models import Contact

load()
pytestmark = pytest.mark.django_db
ADDRESS = "john@agency.example"


@pytest.fixture
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def oasis(quick: None) -> Organisation:
    return make.organisation("Oasis Ltd")


@pytest.fixture
def james(oasis: Organisation) -> Actor:
    make.load_teams()
    return do.administrator_of(oasis, "James Beiley")


@pytest.fixture
def grace(quick: None) -> Actor:
    return make.actor(make.staff_user("fes_admin", name="Grace Okafor"))


@pytest.fixture
def known(quick: None) -> User:
    """Somebody of the home next door, who signs in there and is called otherwise."""
    contact = do.contact(make.organisation("Secret Home Ltd"), name="Jonathan Secret")
    user = contact.user
    assert user is not None
    User.objects.filter(pk=user.pk).update(email=ADDRESS)
    user.refresh_from_db()
    return user


def through(james: Actor, grace: Actor, address: str) -> int:
    """Asked for, accepted, and told on the telephone."""
    case = do.ask_for_john(james, email=address, portal_email=address).case_id
    do.accept(grace, case)
    commands.password_given(actor=grace, case_id=case, task_id=do.turn_of(case), key=make.key())
    return case


def facts(case: int) -> list[str]:
    """The events of a case, without what is a number, a moment, a hash or an id."""
    events = Event.objects.filter(case_id=case).order_by("seq")
    bodies = [f"{each.kind} {each.body}" for each in events]
    return [re.sub(r'"(at|hash|id|due|stream)":"[^"]*"|\b[0-9]+\b|[0-9a-f-]{36}', "", each) for each in bodies]


def shown(james: Actor, case: int) -> list[Any]:
    """What the provider reads of a request at the end, save its number."""
    page = selectors.page(james, case)
    request = page.request
    contact = selectors.contact(james, request.contact_id or 0)
    called = entities.choices(james, "contact")
    return [
        page.case.state, page.case.holder, [(each.label, each.wanted, each.decision) for each in page.lines],
        request.open, request.reason, str(contact), contact.portal_email, selectors.value_words("access", "", {}),
        dict(called).get(contact.user_id or 0),
    ]  # fmt: skip


def test_acceptance_adds_the_provider_to_what_somebody_can_choose(
    james: Actor, grace: Actor, known: User, oasis: Organisation
) -> None:
    case = do.ask_for_john(james, portal_email=ADDRESS.upper()).case_id
    do.accept(grace, case)
    assert User.objects.filter(email=ADDRESS).count() == 1
    there = Membership.objects.filter(user=known).order_by("pk").values_list("organisation__name", "role")
    assert list(there) == [("Secret Home Ltd", "payments"), ("Oasis Ltd", "administration")]
    contact = Contact.objects.get(organisation=oasis, user=known)
    assert contact.name == "John Smith"
    before = known.password
    known.refresh_from_db()
    assert (known.name, known.password, known.must_change_password) == ("Jonathan Secret", before, False)
    assert ChangeRequest.objects.get(pk=case).contact == contact
    assert verify.verify().findings == []


def test_what_a_provider_reads_is_what_it_reads_of_somebody_new(
    james: Actor, grace: Actor, known: User, oasis: Organisation
) -> None:
    one, other = through(james, grace, ADDRESS), through(james, grace, "somebody.new@agency.example")
    assert [each.replace(ADDRESS, "") for each in facts(one)] == facts(other)
    told = [[str(each).replace("somebody.new@agency.example", ADDRESS) for each in shown(james, it)]
            for it in (one, other)]  # fmt: skip
    assert told[0] == told[1]
    assert "Secret" not in str(told)
    names = [each for _, each in entities.choices(james, "contact")]
    assert names.count("John Smith") == 2
    assert "Jonathan Secret" not in names
    kinds = [sorted(Outbox.objects.filter(key__startswith=f"case:{it}:", payload__audience__user=james.user_id)
                    .values_list("payload__kind", flat=True)) for it in (one, other)]  # fmt: skip
    assert kinds[0] == kinds[1]


def test_the_person_is_told_by_a_mail_that_names_nobody(james: Actor, grace: Actor, known: User) -> None:
    case = through(james, grace, ADDRESS)
    for row in Outbox.objects.filter(done_at=None).order_by("pk"):
        carrying.carry_out(row.pk, row.attempts)
    for row in Outbox.objects.filter(done_at=None, topic="mail").order_by("pk"):
        carrying.carry_out(row.pk, row.attempts)
    told = [each for each in mail.outbox if each.to == [ADDRESS]]
    assert len(told) == 1
    reference = Case.objects.get(pk=case).reference
    said = f"{told[0].subject}\n{told[0].body}"
    assert f"one more provider ({reference})" in said
    assert "Oasis" not in said and "Secret" not in said and "Smith" not in said


def test_nobody_gets_a_new_password_for_somebody_who_has_one(james: Actor, grace: Actor, known: User) -> None:
    User.objects.filter(pk=known.pk).update(password_set_at=known.created_at)
    case = do.ask_for_john(james, portal_email=ADDRESS).case_id
    do.accept(grace, case)
    with pytest.raises(Refused, match="has chosen a password already"):
        commands.issue_password(
            actor=grace, case_id=case, task_id=do.turn_of(case), password="Quiet-42-pass", key=make.key()
        )
    assert not Outbox.objects.filter(topic="first_access").exists()


def test_the_council_reads_whom_it_lets_in_and_the_provider_does_not(james: Actor, grace: Actor, known: User) -> None:
    case = do.ask_for_john(james, portal_email=ADDRESS).case_id
    told = selectors.known_elsewhere(grace, selectors.page(grace, case))
    assert told == "Jonathan Secret, Secret Home Ltd"
    assert selectors.known_elsewhere(james, selectors.page(james, case)) == ""
    nobody = do.ask_for_john(james, portal_email="nobody@agency.example").case_id
    assert selectors.known_elsewhere(grace, selectors.page(grace, nobody)) == ""


def test_one_provider_changes_neither_name_nor_address_of_whom_another_knows(
    james: Actor, grace: Actor, known: User, oasis: Organisation
) -> None:
    through(james, grace, ADDRESS)
    contact = Contact.objects.get(organisation=oasis, user=known)
    case = do.ask(james, What.CONTACT_EDIT, {"surname": "Smyth"}, contact_id=contact.pk).case_id
    do.accept(grace, case)
    taking = do.ask(james, What.CONTACT_EDIT, {"portal_email": "mine@oasis.example"}, contact_id=contact.pk).case_id
    with pytest.raises(Refused, match="for another provider too"):
        do.accept(grace, taking)
    contact.refresh_from_db()
    known.refresh_from_db()
    assert (contact.name, known.name, known.email) == ("John Smyth", "Jonathan Secret", ADDRESS)


def test_to_leave_one_provider_leaves_the_other_as_it_is(
    james: Actor, grace: Actor, known: User, oasis: Organisation
) -> None:
    through(james, grace, ADDRESS)
    do.remove(james, Contact.objects.get(organisation=oasis, user=known), has_left=True)
    assert list(Membership.objects.filter(user=known).values_list("organisation__name", flat=True)) == [
        "Secret Home Ltd"
    ]
    assert Contact.objects.get(user=known, organisation__name="Secret Home Ltd").gone_at is None


def test_a_contact_without_access_is_given_it_under_an_address_that_is_known(
    james: Actor, grace: Actor, known: User, oasis: Organisation
) -> None:
    contact = Contact.objects.create(organisation=oasis, forename="John", surname="Smith")
    wanted = {"access": "payments:*", "portal_email": ADDRESS}
    case = do.ask(james, What.ROLE_CHANGE, wanted, contact_id=contact.pk).case_id
    do.accept(grace, case)
    contact.refresh_from_db()
    assert contact.user == known
    assert Outbox.objects.filter(payload__kind="change_request.one_more_provider").count() == 1


def test_where_links_are_mailed_somebody_known_gets_none_and_the_case_ends_alike(
    james: Actor, grace: Actor, known: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_council(monkeypatch, {"change_requests": {"new_user": "mail"}})
    try:
        cases = [do.ask_for_john(james, portal_email=each).case_id for each in (ADDRESS, "new@agency.example")]
        for case in cases:
            do.accept(grace, case)
        states = Case.objects.filter(pk__in=cases).values_list("state", "holder", "version").distinct()
        assert list(states) == [("accepted", "nobody", 2)]
        assert [each.payload["user"] == known.pk for each in Outbox.objects.filter(topic="first_access")] == [False]
    finally:
        monkeypatch.undo()
        usual_council()


def test_of_two_providers_that_ask_for_the_same_new_person_both_get_them(grace: Actor, quick: None) -> None:
    homes = [make.organisation(), make.organisation()]
    cases = [do.ask_for_john(do.administrator_of(each)).case_id for each in homes]
    for case in cases:
        do.accept(grace, case)
    user = User.objects.get(email=do.JOHN["portal_email"])
    assert set(user.memberships.values_list("organisation", flat=True)) == {each.pk for each in homes}
    assert Outbox.objects.filter(topic="first_access", payload__user=user.pk).count() == 2


def test_the_councils_page_says_whom_it_lets_in_and_the_providers_does_not(
    james: Actor, grace: Actor, known: User, client: Client
) -> None:
    case = do.ask_for_john(james, portal_email=ADDRESS).case_id
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(User.objects.get(pk=grace.user_id), backend=backend)
    page = client.get(f"/cases/{case}/").content.decode()
    assert "somebody&#x27;s who uses the portal already: Jonathan Secret, Secret Home Ltd" in page
    do.accept(grace, case)
    page = client.get(f"/cases/{case}/").content.decode()
    assert "no password is needed" in page
    assert "Make a first password" not in page
    client.force_login(User.objects.get(pk=james.user_id), backend=backend)
    session = client.session
    session["organisation"] = james.organisation_id
    session.save()
    page = client.get(f"/portal/change-requests/{case}/").content.decode()
    assert "telephones John Smith with a first password" in page
    assert "Secret" not in page
