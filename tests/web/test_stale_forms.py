"""Two people on one record: what changed field by field, nothing typed is lost, and nothing is taken back unseen."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from backoffice.web import stale
from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Access
from workflows.parties.models import User
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> User:
    return council.officer()


def moved_by_tom(line: CarePackageLine, **words: Any) -> None:
    tom = factories.actor(council.officer("Tom Bullard"))
    register.change_line(actor=tom, line_id=line.pk, version=None, **words)


def table_of(page: Any) -> str:
    """What the page says of the fields, between its heading and the form."""
    return council.words(page).partition("What changed while you had this open")[2].partition("Service level *")[0]


def test_a_line_changed_by_two_keeps_what_either_did(priya: User) -> None:
    line = factories.line()
    browser, address = browser_of(priya), f"/lines/{line.pk}/change/"
    fields = council.fields_of(browser.get(address))
    moved_by_tom(line, quantity=Decimal(2))
    page = browser.post(address, {**fields, "pricing": "own", "own_price": "612.30", "reason": "As agreed."})
    assert page.status_code == 409
    assert "Tom Bullard changed the line" in council.words(page)
    assert "Quantity 1 2 1 They changed it" in table_of(page)
    assert "Price The service level's rate The service level's rate A price of this line's own You" in table_of(page)
    again = council.fields_of(page)
    assert (again["quantity"], again["own_price"], again["reason"]) == ("2", "612.30", "As agreed.")
    assert "Send it again" in council.words(page)
    assert browser.post(address, again).status_code == 302
    line.refresh_from_db()
    assert (line.quantity, line.version) == (Decimal(2), 3)
    assert line.rates.get().amount == Decimal("612.30")


def test_where_both_changed_a_field_the_own_words_stay_and_it_says_so(priya: User) -> None:
    line = factories.line()
    browser, address = browser_of(priya), f"/lines/{line.pk}/change/"
    fields = council.fields_of(browser.get(address))
    moved_by_tom(line, quantity=Decimal(2), start=date(2018, 4, 10))
    page = browser.post(address, {**fields, "quantity": "3"})
    assert "Quantity 1 2 3 Both of you changed it" in table_of(page)
    assert "Start date 9 April 2018 10 April 2018 9 April 2018 They changed it" in table_of(page)
    again = council.fields_of(page)
    assert (again["quantity"], again["start_day"]) == ("3", "10")
    assert browser.post(address, again).status_code == 302
    line.refresh_from_db()
    assert (line.quantity, line.start) == (Decimal(3), date(2018, 4, 10))


def test_it_can_become_stale_again_and_again(priya: User) -> None:
    line = factories.line()
    browser, address = browser_of(priya), f"/lines/{line.pk}/change/"
    fields = council.fields_of(browser.get(address)) | {"pricing": "own", "own_price": "612.30"}
    for quantity in (2, 3):
        moved_by_tom(line, quantity=Decimal(quantity))
        page = browser.post(address, fields)
        assert page.status_code == 409
        fields = council.fields_of(page)
        assert (fields["quantity"], fields["own_price"]) == (str(quantity), "612.30")
    assert "Quantity 2 3 2 They changed it" in table_of(page)


def test_an_act_shows_what_changed_of_the_line_though_it_does_not_ask_about_it(priya: User) -> None:
    line = factories.line()
    browser, address = browser_of(priya), f"/lines/{line.pk}/end/"
    fields = council.fields_of(browser.get(address))
    moved_by_tom(line, quantity=Decimal(2))
    ending = {"end_day": "31", "end_month": "12", "end_year": "2026", "reason": "Moves to family."}
    page = browser.post(address, {**fields, **ending})
    assert "Quantity of the line 1 2 – They changed it" in council.words(page)
    assert council.fields_of(page)["reason"] == "Moves to family."


@pytest.mark.parametrize("sealed", ["", "tampered", "eyJ4IjoxfQ:abc:def"])
def test_a_form_that_lost_what_it_was_opened_with_keeps_all_that_was_typed(priya: User, sealed: str) -> None:
    line = factories.line()
    browser, address = browser_of(priya), f"/lines/{line.pk}/change/"
    fields = council.fields_of(browser.get(address))
    moved_by_tom(line, quantity=Decimal(2))
    page = browser.post(address, {**fields, "opened": sealed, "pricing": "own", "own_price": "600"})
    assert "Quantity Not known 2 1 You changed it" in table_of(page)
    assert council.fields_of(page)["quantity"] == "1"


def test_amending_what_a_colleague_changed_shows_it_and_republishes_both(priya: User) -> None:
    document = council.rejected()
    browser, address = browser_of(priya), f"/cases/{document.pk}/amend/"
    fields = council.fields_of(browser.get(address)) | {"pricing": "own", "own_price": "612.30"}
    moved_by_tom(document.line, quantity=Decimal(2))
    page = browser.post(address, fields)
    assert page.status_code == 409
    assert "Quantity 1 2 1 They changed it" in table_of(page)
    checked = council.fields_of(browser.post(address, council.fields_of(page)))
    assert browser.post(address, {**checked, "step": "confirm"}).status_code == 302
    assert council.latest(document).weekly == Decimal("1224.60")


def test_who_was_slower_is_noted_like_any_other_refusal(priya: User) -> None:
    document = council.rejected()
    browser, address = browser_of(priya), f"/cases/{document.pk}/withdraw/"
    fields = council.fields_of(browser.get(address))
    browser_of(council.officer("Tom Bullard")).post("/queues/act/", {"claim": council.turn(document).pk})
    browser.post(address, {**fields, "text": "Entered twice."})
    assert Access.objects.filter(user=priya, what="refused:withdraw:stale", object_id=document.pk).count() == 1
    published = ContractDocument.objects.get(pk=document.pk)
    assert published.open


def test_where_nothing_can_be_sent_any_more_what_was_typed_is_shown_and_nothing_sealed(priya: User) -> None:
    document = council.rejected()
    browser, address = browser_of(priya), f"/cases/{document.pk}/amend/"
    fields = council.fields_of(browser.get(address)) | {"explanation": "As agreed by telephone."}
    tom = browser_of(council.officer("Tom Bullard"))
    checked = council.fields_of(tom.post(address, {**council.fields_of(tom.get(address)), "explanation": "Right."}))
    tom.post(address, {**checked, "step": "confirm"})
    said = council.words(browser.post(address, fields))
    assert "Tom Bullard: published a new version" in said
    assert "As agreed by telephone." in said
    assert "Start date 9 April 2018" in said
    assert "ine version" not in said
    assert "Opened" not in said


def test_words_of_every_kind_of_value() -> None:
    assert stale._words(stale.forms.CharField(), None) == "Nothing"
    assert stale._words(stale.forms.BooleanField(), True) == "Yes"
    assert stale._words(stale.forms.DecimalField(), Decimal("1234.50")) == "1,234.50"
    assert stale._words(stale.forms.DecimalField(), Decimal("10")) == "10"
    assert stale._words(stale.forms.ChoiceField(choices=[("a", "Agree")]), "a") == "Agree"
