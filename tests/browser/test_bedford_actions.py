"""bedford-actuals-guide "Actions and Change Requests" and "Email Notifications" as Bedford's own profile."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from tests import changes as do
from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.home_care import home_care, workers
from tests.browser.oasis import Oasis
from tests.councils import served
from workflows.actions import commands
from workflows.actions.rules import Asked
from workflows.changes.rules import What
from workflows.engine import moment
from workflows.engine.models import Case, Task
from workflows.people.secrets import secret_changed

PROVIDER, FINANCE = "Provider", "LA (Finance Team)"


@pytest.fixture(autouse=True)
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def place() -> Oasis:
    """The guide is "tailored to Homecare Providers"."""
    return home_care(organisation="Acorn Homecare Ltd", service="Acorn Homecare")


def begun(place: Oasis, title: str) -> Case:
    """An action of James Beiley's to the Finance Team."""
    client = place.document_of("Land").case.client_id
    asked = Asked("unsuspend", "client", client, None, "finance", title, "She is back from hospital.")
    outcome = commands.open_action(actor=make.actor(place.james), asked=asked, key=make.key())
    return Case.objects.get(pk=outcome.case_id)


def answered(case: Case, text: str) -> None:
    """The Finance Team responds."""
    turn = Task.objects.get(process=case, finished=None)
    finance = make.actor(make.staff_user("finance", name="Dev Shah"))
    commands.reply(actor=finance, case_id=case.pk, task_id=turn.pk, text=text, key=make.key())


def assigned_to(page: Page, title: str) -> str:
    """The last column of the list."""
    return page.get_by_role("row").filter(has_text=title).get_by_role("cell").last.inner_text().strip()


def test_bedford_who_has_an_action_is_read_in_the_list(open_tab: Open, place: Oasis) -> None:
    begun(place, "Still suspended")
    case = begun(place, "Please unsuspend")
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/")
    page.locator("header nav").get_by_role("link", name=re.compile("^Actions and change requests")).click()
    assert assigned_to(page, "Please unsuspend") == FINANCE
    tab.step("1-open-and-assigned-actions")

    officer = open_tab("Dev Shah", user=make.staff_user("finance", name="Dev Shah"))
    officer.page.goto(f"/cases/{case.pk}/")
    officer.page.get_by_role("radio", name="Reply to Acorn Homecare Ltd").check()
    officer.page.get_by_label("Your reply", exact=True).fill("From which day is she back?")
    officer.page.get_by_role("button", name="Send reply", exact=True).click()
    expect(officer.page.get_by_text("It is the provider's turn.")).to_be_visible()

    page.reload()
    assert assigned_to(page, "Please unsuspend") == PROVIDER
    page.get_by_label("Assigned To").select_option(label=PROVIDER)
    page.get_by_role("button", name="View").click()
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(2)
    tab.step("2-assigned-to-the-provider")
    page.get_by_role("link", name=re.compile("^Please unsuspend")).click()
    expect(page.get_by_text("From which day is she back?")).to_be_visible()
    page.get_by_label("Your comment").fill("From Monday.")
    tab.step("3-comment")
    page.get_by_role("button", name="Submit comment").click()
    expect(page.get_by_text("Your comment was sent.")).to_be_visible()
    page.get_by_role("link", name="Actions and change requests").last.click()
    assert assigned_to(page, "Please unsuspend") == FINANCE


def test_bedford_the_latest_response_to_change_requests_is_at_the_bottom(open_tab: Open, place: Oasis) -> None:
    james, officer = make.actor(place.james), make.actor(make.staff_user("contracts"))
    with moment.at(moment.now() - timedelta(days=2)):
        first = do.ask(james, What.ORGANISATION, {"town": "Kempston"}).case_id
        do.ask(james, What.ORGANISATION, {"fax": "01234 1"})
    do.reject(officer, first)
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/portal/actions/")
    page.get_by_role("link", name="Change Requests", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("the latest response is at the bottom")
    rows = page.get_by_role("main").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("Rejected")
    tab.step("change-requests")


def test_bedford_email_notifications(open_tab: Open, place: Oasis, mailoutbox: Any) -> None:
    case = begun(place, "Please unsuspend")
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto("/notices/")
    page.get_by_role("link", name="Choose which of it comes by e-mail").click()
    expect(page.get_by_role("main")).to_contain_text(f"E-mails go to {place.james.email}")
    expect(page.get_by_role("main")).to_contain_text("My password, or how else I sign in, is changed: always at once")
    expect(page.get_by_label("An action is assigned to the provider")).to_have_value("at_once")
    page.get_by_label("A contract document awaits my answer").select_option("One e-mail a day")
    tab.step("2-select-subscriptions")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Your choice is saved")
    tab.step("2-save")

    with workers():  # "if an Action is assigned to the Provider, or if there is a response"
        answered(case, "From which day is she back?")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([place.james.email], f"Action {case.reference} awaits your answer")
    assert "Land" not in sent.body
    with workers():  # "If the Contact's password is changed, an email will be sent immediately"
        secret_changed(user_id=place.james.pk, what="password", called="password")
    assert mail.outbox[-1].subject == "Your password was changed"
