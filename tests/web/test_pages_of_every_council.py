"""Help, accessibility, privacy and cookies, the health check, and the frame around every page."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from backoffice.web import chapters
from backoffice.web.words import paragraphs
from tests import factories
from tests.councils import SHIPPED, served
from workflows.council.schema import Council
from workflows.parties.models import Organisation, User

from .conftest import browser_of, with_passcode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/help/", "01603 495702, option 1"),
        ("/accessibility/", "Web Content Accessibility Guidelines version 2.2"),
        ("/privacy/", "The Council is the data controller."),
        ("/cookies/", "This service uses three cookies."),
    ],
)
def test_its_words_come_from_the_profile(address: str, words: str, client: Client) -> None:
    assert words in client.get(address).content.decode()


@pytest.fixture(params=SHIPPED)
def council(request: pytest.FixtureRequest) -> Iterator[Council]:
    """Each of the councils that are shipped, in turn."""
    with served(request.param) as made:
        yield made


def test_each_councils_pages_say_its_own_words(council: Council, client: Client) -> None:
    pages = council.pages
    texts = {"help": pages.help, "accessibility": pages.accessibility, "privacy": pages.privacy}
    for address, text in {**texts, "cookies": pages.cookies}.items():
        html = unescape(client.get(f"/{address}/").content.decode())
        assert [each for each in text.strip().split("\n\n") if each not in html] == []
    for link in pages.help_links:
        assert f'href="{link.address}"' in client.get("/help/").content.decode()


def test_each_council_helps_with_every_chapter_that_it_has(council: Council, client: Client) -> None:
    first = unescape(client.get("/help/").content.decode())
    lines = chapters.pages(council)
    assert {each.chapter for each in council.help.chapters} <= {each.key for each in lines}
    for each in lines:
        page = unescape(client.get(each.href).content.decode())
        assert each.name in first
        assert [name for name in (each.name, council.helpdesk.email) if name not in page] == []
        written = council.help.chapter(each.key)
        assert written is None or paragraphs(written.text)[0] in page
    assert [each for each in council.help.equipment if each not in first] == []
    assert [each.name for each in council.help.contacts if each.name not in first] == []
    assert client.get("/help/nothing/").status_code == 404


def test_every_page_links_them_and_names_the_helpdesk(council: Council, client: Client, home: Organisation) -> None:
    james = with_passcode(factories.provider_user(home, role=council.roles[0].key))
    desk = council.helpdesk
    called = ", ".join(each for each in (desk.telephone, desk.option) if each)
    words = f"{desk.name}: {called}. {desk.email}" if called else f"{desk.name}: {desk.email}"
    for browser, address in ((client, "/sign-in/"), (browser_of(james), "/note/"), (client, "/nowhere/")):
        html = browser.get(address).content.decode()
        for link in ("/help/", "/accessibility/", "/privacy/", "/cookies/"):
            assert f'href="{link}"' in html
        assert words in unescape(html)


def test_each_council_has_its_own_colours(council: Council, client: Client) -> None:
    assert council.brand.colour in client.get("/brand.css").content.decode()


def test_a_helpdesk_without_a_telephone_is_said_without_one(client: Client, council_with: Any) -> None:
    council_with(('telephone = "01603 495702"\n', ""), ('option = "option 1"\n', ""))
    html = client.get("/help/").content.decode()
    assert "Provider Portal Helpdesk: adults.providerportal@norfolk.gov.uk" in html
    assert "Telephone" not in html


def test_staff_and_providers_see_their_own_name_of_the_service(council: Council, home: Organisation) -> None:
    james = with_passcode(factories.provider_user(home, role=council.roles[0].key))
    officer = with_passcode(factories.staff_user(name="Megan Frost"))
    for user, title in ((james, council.portal_title), (officer, council.staff_title)):
        html = unescape(browser_of(user).get("/note/").content.decode())
        assert f"<title>Test - {title} - {council.name}" in html
    team = council.team(council.team_for("brokerage", None)).name
    assert re.search(rf"<strong>Megan Frost</strong>, {re.escape(team)}", html)


def test_the_title_of_a_page_with_errors_says_so(james: User) -> None:
    html = browser_of(james).post("/note/", {}).content.decode()
    assert "<title>Error: Test - " in html
    assert "The note was not sent: 2 things to put right" in html


def test_a_page_asks_few_queries(james: User, django_assert_max_num_queries: Any) -> None:
    browser = browser_of(james)
    browser.get("/note/")
    with django_assert_max_num_queries(6):  # the last one: how much the person has not read, in the header
        browser.get("/note/")


def test_the_health_check_reads_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_stylesheet_names_neither_the_crest_nor_gds_transport() -> None:
    found = finders.find("concord/concord.css")
    assert found, "the front end is built before the tests (npm run build)"
    css = Path(str(found)).read_text(encoding="utf-8")
    assert ".cc-now" in css
    assert not re.search("GDS Transport|crest|crown", css, re.IGNORECASE)
