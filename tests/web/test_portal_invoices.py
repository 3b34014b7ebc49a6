"""The provider's pages of invoices, as Bedford has them (bedford-actuals-guide "Invoice/Credit Notes")."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.forms import Form, forms_of
from tests.invoices import AFTER, FIRST, Ouse, bedford, finalised, on
from workflows.engine import moment
from workflows.engine.models import Access, Case
from workflows.invoices import commands, crediting, selectors
from workflows.invoices.models import CreditNote
from workflows.register.models import CarePackageLine

from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture(autouse=True)
def council() -> Iterator[None]:
    with bedford():
        yield


def shown(response: Any) -> list[Form]:
    """The forms of a page."""
    return forms_of(response.content.decode())


def test_changes_of_actuals_are_told_and_an_old_figure_is_not_submitted() -> None:
    """The guide: "Changes made to actuals will be reflected in 'Unsubmitted' and 'Pending' Invoices"."""
    ouse = Ouse()
    ouse.recorded()
    invoice = ouse.created()
    nina = ouse.user(name="Nina Patel")
    browser, address = sign_in(nina), reverse("portal:invoice", args=[invoice.pk])
    home = text(browser.get(reverse("portal:home")))
    for words in ("First: send 1 invoice", "Monday 14 April 2025", "(1 to send)", "£1,012.80"):
        assert words in home, words
    before = browser.get(address)
    assert "Submit Invoice" in text(before)
    assert "What changed" not in text(before)
    [form] = [each for each in shown(before) if each.fields.get("step") == "submit"]
    with moment.at(AFTER + timedelta(hours=1)):
        ouse.changed(0, FIRST, "8", make.actor(nina))
    late = browser.post(address, form.fields)
    said = text(late)
    for words in ("£1,012.80 when you looked, and comes to £969.84 now", "What changed since", "Amber, Ann",
                  "Week of 3 March 2025, saved by Nina Patel"):  # fmt: skip
        assert words in said, words
    assert Case.objects.get(pk=invoice.pk).state == "pending"
    [again] = [each for each in shown(late) if each.fields.get("step") == "submit"]
    assert "was submitted" in text(browser.post(address, again.fields, follow=True))
    assert "send 1 invoice" not in text(browser.get(reverse("portal:home")))
    assert Access.objects.filter(what="invoice", client_id=ouse.lines[0].client_id).exists()
    rows = browser.get(reverse("portal:invoice_file", args=[invoice.pk])).content.decode().splitlines()
    assert [each.rsplit(",", 1)[1] for each in rows] == ["Total", "736.24", "233.60"]


def test_a_blank_one_leads_to_an_action_that_is_filled_in() -> None:
    """The guide's useful tip: do not create or submit it, create an action requesting support."""
    ouse = Ouse()
    CarePackageLine.objects.filter(contract=ouse.contract).update(end=FIRST - timedelta(days=1))
    invoice = ouse.invoice()
    browser = sign_in(ouse.user())
    page = browser.get(reverse("portal:invoice", args=[invoice.pk]))
    assert "The invoice is blank: it has no invoice items." in text(page)
    assert not [each for each in shown(page) if each.fields.get("step")]
    sent = {"step": "create", "task": on(invoice.pk)["task_id"], "client_key": make.key()}
    assert browser.post(reverse("portal:invoice", args=[invoice.pk]), sent).status_code == 422
    action = browser.get(reverse("portal:action_new"), {"invoice": invoice.pk})
    assert f"Invoice {invoice.case.reference}" in action.content.decode()
    assert "Invoice Support" in text(action)
    commands.close_empty(actor=ouse.officer(), text="Nobody had care", **on(invoice.pk))
    assert "Nobody had care" not in text(browser.get(reverse("portal:invoices")))


def test_it_is_the_whole_providers_and_nobody_elses() -> None:
    ouse = Ouse()
    invoice = ouse.invoice()
    stranger = sign_in(make.provider_user(make.organisation(), role="main_user"))
    local = sign_in(ouse.user(only=ouse.service))
    carer = sign_in(ouse.user(role="care"))
    reader = sign_in(ouse.user(role="read_only"))
    address = reverse("portal:invoice", args=[invoice.pk])
    assert [each.get(address).status_code for each in (stranger, local, carer, reader)] == [404, 404, 403, 200]
    assert reader.post(address, {"step": "create"}).status_code in {403, 422}
    for name in ("invoice_story", "invoice_file", "credit_new"):
        assert stranger.get(reverse(f"portal:{name}", args=[invoice.pk])).status_code == 404, name


@pytest.mark.parametrize("number", [1, 12])
def test_a_page_asks_as_many_queries_for_one_client_as_for_many(number: int) -> None:
    ouse = Ouse()
    level = ouse.lines[0].service_level
    for _ in range(number):
        made = care.line(ouse.service, level, "10", start=FIRST)
        CarePackageLine.objects.filter(pk=made.pk).update(contract=ouse.contract)
    ouse.recorded()
    invoice, browser = ouse.created(), sign_in(ouse.user())
    for address in (reverse("portal:invoices"), reverse("portal:invoice", args=[invoice.pk])):
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        assert len(asked) <= MOST_QUERIES, [each["sql"][:90] for each in asked.captured_queries]


def test_a_credit_note_is_sent_asked_about_and_taken_back() -> None:
    ouse = Ouse()
    ouse.recorded()
    invoice, officer, browser = ouse.accepted(), ouse.officer(), sign_in(ouse.user())
    address = reverse("portal:credit_new", args=[invoice.pk])
    assert browser.get(address).status_code == 404  # nothing of it is processed yet
    finalised(invoice, officer)
    assert "Send a credit note against an item" in text(browser.get(reverse("portal:invoice", args=[invoice.pk])))
    [form] = [each for each in shown(browser.get(address)) if "amount" in each.fields]
    line = selectors.creditable(ouse.invoice())[0][0]
    sent = form.fields | {"item": str(line.pk), "reason": "Billed twice"}
    assert "pounds and pence" in text(browser.post(address, sent | {"amount": "ten"}))
    assert "or less" in text(browser.post(address, sent | {"amount": "9,999.00"}))
    said = text(browser.post(address, sent | {"amount": "£1.50"}, follow=True))
    for words in ("Your credit note was sent", "£1.50", "Billed twice", "Submitted"):
        assert words in said, words
    note = CreditNote.objects.get()
    crediting.query(actor=officer, text="Which visit?", **on(note.pk))
    page = browser.get(reverse("portal:credit_note", args=[note.pk]))
    assert "Which visit?" in text(page)
    [back] = [each for each in shown(page) if each.fields.get("step") == "withdraw"]
    assert "was taken back" in text(
        browser.post(reverse("portal:credit_note", args=[note.pk]), back.fields, follow=True)
    )
    assert reverse("portal:credit_note", args=[note.pk]) in browser.get(reverse("portal:invoices")).content.decode()
