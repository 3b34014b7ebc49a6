"""What a legal hold reaches: nothing of it is erased, by whichever way one comes to it, until it is lifted."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests import changes as do
from tests import factories as make
from workflows.actions import commands as actions
from workflows.actions.rules import Asked
from workflows.engine import erase, holds, moment
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused
from workflows.engine.holds import Held
from workflows.engine.models import Case, Content, LegalHold
from workflows.engine.verify import verify
from workflows.people import commands as people
from workflows.people import erasing

pytestmark = pytest.mark.django_db


def test_nothing_under_a_hold_is_erased_by_any_way_and_all_of_it_is_once_lifted() -> None:
    """A client's line, document and action, and a person of the provider: each held by each of what reaches it."""
    line = make.line()
    home, client = line.service.organisation, line.client
    document = make.published(line)
    james = make.actor(make.provider_user(home))
    since = moment.today() - timedelta(days=1)
    told = Asked("death", "client", client.pk, None, "service_brokerage", "Sad news", "Yesterday.", since=since)
    action = actions.open_action(actor=james, asked=told, file_ids=[], key=make.key()).case_id
    ann = do.contact(home, name="Ann Other")
    clerk = make.actor(make.staff_user("", duty="administrator"))
    person = ann.user_id or 0
    people.deactivate(actor=clerk, user_id=person, reason="Gone")
    of_client: list[Callable[[], Any]] = [
        partial(erase.erase_client, client.pk, clerk),
        partial(erase.would_erase_client, client.pk, clerk),
        partial(erase.erase_streams, [f"case:{action}"], clerk),
        partial(erase.erase_streams, [f"line:{line.pk}", "x:1"], clerk),
    ]
    of_person: list[Callable[[], Any]] = [
        partial(erasing.erase_person, person, clerk),
        partial(erasing.would_erase_person, person, clerk),
    ]
    reached = {
        ("client", client.pk): of_client,
        ("provider", home.pk): [*of_client, *of_person],
        ("case", action): [of_client[0], of_client[2]],
        ("case", document.pk): [of_client[0]],
        ("person", person): of_person,
    }
    texts = Content.objects.exclude(text="").count()
    for (about, pk), ways in reached.items():
        hold = holds.place(actor=clerk, about=about, subject_id=pk, why="An inquest")
        for way in ways:
            with pytest.raises(Held):
                way()
        holds.lift(actor=clerk, hold_id=hold.pk, why="It is over")
    assert Content.objects.exclude(text="").count() == texts + 2 * len(reached)  # two reasons each, and nothing less
    assert erase.erase_client(client.pk, clerk) > 0
    assert erasing.erase_person(person, clerk) > 0
    assert not Content.objects.filter(stream__startswith="hold:", label="why").exclude(text="").filter(
        stream__in=[f"hold:{pk}" for pk in LegalHold.objects.filter(about__in=["client", "person"]).values_list(
            "pk", flat=True)]
    ).exists()  # fmt: skip
    assert verify().findings == []


def test_a_hold_keeps_the_weeks_in_which_its_client_is_told_of_together_with_others() -> None:
    """A payment is about many clients: who is erased takes its words, so they stay while another of them is held."""
    clerk = make.actor(make.staff_user("", duty="administrator"))
    held, other = make.client_(), make.client_()
    third, fourth = make.client_(), make.client_()
    shared, silent = (make.published(make.line(of=of)).pk for of in (other, make.client_()))
    assert not Content.objects.filter(stream=f"case:{silent}").exists()
    # What a room says of its own streams is what the guard asks (holds.reaches): here, of a case of somebody else.
    told = holds._reaches["client"]
    told.append(lambda ids: {(held.pk, f"case:{shared}")} if held.pk in ids else set())
    try:
        holds.place(actor=clerk, about="client", subject_id=held.pk, why="An inquest")
        with pytest.raises(Held):
            erase.erase_client(other.pk, clerk)
        officer, case = make.actor(make.staff_user()), Case.objects.get(pk=shared)
        assert [each.subject_id for each in holds.shown(clerk, "case", case.pk)] == [held.pk]
        assert holds.shown(officer, "case", case.pk) == []
        holds.place(actor=clerk, about="client", subject_id=third.pk, why="Another inquest")
        told.append(lambda ids: {(each.pk, f"case:{silent}") for each in (third, fourth) if each.pk in ids})
        erase.erase_client(fourth.pk, clerk)  # nobody has written anything in what the two share
        told.pop()
    finally:
        told.pop()
    assert erase.erase_client(other.pk, clerk) >= 0


def test_who_places_a_hold_on_what_and_lifts_it_once() -> None:
    make.load_teams()
    clerk, officer = make.actor(make.staff_user("", duty="administrator")), make.actor(make.staff_user())
    client = make.client_()
    with pytest.raises(Forbidden):
        holds.place(actor=officer, about="client", subject_id=client.pk, why="Because")
    with pytest.raises(Invalid):
        holds.place(actor=clerk, about="client", subject_id=client.pk, why="  ")
    hold = holds.place(actor=clerk, about="client", subject_id=client.pk, why="An inquest")
    assert hold.why.text == "An inquest"
    with pytest.raises(Forbidden):
        holds.lift(actor=officer, hold_id=hold.pk, why="Because")
    with pytest.raises(Forbidden):
        holds.listed(officer)
    holds.lift(actor=clerk, hold_id=hold.pk, why="Over")
    with pytest.raises(Refused, match="already"):
        holds.lift(actor=clerk, hold_id=hold.pk, why="Over")
    erase.erase_client(client.pk, clerk)
    for about, pk in (("client", client.pk), ("case", 0), ("provider", 0), ("person", 0), ("contact", 0)):
        with pytest.raises(NotFound):
            holds.place(actor=clerk, about=about, subject_id=pk, why="Too late")
