"""The register's pages: lines, clients, contracts, levels and rates, and the uplift with its preview."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from tests import factories
from workflows.parties.models import Client, User
from workflows.register.models import CarePackageLine, Contract, Rate, ServiceLevel

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> User:
    return council.officer()


@pytest.fixture
def browser(priya: User) -> Browser:
    return browser_of(priya)


def day(name: str, when: date) -> dict[str, str]:
    return {f"{name}_day": str(when.day), f"{name}_month": str(when.month), f"{name}_year": str(when.year)}


def fill(browser: Browser, address: str, **typed: Any) -> Any:
    """Open a form, type into it, send it."""
    return browser.post(address, {**council.fields_of(browser.get(address)), **typed})


def test_a_line_is_found_by_its_reference_and_a_client_by_ssref(browser: Browser) -> None:
    line = factories.line()
    answer = browser.post("/lines/", {"text": line.reference.lower()})
    assert answer.headers["Location"] == f"/lines/{line.pk}/"
    answer = browser.post("/lines/", {"text": f" {line.client.ss_ref} "})
    assert answer.headers["Location"] == f"/lines/?client={line.client_id}&historical=on"
    assert line.reference in council.body(browser.get(answer.headers["Location"]))
    assert "There is no line and no client with 0000" in council.words(browser.post("/lines/", {"text": "0000"}))


def test_lines_that_have_ended_are_left_out_until_asked_for(browser: Browser) -> None:
    line = factories.line()
    fill(browser, f"/lines/{line.pk}/end/", **day("end", date(2019, 1, 1)), reason="Moved away.")
    assert line.reference not in council.body(browser.get("/lines/"))
    assert line.reference in council.body(browser.get("/lines/?historical=on"))


def test_a_line_is_added_at_a_service(browser: Browser) -> None:
    home, client = factories.service(), factories.client_()
    contract, level = factories.contract(home.organisation), factories.level()
    answer = fill(browser, "/lines/new/", service=str(home.pk))
    address = answer.headers["Location"]
    typed = {"reference": "AP555", "ss_ref": client.ss_ref, "contract": contract.pk, "service_level": level.pk,
             "quantity": "1", **day("start", date(2026, 1, 5))}  # fmt: skip
    wrong = fill(browser, address, **{**typed, "ss_ref": "none"})
    assert "There is no client with the SSRef none. Add the client first" in council.words(wrong)
    answer = fill(browser, address, **typed)
    line = CarePackageLine.objects.get(reference="AP555")
    assert answer.headers["Location"] == f"/lines/{line.pk}/"
    assert (line.client, line.start) == (client, date(2026, 1, 5))
    again = fill(browser, address, **typed)
    assert "There is already a line with the CarePackageRef AP555." in council.words(again)


def test_a_change_is_told_on_the_line_s_page(browser: Browser) -> None:
    line = factories.line()
    typed = {"pricing": "own", "own_price": "£612.30", **day("price_from", date(2020, 4, 6)), "reason": "Agreed."}
    assert fill(browser, f"/lines/{line.pk}/change/", **typed).status_code == 302
    text = council.words(browser.get(f"/lines/{line.pk}/"))
    assert "Line changed by Priya Raman" in text
    assert "Price of one unit: from the service level's rate to £612.30 from 6 April 2020" in text
    assert "“Agreed.”" in text
    assert "£612.30 a week" in text


def test_nothing_different_is_said(browser: Browser) -> None:
    line = factories.line()
    page = fill(browser, f"/lines/{line.pk}/change/")
    assert "Nothing is different from what is recorded already" in council.words(page)


def test_suspend_resume_contribution_and_end(browser: Browser) -> None:
    line = factories.line()
    at = f"/lines/{line.pk}"
    fill(browser, f"{at}/suspend/", **day("start", date(2026, 1, 5)), reason="In hospital.")
    assert "suspended now" in council.words(browser.get(f"{at}/"))
    overlap = fill(browser, f"{at}/suspend/", **day("start", date(2026, 2, 5)), reason="Again.")
    assert "suspended on some of these days already" in council.words(overlap)
    fill(browser, f"{at}/resume/", **day("start", date(2026, 3, 2)))
    fill(browser, f"{at}/contribution/", amount="159.52", **day("start", date(2026, 4, 6)))
    fill(browser, f"{at}/end/", **day("end", date(2026, 12, 31)), reason="Moves to family.")
    text = council.words(browser.get(f"{at}/"))
    for sentence in (
        "Line suspended by Priya Raman",
        "Line resumed by Priya Raman",
        "£159.52 a week, from 6 April 2026, no end date",
        "End date: from none to 31 December 2026",
        "“Moves to family.”",
    ):
        assert sentence in text


def test_an_end_needs_a_date_after_the_start_and_a_reason(browser: Browser) -> None:
    line = factories.line()
    page = fill(browser, f"/lines/{line.pk}/end/", **day("end", date(2017, 1, 1)))
    assert "Say why the line ends" in council.words(page)
    page = fill(browser, f"/lines/{line.pk}/end/", **day("end", date(2017, 1, 1)), reason="Error.")
    assert "The end date must not be before the start date" in council.words(page)
    line.refresh_from_db()
    assert line.end is None


def test_a_stale_act_says_who_was_faster_and_keeps_what_was_typed(browser: Browser) -> None:
    line = factories.line()
    fields = council.fields_of(browser.get(f"/lines/{line.pk}/end/"))
    council.change(line)
    sent = {**fields, **day("end", date(2026, 12, 31)), "reason": "Moves to family."}
    page = browser.post(f"/lines/{line.pk}/end/", sent)
    assert page.status_code == 409
    assert "Tom Bullard changed the line" in council.words(page)
    assert browser.post(f"/lines/{line.pk}/end/", council.fields_of(page)).status_code == 302
    line.refresh_from_db()
    assert line.end == date(2026, 12, 31)


def test_clients_are_added_found_and_corrected(browser: Browser) -> None:
    fill(browser, "/clients/new/", ss_ref="3092214", surname="Thaxter", forename="Doris")
    client = Client.objects.get(ss_ref="3092214")
    taken = fill(browser, "/clients/new/", ss_ref="3092214", surname="A", forename="B")
    assert "There is already a client with the SSRef 3092214." in council.words(taken)
    assert browser.post("/clients/", {"ss_ref": "3092214"}).headers["Location"] == f"/clients/{client.pk}/"
    assert fill(browser, f"/clients/{client.pk}/change/", forename="Dorothy").status_code == 302
    client.refresh_from_db()
    assert client.forename == "Dorothy"


def test_contracts_are_procurement_s_too(browser: Browser) -> None:
    organisation, procurement = factories.organisation(), browser_of(factories.staff_user("procurement"))
    typed = {"reference": "CON-1", "organisation": organisation.pk, "title": "Residential care"}
    assert fill(procurement, "/contracts/new/", **typed).status_code == 302
    contract = Contract.objects.get(reference="CON-1")
    assert fill(browser, f"/contracts/{contract.pk}/change/", title="Care at home").status_code == 302
    payments = browser_of(factories.staff_user("payments_residential"))
    for address in ("/contracts/new/", f"/contracts/{contract.pk}/change/"):
        assert payments.get(address).status_code == 403
        assert payments.post(address, {**typed, "reference": "CON-2"}).status_code == 403
        assert address not in council.body(payments.get("/contracts/"))
        assert address not in council.body(payments.get(f"/contracts/{contract.pk}/"))
    assert "Care at home" in council.body(payments.get("/contracts/"))


def test_a_level_and_its_rates(browser: Browser) -> None:
    organisation = factories.organisation()
    fill(browser, "/service-levels/new/", name="Nursing", key="nursing-1", service_group="nursing", unit="Placement",
         contract_type="Spot")  # fmt: skip
    level = ServiceLevel.objects.get(key="nursing-1")
    at = f"/service-levels/{level.pk}"
    fill(browser, f"{at}/rate/", amount="700", **day("start", date(2026, 1, 1)))
    missing = fill(browser, f"{at}/rate/", scope="organisation", amount="710", **day("start", date(2026, 1, 1)))
    assert "Choose the organisation" in council.words(missing)
    fill(browser, f"{at}/rate/", scope="organisation", organisation=organisation.pk, amount="710",
         **day("start", date(2026, 1, 1)))  # fmt: skip
    text = council.words(browser.get(f"{at}/"))
    assert "Everybody From 1 January 2026, no end date £700.00 a week" in text
    assert f"{organisation.name} From 1 January 2026, no end date £710.00 a week" in text
    assert "£700.00 a week" in council.words(browser.get("/service-levels/"))


def test_an_uplift_shows_lines_and_money_before_it_is_set(browser: Browser) -> None:
    level = factories.level(amount="500.00")
    lines = [factories.line(service_level=level) for _ in range(3)]
    council.change(lines[0], "450.00")
    address = f"/service-levels/{level.pk}/uplift/"
    page = fill(browser, address, amount="510.00", **day("start", date(2027, 4, 5)))
    text = council.words(page)
    assert "£1,040.00 more a year" in text
    assert "2 lines at the new rate from 5 April 2027" in text
    assert "£52,000.00 £53,040.00 £1,040.00" in text
    assert "1 line with a price of its own" in text
    assert Rate.objects.filter(service_level=level).count() == 1
    confirmed = browser.post(address, {**council.fields_of(page), "step": "confirm"})
    assert confirmed.headers["Location"] == f"/service-levels/{level.pk}/"
    assert Rate.objects.get(service_level=level, start=date(2027, 4, 5)).amount == Decimal("510.00")


def test_an_uplift_whose_figures_moved_is_shown_again(browser: Browser) -> None:
    level = factories.level(amount="500.00")
    factories.line(service_level=level)
    address = f"/service-levels/{level.pk}/uplift/"
    page = fill(browser, address, amount="510", **day("start", date(2027, 4, 5)))
    factories.line(service_level=level)
    again = browser.post(address, {**council.fields_of(page), "step": "confirm"})
    assert "The figures have moved" in council.words(again)
    assert "2 lines at the new rate" in council.words(again)
    assert browser.post(address, {**council.fields_of(again), "step": "confirm"}).status_code == 302


def test_an_uplift_to_the_same_rate_is_refused(browser: Browser) -> None:
    level = factories.level(amount="500.00")
    address = f"/service-levels/{level.pk}/uplift/"
    page = fill(browser, address, amount="500", **day("start", date(2027, 4, 5)))
    answer = browser.post(address, {**council.fields_of(page), "step": "confirm"})
    assert "That is the rate already." in council.words(answer)


def test_a_line_without_a_rate_can_still_be_changed(browser: Browser) -> None:
    line = factories.line()
    line.service_level.rates.all().delete()
    assert browser.get(f"/lines/{line.pk}/").status_code == 200
    page = fill(browser, f"/lines/{line.pk}/change/", pricing="own", own_price="500")
    assert page.status_code == 302


def test_a_line_says_what_waits_on_it_and_which_price_held_when(browser: Browser, priya: User) -> None:
    document = council.rejected()
    line = document.line
    typed = {"pricing": "own", "own_price": "£612.30", **day("price_from", date(2020, 4, 6)), "reason": "Agreed."}
    fill(browser, f"/lines/{line.pk}/change/", **typed)
    text = council.words(browser.get(f"/lines/{line.pk}/"))
    assert f"{council.turn(document).title} Contract document, {document.case.reference}" in text
    assert "Service Brokerage Team Nobody" in text
    assert "9 April 2018 to 5 April 2020 £536.49 The general rate of the service level" in text
    assert "From 6 April 2020, no end date £612.30 A price of this line alone" in text
    assert "No contract document says yet what the line says today. Publish one" in text


def test_what_waits_with_a_provider_says_whose_it_is(browser: Browser) -> None:
    document = factories.published()
    page = browser.get(f"/lines/{document.line.pk}/")
    (row,) = page.context["waiting"].shown
    assert (row["side"], row["person"]) == (document.case.organisation.name, "")
    assert "The provider" not in council.words(page)
