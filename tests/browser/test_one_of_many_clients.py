"""New Action where a provider has more clients than a list holds: one is found by typing, with and without a script."""

import pytest
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import oasis
from workflows.actions import entities
from workflows.engine.models import Case


@pytest.mark.parametrize("script", [True, False])
def test_one_is_found_by_typing(open_tab: Open, monkeypatch: pytest.MonkeyPatch, *, script: bool) -> None:
    monkeypatch.setattr(entities, "SHOWN", 4)
    place = oasis()
    make.line(place.home, of=make.client_("Marked", "Mary"), service_level=place.documents[0].line.service_level)
    tab = open_tab("James Beiley", user=place.james, script=script)
    page = tab.page
    page.goto("/portal/actions/new/")
    page.get_by_label("Type", exact=True).select_option(label="Respite Stay")
    if not script:
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("There are more than 4. Find the one you mean first.")).to_be_visible()
    page.get_by_label("Title", exact=True).fill("Respite stay in May")
    page.get_by_label("Find a service user").fill("mary")
    tab.step("1-typed")
    page.get_by_label("Find a service user").press("Enter")
    expect(page.get_by_label("Service User Name").locator("option")).to_have_count(2)
    assert "mary" not in page.url.lower()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Respite stay in May")
    page.get_by_label("Service User Name").select_option(index=1)
    page.get_by_label("Find a service user").fill("nobody")
    page.get_by_role("button", name="Find", exact=True).click()
    chosen = page.get_by_label("Service User Name").locator("option:checked")
    expect(chosen).to_contain_text("Marked, Mary")
    tab.step("2-found")
    page.get_by_label("Title", exact=True).press("Enter")  # sends it: the first button is not "Find"
    expect(page.get_by_role("alert")).to_contain_text("Enter a description")
    page.get_by_label("Description").fill("From 5 May to 19 May.")
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Your action was sent.")
    client = Case.objects.get(kind="action").client
    assert client is not None
    assert client.surname == "Marked"
