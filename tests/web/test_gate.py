"""Every view says who may open it, and it is held to that."""

import pytest
from django.test import Client
from django.urls import get_resolver

from backoffice.web import checks
from backoffice.web.gate import UndeclaredAccess, access_of
from tests import factories
from workflows.parties.models import Organisation, User

from . import pages
from .conftest import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


def test_an_undeclared_view_never_answers(james: User) -> None:
    with pytest.raises(UndeclaredAccess, match=r"tests\.web\.pages\.undeclared"):
        browser_of(james).get("/undeclared/")


def test_the_start_stops_at_an_undeclared_view() -> None:
    assert [str(problem).split()[0] for problem in checks.undeclared()] == ["tests.web.pages.undeclared"]


def test_every_address_of_the_product_is_declared(settings: object) -> None:
    for view in checks.views_of(get_resolver("backoffice.urls")):
        access_of(view)


@pytest.mark.parametrize("address", ["/note/", "/provider/", "/staff/", "/"])
def test_a_signed_out_person_is_asked_to_sign_in_and_comes_back(address: str, client: Client) -> None:
    answer = client.get(address + "?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=")
    assert "%3Fa%3D1" in answer.headers["Location"]


def test_an_open_page_asks_nobody(client: Client) -> None:
    assert client.get("/open/").content == b"open"


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        ("super_user_scheduled", "/provider/", 200),
        ("super_user_scheduled", "/provider/edit/", 200),
        ("read_only", "/provider/", 200),
        ("read_only", "/provider/edit/", 403),
        ("invoice_only", "/provider/", 403),
        ("invoice_only", "/provider/any/", 200),
        ("read_only", "/staff/", 404),
        ("read_only", "/staff/brokerage/", 404),
    ],
)
def test_a_provider_s_role_decides(role: str, address: str, status: int, home: Organisation) -> None:
    assert browser_of(factories.provider_user(home, role=role)).get(address).status_code == status


@pytest.mark.parametrize(
    ("team", "duty", "address", "status"),
    [
        ("service_brokerage", "", "/staff/", 200),
        ("service_brokerage", "", "/staff/brokerage/", 200),
        ("procurement", "", "/staff/brokerage/", 403),
        ("procurement", "", "/staff/reads/", 200),
        ("", "", "/staff/reads/", 403),
        ("fes_admin", "", "/staff/administrator/", 403),
        ("fes_admin", "administrator", "/staff/administrator/", 200),
        ("service_brokerage", "", "/provider/", 404),
    ],
)
def test_a_member_of_staff_s_team_and_duty_decide(team: str, duty: str, address: str, status: int) -> None:
    assert browser_of(factories.staff_user(team, duty=duty)).get(address).status_code == status


def test_a_person_whose_access_was_ended_is_out_at_once(james: User) -> None:
    browser = browser_of(james)
    assert browser.get("/note/").status_code == 200
    User.objects.filter(pk=james.pk).update(is_active=False)
    assert browser.get("/note/").status_code == 302


def test_a_provider_s_person_without_a_provider_chooses_one_first(james: User) -> None:
    browser = browser_of(james)
    james.memberships.all().delete()
    assert browser.get("/note/").headers["Location"] == "/sign-in/provider/"


def test_the_menu_marks_where_you_are(james: User) -> None:
    html = browser_of(james).get("/note/").content.decode()
    assert 'href="/note/" aria-current="page"' in html
    assert 'href="/" aria-current' not in html
    assert '<span class="cc-count">5' in html
    assert pages.entries  # the menu is the test's own
