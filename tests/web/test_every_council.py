"""Each council that is shipped can be worked with by its own profile: roles, teams, documents, types of action."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import factories as make
from tests.councils import SHIPPED, served
from tests.web.conftest import browser_of, with_passcode
from workflows.council.roles import Role
from workflows.council.schema import Council
from workflows.parties.models import Organisation, User
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db


@pytest.fixture(params=SHIPPED)
def council(request: pytest.FixtureRequest) -> Iterator[Council]:
    """Each of the councils that are shipped, in turn."""
    with served(request.param) as made:
        yield made


@pytest.fixture
def line(council: Council) -> CarePackageLine:
    """A line of the council's first service group."""
    group = council.service_groups[0].key
    return make.line(make.service(group=group), service_level=make.level(group))


def menu(page: HttpResponse) -> dict[str, str]:
    """The entries of a page's menu, and of the list of what the bar has no room for: address to words."""
    parts = re.findall(r'<nav.*?</nav>|<ul class="cc-chapters">.*?</ul>', page.content.decode(), re.S)
    assert parts
    found = re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', "".join(parts), re.S)
    return {address: " ".join(unescape(re.sub(r"<[^>]*>", " ", words)).split()) for address, words in found}


def person(organisation: Organisation, role: Role) -> Client:
    return browser_of(with_passcode(make.provider_user(organisation, role=role.key)))


def test_every_role_opens_every_chapter_of_its_menu(council: Council, line: CarePackageLine) -> None:
    make.published(line)
    for role in council.roles:
        browser = person(line.service.organisation, role)
        for address in menu(browser.get("/portal/")):
            assert browser.get(address).status_code == 200, (role.key, address)


def test_a_role_has_the_chapters_of_its_functions_and_no_others(council: Council, line: CarePackageLine) -> None:
    addresses = {
        "contract_documents": "/portal/contract-documents/",
        "care_package_line_items": "/portal/care-package-line-items/",
        "actions": "/portal/actions/",
        "contacts": "/portal/contacts/",
        "organisation_details": "/portal/organisation/",
    }
    for role in council.roles:
        shown = menu(person(line.service.organisation, role).get("/portal/"))
        has = {function for function, address in addresses.items() if address in shown}
        assert has == (role.edit | role.view) & set(addresses), role.key


def test_every_team_opens_every_chapter_of_its_menu(council: Council) -> None:
    for team in council.teams:
        if team.outside:
            continue
        officer: User = with_passcode(make.staff_user(team.key))
        browser = browser_of(officer)
        for address in menu(browser.get("/", follow=True)):
            assert browser.get(address, follow=True).status_code == 200, (team.key, address)


def test_a_document_is_called_as_the_council_calls_it(council: Council, line: CarePackageLine) -> None:
    words = council.contract_documents
    document = make.published(line)
    assert document.case.reference.startswith(f"{words.prefix}-")
    able = next(role for role in council.roles if "contract_documents" in role.edit)
    page = unescape(
        person(line.service.organisation, able).get(f"/portal/contract-documents/{document.pk}/").content.decode()
    )
    said = [words.type_label, words.agree_text, words.reject_text, words.reject_means]
    assert [each for each in said if each not in page] == []
    assert ('type="password"' in page) == words.password_to_answer


def test_who_looks_for_a_document_reads_the_councils_own_reference(council: Council) -> None:
    officer = with_passcode(make.staff_user())
    html = browser_of(officer).get("/cases/?reference=nothing").content.decode()
    assert f"Such as {council.contract_documents.prefix}-2026-104173" in html


def test_a_role_is_offered_the_types_that_it_may_begin(council: Council, line: CarePackageLine) -> None:
    for role in council.roles:
        if "actions" not in role.edit:
            continue
        page = unescape(person(line.service.organisation, role).get("/portal/actions/new/").content.decode())
        select = re.search(r'<select name="type".*?</select>', page, re.S)
        assert select is not None
        offered = re.findall(r'<option value="([^"]+)"', select[0])
        wanted = [
            each.key
            for each in council.actions.types
            if "provider" in each.begun_by and not each.per_provider and each.sensitivity in role.sensitivities
        ]
        assert offered == wanted, role.key
        assert council.actions.safeguarding in page
