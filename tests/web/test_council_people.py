"""Administration of people: teams, duties, invitations, and providers' roles and reach."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from tasks.actors import first_access
from tests import factories as make
from tests.councils import served
from tests.db.test_turns import again, rejected
from workflows.council.profile import current
from workflows.engine import turns
from workflows.engine.events import facts_of
from workflows.engine.models import Content, Event, Outbox
from workflows.engine.reactions import named
from workflows.parties.models import Membership, Team, TeamMember, User
from workflows.people import commands
from workflows.people.models import OpenSession

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
TEAM = "service_brokerage"


@pytest.fixture
def browser() -> Browser:
    """An administrator's."""
    return browser_of(make.staff_user("", duty="administrator", name="Helen Marsh"))


def team(key: str = TEAM) -> Team:
    return Team.objects.get(key=key)


def test_a_member_comes_leads_and_goes_and_what_they_had_claimed_goes_back(browser: Browser) -> None:
    priya, bob = make.staff_user(TEAM, role="lead", name="Priya Raman"), make.staff_user("procurement", name="Bob Hall")
    page = f"/administration/teams/{team().pk}/"
    assert "Add somebody" in council.words(browser.get(page))
    asked = council.words(browser.post(page, {"person": bob.pk, "role": "lead"}))
    assert "Nobody was added: 1 thing to put right" in asked  # nothing is done without a reason
    browser.post(page, {"person": bob.pk, "role": "lead", "reason": "Priya is away"})
    event = Event.objects.get(stream=f"user:{bob.pk}", kind="user.team_added")
    assert (facts_of(event)["team"], facts_of(event)["role"]) == (TEAM, "lead")
    assert Content.objects.get(stream=event.stream, label="reason").text == "Priya is away"
    task = rejected()
    turns.claim(actor=make.actor(bob), task_id=task.pk, key=make.key())
    theirs = f"{page}people/{bob.pk}/"
    assert "They have claimed 1 task of this team." in council.words(browser.get(theirs))
    done = browser.post(theirs, {"role": "remove", "reason": "Priya is back"}, follow=True)
    assert "Bob Hall is not in Service Brokerage Team any more. 1 claimed task goes back" in council.words(done)
    for row in Outbox.objects.filter(topic=commands.LEFT):
        named("people.strand_nothing").function(row.payload, row.key)
    assert again(task).owner is None
    last = browser.post(f"{page}people/{priya.pk}/", {"role": "member", "reason": "Rest"})
    assert "Priya Raman is the only lead of Service Brokerage Team" in council.words(last)
    assert TeamMember.objects.get(user=priya).role == "lead"


def test_somebody_new_is_invited_once_more_given_a_duty_and_shut_out(browser: Browser, mailoutbox: list[Any]) -> None:
    make.load_teams()
    form = {"name": "Ann Field", "email": "Ann.Field@council.example", "team": "procurement", "role": "member",
            "reason": "New in March"}  # fmt: skip
    page = browser.post("/administration/people/invite/", form, follow=True)
    ann = User.objects.get(email="ann.field@council.example")
    theirs = f"/helpline/people/{ann.pk}/"
    assert page.redirect_chain == [(theirs, 302)]
    assert "Invited, has not signed in yet" in council.words(page)
    assert "known by the address" in council.words(browser.post("/administration/people/invite/", form))
    browser.post(theirs, {"act": "invite"})
    for row in Outbox.objects.filter(topic="first_access").order_by("pk"):
        first_access.tell(row.payload, row.key)
    links = [re.search(r"https?://\S+/(first|sign-in)\S*/\S+", mail.body) for mail in mailoutbox]
    assert [mail.to for mail in mailoutbox] == [[ann.email]] * 2
    assert all(links), mailoutbox[0].body
    other = browser_of(ann)
    assert other.get("/administration/teams/").status_code == 403
    browser.post(f"/administration/people/{ann.pk}/duties/", {"duties": ["auditor"], "reason": "Yearly audit"})
    assert other.get("/administration/teams/").status_code == 200  # with the next request
    browser.post(theirs, {"act": "suspend", "reason": "On leave for a year"})
    ann.refresh_from_db()
    assert (ann.is_active, ann.suspended_at is not None) == (False, True)
    assert not OpenSession.objects.filter(user_id=ann.pk).exists()
    assert other.get("/administration/teams/").status_code == 302
    oneself = User.objects.get(name="Helen Marsh")
    mine = browser.post(f"/administration/people/{oneself.pk}/duties/", {"duties": ["auditor"], "reason": "I may"})
    assert "Nobody changes their own duties" in council.words(mine)
    assert [group.name for group in oneself.groups.all()] == ["administrator"]


def test_a_role_and_its_reach_are_changed_with_the_next_request() -> None:
    helpline = browser_of(make.staff_user("fes_admin", name="Ines Help"))
    here = make.service()
    there = make.service(here.organisation)
    make.provider_user(here.organisation, name="Linda Frith")
    james = make.provider_user(here.organisation, name="James Beiley")
    page = f"/administration/people/{james.pk}/access/{here.organisation_id}/"
    portal = browser_of(james)
    assert portal.get("/portal/contacts/").status_code == 200
    seen = "super_user_scheduled:*"
    form = {"seen": seen, "role": "payments", "reach": "services", "services": [here.pk], "reason": "Asked by phone"}
    assert "Choose at least one service" in council.words(helpline.post(page, form | {"services": []}))
    helpline.post(page, form)
    rows = Membership.objects.filter(user=james).values_list("role", "service_id")
    assert list(rows) == [("payments", here.pk)]
    assert there.pk not in {service for _, service in rows}
    again_ = browser_of(james)  # what was taken ended the session
    assert portal.get("/portal/contacts/").status_code == 302
    assert again_.get("/portal/contacts/").status_code == 403
    late = council.words(helpline.post(page, form | {"role": "reports"}))
    assert "A colleague has changed this meanwhile" in late
    listed = council.words(helpline.get(f"/administration/people/?side=provider&organisation={here.organisation_id}"))
    assert f"{here.name}, {here.organisation.name} (Payments)" in listed
    assert helpline.get("/administration/people/?side=staff").status_code == 403
    found = helpline.post("/administration/people/", {"text": "beil"})
    assert "James Beiley" in council.words(found)
    assert "Linda Frith" not in council.words(found)


@pytest.mark.parametrize("address", ["/administration/people/", "/administration/people/?side=provider",
                                     "/administration/teams/", "/administration/teams/{team}/"])  # fmt: skip
def test_lists_cost_the_same_for_one_and_for_many(
    browser: Browser, address: str, django_assert_max_num_queries: Any
) -> None:
    home = make.service()
    for number in range(30):
        make.staff_user(TEAM, name=f"Officer {number:02}")
        make.provider_user(home.organisation, only=home)
    page = address.format(team=team().pk)
    browser.get(page)
    with django_assert_max_num_queries(12):
        answer = browser.get(page)
    assert answer.status_code == 200
    assert "Next" in council.words(answer) or address == "/administration/teams/"


def test_a_provider_sees_who_of_the_council_looks_after_it() -> None:
    """Bradford "Shared Support": their Business Relationship Officer; a council without the word has no such page."""
    home = make.service()
    page = f"/administration/providers/{home.organisation_id}/officer/"
    form = {"name": "Rosa Lund", "email": "Rosa.Lund@council.example", "telephone": "01274 1", "reason": "New in post"}
    with served("bradford"):
        role = current().roles[0].key
        helper, theirs = make.staff_user("", duty="administrator"), make.provider_user(home.organisation, role=role)
        other = make.provider_user(make.organisation(), role=role)
        assert browser_of(helper).post(page, form | {"reason": ""}).status_code == 200
        browser_of(helper).post(page, form)
        seen = council.words(browser_of(theirs).get("/portal/"))
        assert "Business Relationship Officer Rosa Lund rosa.lund@council.example 01274 1" in seen
        assert "Rosa Lund" not in council.words(browser_of(other).get("/portal/"))
        event = Event.objects.get(kind="organisation.officer_set")
        assert "Rosa" not in event.body
    assert browser_of(helper).get(page).status_code == 404
