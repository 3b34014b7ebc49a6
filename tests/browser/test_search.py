"""The search box with the keyboard alone, without a script, and at both widths."""

import re

from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument

RESULTS = re.compile(r"/search/[\w-]{32}/$")


def rejected() -> ContractDocument:
    """A document of a client who is easily found, with words of its provider."""
    document = make.published(make.line(of=make.client_("O’Brien-Brock", "Arthur")))
    provider = make.actor(make.provider_user(document.case.organisation))
    verb_call("reject", provider, seen(document), make.key(), words="The weekly cost for Mr Brock is wrong.")()
    return document


def test_a_name_is_found_with_the_keyboard_and_its_case_opened(open_tab: Open) -> None:
    document = rejected()
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"))
    page = tab.page
    page.goto("/")
    tab.step("search-box")
    word, box = page.get_by_text("Search", exact=True), page.get_by_role("searchbox")
    for _ in range(6):
        page.keyboard.press("Tab")
        if word.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    tab.step("search-box-open")
    page.keyboard.press("Escape")
    expect(word).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("brock")
    page.keyboard.press("Enter")
    expect(page).to_have_url(RESULTS)
    expect(page).to_have_title(re.compile("^Search results - "))
    for part in ("Cases", "Clients", "Care package lines", "Words in a story"):
        expect(page.get_by_role("heading", name=part)).to_be_visible()
    tab.step("search-results")
    link = page.locator("main").get_by_role("link", name=document.case.reference).first
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/cases/{document.pk}/$"))
    page.go_back()
    expect(page.get_by_role("searchbox", name="What are you looking for?")).to_have_value("brock")


def test_a_provider_without_a_script_goes_straight_to_its_document_and_is_helped_when_nothing_is_found(
    open_tab: Open,
) -> None:
    document = rejected()
    person = make.provider_user(document.case.organisation, name="James Beiley")
    tab = open_tab("James Beiley", user=person, script=False)
    page = tab.page
    page.goto("/portal/")
    page.get_by_text("Search", exact=True).click()
    page.get_by_role("searchbox").fill(document.case.reference.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/portal/contract-documents/{document.pk}/$"))
    page.get_by_text("Search", exact=True).click()
    page.get_by_role("searchbox").fill("nobody at all")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    tab.step("search-nothing-found")
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Type at least 2 letters").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    tab.step("search-too-short")
