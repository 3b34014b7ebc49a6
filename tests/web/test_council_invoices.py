"""The finance team's pages of invoices and credit notes, as Bedford has them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests import runs
from tests.files import staged
from tests.forms import forms_of
from tests.invoices import AFTER, FOUR, Ouse, bedford, on, settled
from workflows.engine import batches, moment
from workflows.engine.models import Access, Batch, Case
from workflows.invoices import checking, commands, crediting
from workflows.invoices.models import CreditNote
from workflows.payments.models import PaymentLine, ScheduledPayment

from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 14
D = Decimal


@pytest.fixture(autouse=True)
def council() -> Iterator[None]:
    with bedford():
        yield


@pytest.fixture
def ouse() -> Ouse:
    place = Ouse()
    place.recorded()
    return place


@pytest.fixture
def tom() -> Client:
    make.load_teams()
    return sign_in(make.staff_user("finance", name="Tom Bullard"))


def page(browser: Client, case: int) -> str:
    return text(browser.get(reverse("council:case", args=[case])))


def form_in(browser: Client, path: str) -> dict[str, str]:
    """The form of a page as a browser would send it back."""
    found = browser.get(path).content.decode()
    return next(each for each in forms_of(found) if "client_key" in each.fields and "task" in each.fields).fields


def state(case: int) -> str:
    return Case.objects.get(pk=case).state


def test_an_invoice_is_checked_queried_and_accepted(ouse: Ouse, tom: Client) -> None:
    invoice = ouse.submitted()
    total = f"£{invoice.payment.total:,.2f}"
    said = page(tom, invoice.pk)
    assert "Now: check the invoice" in said and total in said and "Amber, Ann" in said
    working = text(tom.get(reverse("council:case", args=[invoice.pk]), {"why": "all"}))
    assert "payable by the actuals of" in working
    query = reverse("council:invoice_query", args=[invoice.pk])
    form = form_in(tom, query)
    assert "Say what you ask: the provider reads this" in text(tom.post(query, form))
    tom.post(query, form | {"text": "Why ten hours?"})
    assert state(invoice.pk) == "pending" and "Why ten hours?" in page(tom, invoice.pk)
    with moment.at(AFTER + timedelta(hours=1)):
        ouse.changed(0, FOUR[1], "6", ouse.nina())
    said = page(tom, invoice.pk)
    assert "What changed since" in said and "saved by Nina Patel" in said
    again = ouse.invoice()
    commands.submit(actor=ouse.nina(), seen=again.payment.total, **on(invoice.pk))
    accept = reverse("council:invoice_accept", args=[invoice.pk])
    form = form_in(tom, accept)
    assert D(form["seen"]) == again.payment.total
    assert "It comes to" in text(tom.post(accept, form | {"seen": str(invoice.payment.total)}))
    assert "look at the amount first" in text(tom.post(accept, form | {"seen": ""}))
    assert state(invoice.pk) == "submitted"
    done = tom.post(accept, form, follow=True)
    assert "Accepted. The next payment run takes it." in text(done)
    assert tom.post(accept, form, follow=True).status_code == 200  # the second of two clicks
    assert tom.post(accept, form | {"client_key": ""}).status_code == 409
    assert ScheduledPayment.objects.get(pk=invoice.payment_id).released_at is not None
    assert "See the invoice that claims it" in page(tom, invoice.payment_id)
    assert Access.objects.filter(what="invoice", object_id=invoice.pk, client_id=ouse.lines[0].client_id).exists()
    listed = text(tom.get(f"{reverse('council:invoices')}?status=accepted"))
    assert invoice.case.reference in listed
    assert invoice.case.reference not in text(tom.get(f"{reverse('council:invoices')}?status=submitted"))


def test_an_invoice_without_items_is_closed_with_words(tom: Client) -> None:
    invoice = Ouse().invoice()  # nothing was recorded
    assert "has not created it yet" in page(tom, invoice.pk)
    close = reverse("council:invoice_close", args=[invoice.pk])
    form = form_in(tom, close)
    with moment.at(AFTER - timedelta(days=7)):  # the period is not over yet
        assert "Close it without items" not in page(tom, invoice.pk)
        assert "it can be closed after that" in text(tom.post(close, form | {"text": "Nobody."}, follow=True))
    form = form_in(tom, close)
    assert "Say why there is nothing to invoice" in text(tom.post(close, form))
    tom.post(close, form | {"text": "Nobody was served."})
    assert state(invoice.pk) == "accepted" and "Nobody was served." in page(tom, invoice.pk)


def test_what_is_clean_is_accepted_together_and_the_rest_is_told(ouse: Ouse, tom: Client) -> None:
    others = [Ouse() for _ in range(2)]
    for each in others:
        each.recorded()
    found = [each.submitted() for each in (ouse, *others)]
    last = others[-1]
    last.changed(0, FOUR[0], "4", last.nina())  # after it was submitted
    settled()
    remarks = {each.invoice.pk: each.remarks for each in checking.to_check(last.officer())}
    assert [bool(remarks[each.pk]) for each in found] == [False, False, True]
    check = reverse("council:invoices_check")
    with CaptureQueriesContext(connection) as queries:
        shown = tom.get(check)
    assert len(queries) <= MOST_QUERIES
    assert shown.content.decode().count("checked") >= 2 and "Something has changed since it was submitted" in text(
        shown
    )
    chosen = [str(each.pk) for each in found[:2]]
    assert "Tick at least one invoice" in text(tom.post(check, {}, follow=True))
    preview = tom.post(check, {"invoices": chosen})
    assert "Accept 2 invoices?" in text(preview) and "Nothing has been accepted yet" in text(preview)
    form = next(each for each in forms_of(preview.content.decode()) if "client_key" in each.fields).fields
    begun = tom.post(check, form | {"invoices": chosen, "start": "1"})
    tom.post(check, form | {"invoices": chosen, "start": "1"})  # the second of two clicks
    [batch] = Batch.objects.filter(kind="invoices.accept")
    batches.run_slice(batch.pk, 0)
    assert {state(each.pk) for each in found[:2]} == {"accepted"} and state(found[2].pk) == "submitted"
    assert "Accepted: 2 of 2 invoices" in text(tom.get(begun["Location"]))
    other = sign_in(make.staff_user("finance"))
    assert other.get(begun["Location"]).status_code == 404


def test_a_credit_note_is_queried_refused_and_accepted(ouse: Ouse, tom: Client) -> None:
    invoice = ouse.accepted()
    runs.finalised(ScheduledPayment.objects.get(pk=invoice.payment_id), ouse.officer(), ouse.officer())
    settled()
    line = PaymentLine.objects.filter(payment=invoice.payment_id).order_by("pk").first()
    assert line is not None
    said = {"invoice_id": invoice.pk, "line_id": line.pk, "reason": "Two visits were billed twice."}
    first, second = (
        crediting.raise_note(actor=ouse.nina(), amount=D(amount), key=make.key(), **said).case_id
        for amount in ("12.50", "7.00")
    )
    shown = page(tom, first)
    assert "Now: check the credit note" in shown and "Two visits were billed twice." in shown
    query = reverse("council:credit_note_query", args=[first])
    tom.post(query, form_in(tom, query) | {"text": "Which visits?"})
    assert state(first) == "queried" and "Which visits?" in page(tom, first)
    crediting.resend(actor=ouse.nina(), amount=D("10.00"), reason="Those of Monday.", **on(first))
    accept = reverse("council:credit_note_accept", args=[first])
    tom.post(accept, form_in(tom, accept))
    assert state(first) in {"accepted", "credited"}
    refuse = reverse("council:credit_note_refuse", args=[second])
    form = form_in(tom, refuse)
    assert "Say why it is refused" in text(tom.post(refuse, form))
    tom.post(refuse, form | {"text": "It was not billed twice."})
    assert state(second) == "refused" and CreditNote.objects.get(pk=second).void
    listed = text(tom.get(reverse("council:credit_notes")))
    assert f"against {invoice.case.reference}" in listed and "£10.00" in listed
    assert Case.objects.get(pk=first).reference in page(tom, invoice.pk)


def test_the_vat_document_is_taken_on_record_and_others_do_not_see_it(ouse: Ouse, tom: Client) -> None:
    invoice = ouse.created()
    nina = ouse.nina()
    paper = staged(nina, "vat.pdf").pk
    commands.attach(actor=nina, vat_number="GB 123 4567 82", file_ids=[paper], **on(invoice.pk))
    said = page(tom, invoice.pk)
    assert "GB 123 4567 82" in said and "vat.pdf" in said
    assert tom.get(reverse("council:file", args=[paper])).status_code == 200
    assert Access.objects.filter(what="invoice.vat", object_id=paper).exists()
    stranger = sign_in(make.staff_user("contracts"))
    assert stranger.get(reverse("council:file", args=[paper])).status_code == 404


def test_pages_ask_little_and_are_for_the_team_that_reads_them(ouse: Ouse, tom: Client) -> None:
    invoice = ouse.submitted()
    places = [reverse("council:invoices"), reverse("council:credit_notes"), reverse("council:invoices_check")]
    tom.get(places[0])
    for path in (*places, reverse("council:case", args=[invoice.pk])):
        with CaptureQueriesContext(connection) as queries:
            assert tom.get(path).status_code == 200
        assert len(queries) <= MOST_QUERIES + 8 * path.startswith("/cases/"), (path, len(queries))
    stranger = sign_in(make.staff_user("contracts"))
    acts = [reverse(f"council:invoice_{act}", args=[invoice.pk]) for act in ("accept", "query", "close")]
    for path in (*places, *acts):
        assert stranger.get(path).status_code == 403, path
    assert stranger.get(reverse("council:case", args=[invoice.pk])).status_code == 404
    assert state(invoice.pk) == "submitted"
