"""Every council page, for the right and the wrong person."""

import pytest
from django.test import Client

from tests import factories
from workflows.parties.models import User

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db

READING = ["/work/", "/lines/", "/clients/", "/contracts/", "/service-levels/", "/publishing/"]
BROKERAGE = ["/lines/new/", "/clients/new/", "/service-levels/new/"]


def status(user: User, address: str) -> int:
    return int(browser_of(user).get(address).status_code)


@pytest.mark.parametrize("address", [*READING, *BROKERAGE, "/queues/", "/cases/", "/imports/", "/administration/"])
def test_for_a_provider_no_council_page_exists(address: str) -> None:
    assert status(factories.provider_user(factories.organisation()), address) == 404


@pytest.mark.parametrize("address", [*READING, *BROKERAGE, "/administration/"])
def test_signed_out_people_are_asked_to_sign_in(address: str) -> None:
    assert Client().get(address).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("team", ["service_brokerage", "procurement", "payments_residential", "fes_admin"])
def test_every_team_reads_the_register_and_the_documents(team: str) -> None:
    document = factories.published()
    user = factories.staff_user(team)
    of_case = ("", "story/", "versions/", "line/")
    for address in [*READING, "/cases/", *(f"/cases/{document.pk}/{part}" for part in of_case)]:
        assert status(user, address) == 200, address
    assert status(user, f"/lines/{document.line_id}/") == 200


@pytest.mark.parametrize("team", ["procurement", "payments_residential", "fes_admin"])
def test_only_brokerage_changes(team: str) -> None:
    document = council.rejected()
    user = factories.staff_user(team)
    acts = [f"/cases/{document.pk}/{verb}/" for verb in ("amend", "withdraw", "terminate")]
    lines = [f"/lines/{document.line_id}/{verb}/" for verb in ("change", "end", "suspend", "resume", "contribution")]
    for address in [*BROKERAGE, *acts, *lines]:
        assert status(user, address) == 403, address
    overview = browser_of(user).get(f"/cases/{document.pk}/")
    assert "Service Brokerage Team amends it by" in council.words(overview)
    assert "Amend and republish</a>" not in council.body(overview)


def test_an_auditor_reads_every_queue_and_claims_nothing() -> None:
    document = council.rejected()
    auditor = factories.staff_user("", duty="auditor")
    queue = browser_of(auditor).get("/queues/", follow=True)
    team = council.turn(document).team_id
    page = browser_of(auditor).get(f"/queues/{team}/")
    assert queue.status_code == 200
    assert document.case.reference in council.body(page)
    assert 'name="claim"' not in council.body(page)
    answer = browser_of(auditor).post("/queues/act/", {"claim": council.turn(document).pk})
    assert answer.status_code == 403
    assert council.turn(document).owner is None
    assert status(auditor, f"/cases/{document.pk}/amend/") == 403
    assert status(auditor, "/administration/people/") == 200
    assert status(auditor, "/administration/parked/") == 403


def test_another_team_s_queue_does_not_exist() -> None:
    document = council.rejected()
    team = council.turn(document).team_id
    assert status(factories.staff_user("procurement"), f"/queues/{team}/") == 404


def test_administration_is_for_administrators() -> None:
    factories.load_teams()
    assert status(council.officer(), "/administration/") == 403
    administrator = factories.staff_user("", duty="administrator")
    for address in ("", "parked/", "people/", "people/?side=provider"):
        assert status(administrator, f"/administration/{address}") == 200


@pytest.mark.parametrize("address", ["/cases/999999/", "/lines/999999/", "/clients/999999/", "/queues/999999/"])
def test_what_does_not_exist_is_not_found(address: str) -> None:
    assert status(council.officer(), address) == 404


def test_an_administrator_in_no_team_gets_a_home_without_a_queue() -> None:
    administrator = factories.staff_user("", duty="administrator")
    page = browser_of(administrator).get("/work/")
    assert page.status_code == 200
    assert 'href="/queues/"' not in council.body(page)
    assert status(administrator, "/queues/") == 200
