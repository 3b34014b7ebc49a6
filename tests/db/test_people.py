"""The verbs on people and organisations, and loading a council."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import factories as make
from workflows.council.profile import current
from workflows.council.schema import Council
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Content, Event
from workflows.parties.actor import Actor
from workflows.parties.models import (
    Membership,
    Organisation,
    OrganisationGroupPermission,
    Service,
    Team,
    TeamMember,
    User,
)
from workflows.parties.selectors import actor_for, system_actor
from workflows.people import commands, loading, organisations

pytestmark = pytest.mark.django_db


@pytest.fixture
def helen() -> Actor:
    """An administrator."""
    return make.actor(make.staff_user("", duty="administrator", name="Helen Marsh"))


@pytest.fixture
def oasis() -> Organisation:
    """A provider."""
    return make.organisation("Oasis Residential Care Home")


def person(organisation: Organisation, role: str = "super_user_scheduled", name: str = "James Beiley") -> User:
    email = f"{name.replace(' ', '.')}@oasiscare.example"
    return commands.create_provider_user(
        actor=system_actor(), name=name, email=email, organisation_id=organisation.pk, role=role
    )


def kinds(user: User) -> list[str]:
    return list(Event.objects.filter(stream=f"user:{user.pk}").order_by("seq").values_list("kind", flat=True))


def test_a_providers_person_gets_the_rights_of_the_role_at_once(oasis: Organisation) -> None:
    james = person(oasis)
    assert james.email == "james.beiley@oasiscare.example"
    assert not james.has_usable_password()
    actor = actor_for(james, oasis.pk)
    assert actor is not None
    assert actor.may("contract_documents", "edit")
    assert not actor.may("actuals")
    assert kinds(james) == ["user.added", "user.role_given"]


def test_a_role_at_one_service_reaches_no_further(helen: Actor, oasis: Organisation) -> None:
    here, there = make.service(oasis), make.service(oasis)
    james = person(oasis, role="invoice_only")
    commands.give_role(
        actor=helen, user_id=james.pk, organisation_id=oasis.pk, role="administration", service_id=here.pk
    )
    actor = actor_for(james, oasis.pk)
    assert actor is not None
    assert actor.may("contract_documents", "edit", here.pk)
    assert not actor.may("contract_documents", "edit", there.pk)
    with pytest.raises(NotFound):
        commands.give_role(
            actor=helen, user_id=james.pk, organisation_id=oasis.pk, role="reports", service_id=make.service().pk
        )


def test_a_role_that_is_removed_ends_access_at_once(helen: Actor, oasis: Organisation) -> None:
    person(oasis, name="Linda Frith")
    james = person(oasis)
    membership = Membership.objects.get(user=james)
    commands.remove_role(actor=helen, user_id=james.pk, membership_id=membership.pk)
    assert actor_for(james, oasis.pk) is None
    assert not OrganisationGroupPermission.objects.filter(group__user=james).exists()
    with pytest.raises(NotFound):
        commands.remove_role(actor=helen, user_id=james.pk, membership_id=membership.pk)


def test_the_last_who_administers_a_provider_stays(helen: Actor, oasis: Organisation) -> None:
    james, reader = person(oasis), person(oasis, role="read_only", name="Ben Archer")
    membership = Membership.objects.get(user=james)
    with pytest.raises(Refused, match="last one who administers"):
        commands.remove_role(actor=helen, user_id=james.pk, membership_id=membership.pk)
    with pytest.raises(Refused, match="last one who administers"):
        commands.deactivate(actor=helen, user_id=james.pk, reason="Has left")
    assert Membership.objects.filter(user=james).exists()
    commands.deactivate(actor=helen, user_id=reader.pk, reason="Has left")
    commands.give_role(actor=helen, user_id=james.pk, organisation_id=oasis.pk, role="administration")
    commands.remove_role(actor=helen, user_id=james.pk, membership_id=membership.pk)
    linda = person(oasis, name="Linda Frith")
    commands.deactivate(actor=helen, user_id=james.pk, reason="Has left")
    assert not User.objects.get(pk=james.pk).is_active
    with pytest.raises(Refused, match="last one"):
        commands.deactivate(actor=helen, user_id=linda.pk, reason="Has left")


def test_staff_come_into_teams_and_leave_them(helen: Actor) -> None:
    make.load_teams()
    priya = commands.create_staff(actor=helen, name="Priya Raman", email="Priya.Raman@council.example")
    commands.add_to_team(actor=helen, user_id=priya.pk, team_key="service_brokerage")
    commands.add_to_team(actor=helen, user_id=priya.pk, team_key="service_brokerage", role="manager")
    actor = actor_for(priya)
    assert actor is not None
    assert actor.manages("service_brokerage")
    with pytest.raises(Refused, match="no role captain"):
        commands.add_to_team(actor=helen, user_id=priya.pk, team_key="procurement", role="captain")
    with pytest.raises(NotFound):
        commands.add_to_team(actor=helen, user_id=priya.pk, team_key="nowhere")
    commands.remove_from_team(actor=helen, user_id=priya.pk, team_key="service_brokerage")
    assert not TeamMember.objects.filter(user=priya).exists()
    with pytest.raises(Refused, match="not in Service Brokerage Team"):
        commands.remove_from_team(actor=helen, user_id=priya.pk, team_key="service_brokerage")
    assert kinds(priya) == ["user.added", "user.team_added", "user.team_added", "user.team_removed"]


def test_the_last_administrator_stays_one(helen: Actor) -> None:
    with pytest.raises(Refused, match="only administrator"):
        commands.remove_duty(actor=system_actor(), user_id=helen.user_id, duty="administrator")
    with pytest.raises(Refused, match="your own access"):
        commands.deactivate(actor=helen, user_id=helen.user_id, reason="Tired")
    ravi = commands.create_staff(actor=helen, name="Ravi Nair", email="ravi@council.example")
    commands.give_duty(actor=helen, user_id=ravi.pk, duty="administrator")
    with pytest.raises(Refused, match="already"):
        commands.give_duty(actor=helen, user_id=ravi.pk, duty="administrator")
    with pytest.raises(Refused, match="your own duties"):
        commands.remove_duty(actor=helen, user_id=helen.user_id, duty="administrator")
    commands.remove_duty(actor=make.actor(ravi), user_id=helen.user_id, duty="administrator")
    with pytest.raises(Refused, match="only administrator"):
        commands.deactivate(actor=system_actor(), user_id=ravi.pk, reason="Has left")


def test_names_and_addresses_never_stand_in_an_events_body(helen: Actor, oasis: Organisation) -> None:
    james = person(oasis)
    commands.change_name(actor=helen, user_id=james.pk, name="James Beiley-Stone")
    bodies = " ".join(Event.objects.filter(stream=f"user:{james.pk}").values_list("body", flat=True))
    assert "Beiley" not in bodies
    assert "oasiscare" not in bodies
    assert Content.objects.filter(stream=f"user:{james.pk}", text="James Beiley-Stone").exists()


def test_an_address_is_known_once_whatever_its_capitals(helen: Actor) -> None:
    commands.create_staff(actor=helen, name="Priya Raman", email="priya@council.example")
    with pytest.raises(Refused, match="known by the address"):
        commands.create_staff(actor=helen, name="Priya Again", email=" PRIYA@council.example ")
    for address in ("priya", "priya@council", "pri ya@council.example", "@council.example", "a@" + "b" * 255 + ".uk"):
        with pytest.raises(Refused, match="Enter an e-mail address"):
            commands.create_staff(actor=helen, name="Priya Raman", email=address)


def test_the_system_user_is_nobodys_to_change(helen: Actor) -> None:
    with pytest.raises(NotFound):
        commands.deactivate(actor=helen, user_id=system_actor().user_id, reason="Because")


ATTEMPTS: dict[str, Callable[[Actor, User, Organisation], object]] = {
    "staff": lambda actor, _user, _at: commands.create_staff(actor=actor, name="A", email="a@council.example"),
    "provider user": lambda actor, _user, at: commands.create_provider_user(
        actor=actor, name="A", email="a@oasis.example", organisation_id=at.pk, role="read_only"
    ),
    "role": lambda actor, user, at: commands.give_role(
        actor=actor, user_id=user.pk, organisation_id=at.pk, role="read_only"
    ),
    "deactivate": lambda actor, user, _at: commands.deactivate(actor=actor, user_id=user.pk, reason="Because"),
    "organisation": lambda actor, _user, at: organisations.change_organisation(
        actor=actor, organisation_id=at.pk, name="New"
    ),
}
MAY = {
    "provider": set(),
    "payments_residential": set(),
    "service_brokerage": {"organisation"},
    "procurement": {"organisation"},
    "fes_admin": {"provider user", "role", "deactivate"},
    "administrator": set(ATTEMPTS),
}


@pytest.mark.parametrize("what", ATTEMPTS)
@pytest.mark.parametrize("who", MAY)
def test_who_may_do_what(oasis: Organisation, who: str, what: str) -> None:
    person(oasis, name="Linda Frith")
    james = person(oasis)
    if who == "provider":
        actor = make.actor(james)
    else:
        duty = who if who == "administrator" else ""
        actor = make.actor(make.staff_user("" if duty else who, duty=duty))
    written = Event.objects.count()
    if what in MAY[who]:
        ATTEMPTS[what](actor, james, oasis)
        assert Event.objects.count() > written
    else:
        with pytest.raises(Forbidden):
            ATTEMPTS[what](actor, james, oasis)
        assert Event.objects.count() == written


def test_organisations_and_services_are_added_and_changed(helen: Actor) -> None:
    make.load_teams()
    address = {"address_1": "123 Mirage  Road", "town": "Sahara", "postcode": "OA1 1HT"}
    oasis = organisations.add_organisation(actor=helen, reference="OASIS", name="Oasis", contact=address)
    home = organisations.add_service(
        actor=helen, reference="S1", organisation_id=oasis.pk, name="Home", group="residential", contact=address
    )
    assert (oasis.address_1, home.town) == ("123 Mirage Road", "Sahara")
    organisations.change_service(actor=helen, service_id=home.pk, contact={"telephone": "01632 960001"})
    assert Service.objects.get(pk=home.pk).telephone == "01632 960001"
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("no field colour", {"colour": "red"}),
        ("10 characters", {"postcode": "OA1 1HT OA1 1HT"}),
        ("e-mail address", {"email": "nobody"}),
        ("Nothing is different", {"town": "Sahara"}),
    ]
    for words, contact in refusals:
        with pytest.raises(Refused, match=words):
            organisations.change_organisation(actor=helen, organisation_id=oasis.pk, contact=contact)
    with pytest.raises(Refused, match="already an organisation with the reference OASIS"):
        organisations.add_organisation(actor=helen, reference="OASIS", name="Other")
    with pytest.raises(Refused, match="no service group day_care"):
        organisations.add_service(actor=helen, reference="S2", organisation_id=oasis.pk, name="X", group="day_care")


def _without(**lists: str) -> Council:
    """The profile without an entry of some of its lists; its own checks are not asked again."""
    facts = {name: tuple(each for each in getattr(current(), name) if each.key != key) for name, key in lists.items()}
    return current().model_copy(update=facts)


def test_loading_a_council_twice_changes_nothing() -> None:
    call_command("load_council")
    assert Team.objects.get(key="service_brokerage").name == "Service Brokerage Team"
    written = Event.objects.count()
    loaded = loading.load_council(current())
    assert (loaded.added, loaded.renamed) == ([], [])
    assert Event.objects.count() == written


def test_a_team_is_renamed_by_its_key() -> None:
    loading.load_council(current())
    Team.objects.filter(key="procurement").update(name="Buyers")
    assert loading.load_council(current()).renamed == ["Buyers to Procurement Team"]
    assert Team.objects.count() == len(current().teams)


def test_a_profile_that_would_strand_somebody_is_refused_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    loading.load_council(current())
    document = make.published()
    james = person(document.case.organisation)
    priya = make.staff_user("service_brokerage")
    smaller = _without(teams="service_brokerage", roles="super_user_scheduled", service_groups="residential")
    with pytest.raises(Refused) as refusal:
        loading.load_council(smaller)
    lines = refusal.value.reason.splitlines()[1:]
    assert lines == [
        "- the service group residential is gone, but 1 service levels are of it; keep it",
        "- the team service_brokerage is gone, but it has 0 open tasks and 1 members; keep it, or hand its work over"
        " and take its members out first",
        "- the role super_user_scheduled is gone, but 1 people have it; keep it, or give them another role first",
        "- the service group residential is gone, but 1 services are in it; keep it",
    ]
    assert actor_for(james, document.case.organisation_id) is not None
    assert priya.teams.count() == 1
    monkeypatch.setattr("workflows.people.management.commands.load_council.filed", lambda: smaller)
    with pytest.raises(CommandError, match="cannot be loaded"):
        call_command("load_council")


def test_what_a_gone_role_was_allowed_is_forgotten(oasis: Organisation) -> None:
    person(oasis, name="Linda Frith")
    james = person(oasis, role="reports")
    Membership.objects.filter(user=james).delete()
    loading.load_council(_without(roles="reports"))
    assert not OrganisationGroupPermission.objects.filter(group__name__endswith=":reports").exists()
