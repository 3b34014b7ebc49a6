"""Invoices and credit notes of two providers with marked data, as Bedford: nothing of one is on any page, file or
search of the other, of a colleague without the function, or of a team of the council that reads none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests import factories as make
from tests.access.marked import Crawl
from tests.access.test_nothing_leaks import answer
from tests.files import PDF, staged
from tests.invoices import Ouse, bedford, finalised, on
from tests.web.portal import sign_in
from workflows.engine import erase
from workflows.engine.models import Content
from workflows.engine.verify import verify
from workflows.invoices import commands, crediting, ledger
from workflows.invoices.models import Invoice
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentLine
from workflows.search import selectors as search

pytestmark = pytest.mark.django_db


@dataclass
class Marked:
    """A provider with a paid invoice that has a VAT invoice and a credit note, and one about which is asked."""

    mark: str
    place: Ouse = field(init=False)
    nina: Actor = field(init=False)
    invoice: Invoice = field(init=False)
    note: int = field(init=False)

    def __post_init__(self) -> None:
        self.place = Ouse(vat=True, mark=self.mark)
        self.place.recorded()
        self.nina = self.place.nina()
        self.invoice = self.place.created()
        paper = staged(self.nina, f"{self.mark}.pdf", PDF + f"% {self.mark}\n".encode()).pk
        commands.attach(actor=self.nina, vat_number="GB 123 4567 82", file_ids=[paper], **on(self.invoice.pk))
        self.submit()
        commands.query(actor=self.place.officer(), text=f"Asked, {self.words}", **on(self.invoice.pk))
        self.submit()
        commands.accept(actor=self.place.officer(), seen=self.total, **on(self.invoice.pk))

    @property
    def words(self) -> str:
        """What people wrote of invoices, and nowhere else."""
        return f"W{self.mark}w"

    @property
    def total(self) -> Decimal:
        return Invoice.objects.get(pk=self.invoice.pk).payment.total

    @property
    def pages(self) -> list[str]:
        """The provider's own addresses."""
        here = f"/portal/invoices/{self.invoice.pk}/"
        return [here, f"{here}story/", f"{here}items.csv", f"{here}credit/", f"/portal/credit-notes/{self.note}/"]

    @property
    def council_pages(self) -> list[str]:
        """The council's pages about it."""
        return [f"/cases/{case}/{page}" for case in (self.invoice.pk, self.note) for page in ("", "story/", "clocks/")]

    def submit(self) -> None:
        commands.submit(actor=self.nina, seen=self.total, **on(self.invoice.pk))

    def credit(self) -> None:
        line = PaymentLine.objects.filter(payment=self.invoice.payment_id, kind="scheduled").order_by("pk")[0]
        why = f"Twice, {self.words}"
        self.note = crediting.raise_note(
            actor=self.nina, invoice_id=self.invoice.pk, line_id=line.pk, amount=Decimal(5), reason=why, key=make.key()
        ).case_id


LISTS = ["/invoices/", "/invoices/check/", "/invoices/credit-notes/"]


@pytest.fixture
def providers(settings: Any) -> Iterator[tuple[Marked, Marked]]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with bedford():
        one, other = Marked("ALPHAMARK"), Marked("BETAMARK")
        finalised(one.invoice, one.place.officer())
        for each in (one, other):
            each.credit()
        yield one, other


def test_nothing_of_one_provider_is_anywhere_for_the_other(providers: tuple[Marked, Marked]) -> None:
    for one, other in (providers, providers[::-1]):
        browser = sign_in(one.place.user())
        for path in one.pages:
            shown = browser.get(path)
            assert shown.status_code == 200, path  # the control
        for path in other.pages:
            refused = browser.get(path)
            assert (refused.status_code, other.mark in refused.content.decode()) == (404, False), path
            assert browser.post(path, {"client_key": make.key()}).status_code in {404, 405}, path
        crawl = Crawl(browser).follow("/portal/invoices/")
        text = crawl.text()
        assert (one.words in text, other.mark in text) == (True, False)
        assert any(one.mark.encode() in content for _, content in crawl.files.values())  # its VAT invoice
        assert not any(each.client.surname in crawl.names_of_things() for each in one.place.lines)
        for sought in (other.words, other.invoice.case.reference):
            assert other.invoice.case.reference not in repr(search.results(one.nina, sought)), sought
        assert one.invoice.case.reference in repr(search.results(one.nina, one.invoice.case.reference))
    assert ledger.verify() == []


def test_a_colleague_without_the_function_and_another_team_see_nothing(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    away = sign_in(one.place.user(role="care", name="Away"))
    assert one.words not in Crawl(away).follow("/portal/").text()
    for path in one.pages:
        refused = away.get(path)
        assert (refused.status_code, one.words in refused.content.decode()) == (403, False), path
    reads_none = sign_in(make.staff_user("contracts"))
    for path in LISTS + one.council_pages:
        refused = reads_none.get(path)
        assert refused.status_code in {403, 404}, path
        assert one.mark not in refused.content.decode(), path
    finance = sign_in(make.staff_user("finance"))
    shown = {path: answer(finance, path) for path in one.council_pages}
    assert [path for path, page in shown.items() if one.mark in page], shown.keys()  # the control
    assert [path for path, page in shown.items() if other.mark in page] == []


def test_the_words_of_invoices_go_with_their_clients(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    administrator = make.actor(make.staff_user("", duty="administrator"))
    for each in one.place.lines:
        erase.erase_client(each.client_id, administrator)
    assert [each.text for each in Content.objects.filter(text__contains=one.words)] == []
    assert Content.objects.filter(text__contains=other.words).count() >= 2
    assert verify().findings == []
    assert ledger.verify() == []
