"""Change requests from submission to the live record (design, workflows §2; norfolk-handbook §6, §7)."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from tasks.actors import first_access as first_mail
from tests import changes as do
from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.changes import commands, selectors
from workflows.changes.models import ChangeField, ChangeRequest
from workflows.changes.rules import What
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from workflows.engine.models import Case, Event, Outbox, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, User
from workflows.parties.selectors import actor_for
from workflows.people.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def oasis() -> Organisation:
    """The handbook's provider."""
    make.load_teams()
    return make.organisation("Oasis Care and Support")


@pytest.fixture
def james(oasis: Organisation) -> Actor:
    """Who administers it."""
    return do.administrator_of(oasis, "James Beiley")


@pytest.fixture
def anita() -> Actor:
    """Procurement."""
    return make.actor(make.staff_user("procurement", name="Anita Dell"))


@pytest.fixture
def grace() -> Actor:
    """The helpline's desk."""
    return make.actor(make.staff_user("fes_admin", name="Grace Okoro"))


def state(case_id: int) -> str:
    return Case.objects.get(pk=case_id).state


def holder(case_id: int) -> str:
    case = Case.objects.select_related("holder_team").get(pk=case_id)
    return case.holder_team.key if case.holder_team else case.holder


def test_nothing_live_changes_before_procurement_accepts(james: Actor, anita: Actor, oasis: Organisation) -> None:
    case = do.ask(james, What.ORGANISATION, {"postcode": "OA1 1HT", "town": "Sahara"}).case_id
    oasis.refresh_from_db()
    assert (oasis.postcode, holder(case), state(case)) == ("", "procurement", "submitted")
    assert Task.objects.get(process_id=case).clock is not None
    outcome = do.accept(anita, case)
    oasis.refresh_from_db()
    assert (oasis.postcode, oasis.town, outcome.state, holder(case)) == ("OA1 1HT", "Sahara", "accepted", "nobody")
    told = Event.objects.filter(stream=f"organisation:{oasis.pk}").latest("seq")
    assert (told.kind, told.actor_id) == ("organisation.changed", anita.user_id)
    assert set(ChangeField.objects.filter(request=case).values_list("field", "decision", "found")) == {
        ("postcode", "accepted", ""), ("town", "accepted", ""),
    }  # fmt: skip
    assert verify().findings == []


def test_field_by_field(james: Actor, anita: Actor, oasis: Organisation) -> None:
    case = do.ask(james, What.ORGANISATION, {"telephone": "01603 1", "name": "Oasis Group"}).case_id
    with pytest.raises(Invalid) as wrong:
        do.accept(anita, case, refused={"name": "because"})
    assert wrong.value.faults == {"name": "Choose why it is rejected"}
    with pytest.raises(Invalid, match="some fields are accepted"):
        do.accept(anita, case, refused={"name": "other", "telephone": "other"})
    assert do.accept(anita, case, refused={"name": "not_as_contracted"}).state == "accepted_in_part"
    oasis.refresh_from_db()
    assert (oasis.telephone, oasis.name) == ("01603 1", "Oasis Care and Support")
    rows = dict(ChangeField.objects.filter(request=case).values_list("field", "reason"))
    assert rows == {"name": "not_as_contracted", "telephone": ""}


def test_a_value_that_moved_must_have_been_seen(james: Actor, anita: Actor, oasis: Organisation) -> None:
    case = do.ask(james, What.ORGANISATION, {"telephone": "01603 1"}).case_id
    shown = do.seen(case)
    Organisation.objects.filter(pk=oasis.pk).update(telephone="01603 9", town="Cromer")
    with pytest.raises(Refused) as refusal:
        do.accept(anita, case, seen=shown)
    assert refusal.value.code == "moved"
    line = selectors.page(anita, case).lines[0]
    assert (line.old, line.wanted, line.now, line.moved) == ("", "01603 1", "01603 9", True)
    do.accept(anita, case)
    oasis.refresh_from_db()
    assert (oasis.telephone, oasis.town) == ("01603 1", "Cromer")
    with pytest.raises(Refused, match="changed since this page"):
        do.ask(james, What.ORGANISATION, {"town": "Diss"}, seen=shown)


def test_a_rejection_has_a_reason_of_the_councils_list(james: Actor, anita: Actor) -> None:
    case = do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id
    with pytest.raises(Invalid) as wrong:
        do.reject(anita, case, reason="")
    assert wrong.value.faults == {"reason": "Choose why it is rejected"}
    do.reject(anita, case, reason="incomplete", text="Which street?")
    request = ChangeRequest.objects.select_related("words").get(pk=case)
    assert (request.reason, request.words and request.words.text, request.decided_by_id, request.open) == (
        "incomplete", "Which street?", anita.user_id, False,
    )  # fmt: skip
    with pytest.raises(Stale):
        do.accept(anita, case)
    assert Outbox.objects.filter(topic="notify", payload__kind="change_request.decided").count() == 1


def test_who_asks_never_decides(james: Actor, oasis: Organisation) -> None:
    """Somebody who has moved from the provider to the council is still who asked, and still whom it is about."""
    case = do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id
    user = User.objects.get(pk=james.user_id)
    user.kind = "staff"
    user.save()
    user.teams.create(team_id=Case.objects.get(pk=case).holder_team_id)
    moved = make.actor(user)
    with pytest.raises(Forbidden, match="asked for this yourself"):
        do.accept(moved, case)
    with pytest.raises(Forbidden, match="asked for this yourself"):
        do.reject(moved, case)
    other = do.administrator_of(oasis)
    about = do.ask(other, What.CONTACT_EDIT, {"mobile": "1"}, contact_id=Contact.objects.get(user=user).pk).case_id
    user.teams.create(team_id=Case.objects.get(pk=about).holder_team_id)
    with pytest.raises(Forbidden, match="about yourself"):
        do.accept(make.actor(user), about)


def test_two_requests_on_one_field_are_both_listed_and_say_so(james: Actor, anita: Actor) -> None:
    first = do.ask(james, What.ORGANISATION, {"town": "Diss", "fax": "1"}).case_id
    second = do.ask(james, What.ORGANISATION, {"town": "Cromer"}).case_id
    reference = Case.objects.get(pk=first).reference
    page = selectors.page(james, second)
    assert [line.others for line in page.lines] == [[reference]]
    assert [each.pk for each in page.others] == [first]
    assert [line.others for line in selectors.page(anita, first).lines] == [[Case.objects.get(pk=second).reference], []]
    assert [row["case_id"] for row in selectors.listed(james).order_by("responded_at", "case_id")] == [first, second]
    do.accept(anita, second)
    page = selectors.page(anita, first)
    assert next((line.label, line.old, line.now, line.moved) for line in page.lines) == ("Town", "", "Cromer", True)


def test_the_same_asked_twice_is_recognised(james: Actor, anita: Actor, oasis: Organisation) -> None:
    key = make.key()
    first = do.ask(james, What.ORGANISATION, {"town": "Diss"}, key=key)
    assert do.ask(james, What.ORGANISATION, {"town": "Diss"}, key=key).case_id == first.case_id
    with pytest.raises(KeyReused):
        do.ask(james, What.ORGANISATION, {"town": "Cromer"}, key=key)
    with pytest.raises(Refused, match="It is CR-") as refusal:
        do.ask(do.administrator_of(oasis), What.ORGANISATION, {"town": "Diss"})
    assert refusal.value.code == "duplicate"
    do.reject(anita, first.case_id)
    assert do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id != first.case_id
    with pytest.raises(Refused, match="Nothing is different"):
        do.ask(james, What.ORGANISATION, {})


def test_a_new_contact_is_telephoned_in_norfolk(james: Actor, grace: Actor, oasis: Organisation) -> None:
    case = do.ask_for_john(james).case_id
    assert holder(case) == "fes_admin"
    assert not User.objects.filter(email=do.JOHN["email"]).exists()
    do.accept(grace, case)
    john = User.objects.get(email=do.JOHN["email"])
    found = Contact.objects.get(user=john)
    assert (found.name, found.town, found.role, found.organisation_id) == (
        "John Smith", "Ipswich", "Finance Assistant", oasis.pk,
    )  # fmt: skip
    actor = actor_for(john, oasis.pk)
    assert actor is not None
    assert actor.may("contacts", "edit")
    assert not john.has_usable_password()
    assert (state(case), holder(case), Task.objects.get(process_id=case, finished=None).node) == (
        "accepted", "fes_admin", "first_password",
    )  # fmt: skip
    task = do.turn_of(case)
    commands.issue_password(actor=grace, case_id=case, task_id=task, password="First-pass-42", key=make.key())
    john.refresh_from_db()
    assert john.check_password("First-pass-42")
    assert john.must_change_password
    assert not Event.objects.filter(body__contains="First-pass").exists()
    commands.password_given(actor=grace, case_id=case, task_id=task, key=make.key())
    assert (state(case), holder(case)) == ("accepted", "nobody")


def test_another_council_mails_a_link_and_refuses_shared_mailboxes(
    james: Actor, grace: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="confirm that it is"):
        do.ask_for_john(james, portal_email="office2@testsystem.example")
    do.ask(james, What.CONTACT_CREATION, do.JOHN | {"portal_email": "office2@testsystem.example"}, confirmed=True)
    another_council(
        monkeypatch,
        {"change_requests": {"new_user": "mail", "shared_mailbox": "refuse", "contact_needs": ["forename", "surname"]}},
    )
    with pytest.raises(Invalid, match="shared mailbox cannot be used"):
        do.ask(james, What.CONTACT_CREATION, do.JOHN | {"portal_email": "info@testsystem.example"}, confirmed=True)
    case = do.ask(james, What.CONTACT_CREATION, {"forename": "Ada", "surname": "Byron", "access": "payments:*",
                                                 "portal_email": "ada@testsystem.example"}).case_id  # fmt: skip
    do.accept(grace, case)
    assert (state(case), holder(case)) == ("accepted", "nobody")
    assert Outbox.objects.filter(topic="first_access").count() == 1
    commands.send_link(actor=grace, case_id=case, key=make.key())
    assert Outbox.objects.filter(topic="first_access").count() == 2
    usual_council()


def test_an_address_that_cannot_be_given_is_told_to_the_council_alone(james: Actor, grace: Actor) -> None:
    with pytest.raises(Invalid, match="One of your own contacts has this address"):
        do.ask_for_john(james, portal_email=User.objects.get(pk=james.user_id).email)
    colleague = make.staff_user("procurement")
    case = do.ask_for_john(james, portal_email=colleague.email).case_id
    with pytest.raises(Refused, match="is a colleague's"):
        do.accept(grace, case)
    User.objects.filter(pk=colleague.pk).update(kind="provider", is_active=False)
    with pytest.raises(Refused, match="whose access the council ended"):
        do.accept(grace, case)
    do.accept(grace, case, refused={"portal_email": "duplicate", "access": "duplicate"})
    assert Contact.objects.get(forename="John").user is None
    assert holder(case) == "nobody"


def test_a_role_change_is_made_whole(james: Actor, grace: Actor, oasis: Organisation) -> None:
    ann, home = do.contact(oasis), make.service(oasis)
    with pytest.raises(Invalid, match="services of your own"):
        do.ask(james, What.ROLE_CHANGE, {"access": f"payments:{make.service().pk}"}, contact_id=ann.pk)
    case = do.ask(james, What.ROLE_CHANGE, {"access": f"administration:{home.pk}"}, contact_id=ann.pk).case_id
    do.accept(grace, case)
    assert list(Membership.objects.filter(user=ann.user).values_list("role", "service_id")) == [
        ("administration", home.pk)
    ]


def test_the_last_who_administers_cannot_be_made_less(james: Actor, grace: Actor) -> None:
    me = Contact.objects.get(user_id=james.user_id)
    case = do.ask(james, What.ROLE_CHANGE, {"access": "read_only:*"}, contact_id=me.pk).case_id
    with pytest.raises(Refused) as refusal:
        do.accept(grace, case)
    assert refusal.value.code == "last_administrator"
    assert state(case) == "submitted"


def test_a_removal_ends_access_at_once_and_can_be_undone(james: Actor, grace: Actor, oasis: Organisation) -> None:
    ann = do.contact(oasis)
    user = User.objects.get(pk=ann.user_id)
    case = do.remove(james, ann, has_left=True).case_id
    assert actor_for(user, oasis.pk) is None
    assert not Contact.objects.filter(pk=ann.pk, gone_at=None).exists()
    assert (state(case), holder(case)) == ("submitted", "fes_admin")
    with pytest.raises(Refused, match="has no access"):
        do.remove(james, ann)
    do.accept(grace, case)
    with pytest.raises(Invalid, match="Say why"):
        do.undo(grace, case, text=" ")
    with pytest.raises(Forbidden):
        do.undo(james, case)
    do.undo(grace, case)
    assert actor_for(user, oasis.pk) is not None
    assert (state(case), Contact.objects.get(pk=ann.pk).gone_at) == ("undone", None)
    with pytest.raises(Refused, match="no removal here"):
        do.undo(grace, case)
    assert verify().findings == []


def test_a_removal_cannot_be_undone_too_late(james: Actor, grace: Actor, oasis: Organisation) -> None:
    case = do.remove(james, do.contact(oasis)).case_id
    with moment.at(moment.now() + timedelta(days=15)), pytest.raises(Refused) as refusal:
        do.undo(grace, case)
    assert refusal.value.code == "too_late"
    do.undo(james, case)
    assert state(case) == "undone"


def test_nobody_removes_themselves_or_the_last_who_administers(james: Actor, oasis: Organisation) -> None:
    with pytest.raises(Refused, match="your own access"):
        do.remove(james, Contact.objects.get(user_id=james.user_id))
    at_home = make.service(oasis)
    Membership.objects.filter(user_id=james.user_id).update(role="super_user_actuals")
    other = do.contact(oasis, role="administration")
    other_actor = make.actor(User.objects.get(pk=other.user_id))
    do.remove(other_actor, Contact.objects.get(user_id=james.user_id))
    third = do.contact(oasis, role="administration")
    Membership.objects.filter(user_id=third.user_id).update(service=at_home)
    assert Membership.objects.filter(user_id=other.user_id).exists()


def test_a_request_against_a_contact_who_has_left_is_closed(james: Actor, grace: Actor, oasis: Organisation) -> None:
    ann = do.contact(oasis)
    case = do.ask(james, What.CONTACT_EDIT, {"mobile": "07"}, contact_id=ann.pk).case_id
    with pytest.raises(Refused, match="The record is there"):
        commands.close(actor=grace, case_id=case, task_id=do.turn_of(case), text="", key=make.key())
    do.remove(james, ann, has_left=True)
    with pytest.raises(Refused, match="has left the organisation"):
        do.accept(grace, case)
    with pytest.raises(Refused, match="has left the organisation"):
        do.ask(james, What.CONTACT_EDIT, {"mobile": "08"}, contact_id=ann.pk)
    commands.close(actor=grace, case_id=case, task_id=do.turn_of(case), text="", key=make.key())
    request = ChangeRequest.objects.select_related("words").get(pk=case)
    assert state(case) == "closed"
    assert request.words is not None
    assert request.words.text == "This contact has left the organisation."


def test_a_contacts_edit_renames_and_readdresses_the_user(james: Actor, grace: Actor, oasis: Organisation) -> None:
    ann = do.contact(oasis)
    case = do.ask(
        james, What.CONTACT_EDIT, {"surname": "Else", "portal_email": "Ann.Else@oasis.example"}, contact_id=ann.pk
    ).case_id
    do.accept(grace, case)
    user = User.objects.get(pk=ann.user_id)
    assert (user.name, user.email) == ("Ann Else", "ann.else@oasis.example")


def test_a_withdrawal_changes_nothing(james: Actor, anita: Actor, oasis: Organisation) -> None:
    case = do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id
    payments = make.actor(make.provider_user(oasis, role="payments"))
    with pytest.raises(Forbidden, match="not take it back"):
        do.withdraw(payments, case)
    with pytest.raises(Forbidden):
        commands.withdraw(actor=anita, case_id=case, task_id=do.turn_of(case), key=make.key())
    do.withdraw(james, case)
    oasis.refresh_from_db()
    assert (state(case), oasis.town) == ("withdrawn", "")


def test_a_home_asks_for_its_own_details_and_no_more(james: Actor, oasis: Organisation) -> None:
    home, other = make.service(oasis), make.service(oasis)
    local = make.actor(make.provider_user(oasis, role="administration", only=home))
    case = do.ask(local, What.SERVICE, {"town": "Diss"}, service_id=home.pk).case_id
    assert Case.objects.get(pk=case).service_id == home.pk
    for what, about in ((What.SERVICE, {"service_id": other.pk}), (What.ORGANISATION, {}), (What.CONTACT_CREATION, {})):
        with pytest.raises(NotFound):
            do.ask(local, what, {"town": "Diss"}, **about)
    with pytest.raises(NotFound):
        do.ask(james, What.SERVICE, {"town": "Diss"}, service_id=make.service().pk)
    assert not Service.objects.exclude(town="").exists()


def test_what_is_missing_is_said_by_field(james: Actor) -> None:
    with pytest.raises(Invalid) as wrong:
        do.ask(james, What.CONTACT_CREATION, {"uprn": "1", "email": "nobody", "access": "captain:*"})
    assert wrong.value.faults == {
        "forename": "Enter the forename",
        "surname": "Enter the surname",
        "address_1": "Enter the address 1",
        "telephone": "Enter the telephone",
        "portal_email": "Enter the provider portal email address",
        "uprn": "UPRN is the number of a property. The security role has a field of its own below: choose it there",
        "email": "Enter an e-mail address like name@example.com.",
        "access": f"{current().name} has no role captain.",
    }


def test_old_requests_are_archived(james: Actor, anita: Actor) -> None:
    old = do.ask(james, What.ORGANISATION, {"town": "Diss"}).case_id
    waiting = do.ask(james, What.ORGANISATION, {"fax": "1"}).case_id
    do.reject(anita, old)
    with moment.at(moment.now() + timedelta(days=91)):
        assert [row["case_id"] for row in selectors.listed(james)] == [waiting]
        assert {row["case_id"] for row in selectors.listed(james, archived=True)} == {old, waiting}
        assert selectors.page(james, old).archived


def test_the_mail_to_somebody_new_brings_no_password(
    james: Actor, grace: Actor, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMessage]
) -> None:
    do.accept(grace, do.ask_for_john(james).case_id)
    john = User.objects.get(email=do.JOHN["portal_email"])
    first_mail.tell({"user": john.pk}, "one")
    assert "will telephone you with your first password" in mailoutbox[0].body
    assert "/first-access/" not in mailoutbox[0].body
    assert "John" not in mailoutbox[0].body + mailoutbox[0].subject
    another_council(monkeypatch, {"change_requests": {"new_user": "mail"}})
    first_mail.tell({"user": john.pk}, "two")
    link = re.search(r"http\S+(/first-access/\S+/)", mailoutbox[1].body)
    assert link is not None
    browser = Client()
    assert "Your first sign-in" in browser.get(link[1]).content.decode()
    assert "sent to another address" in browser.post(link[1], {"email": "x@y.example"}).content.decode()
    assert browser.post(link[1], {"email": john.email}).headers["Location"] == "/sign-in/new-password/"
    chosen = {"password": "Lamp-Harbour-77", "again": "Lamp-Harbour-77"}
    assert browser.post("/sign-in/new-password/", chosen).status_code == 302
    assert Client().get(link[1]).status_code == 404
    usual_council()
