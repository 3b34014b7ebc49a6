"""A provider's care package line items (norfolk-handbook §5, suffolk-user-guide §6, bedford-actuals-guide)."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from portal.lines import views
from tests import factories as make
from tests.councils import another_council, usual_council
from tests.web.portal import sign_in, text
from workflows.actions.models import TypeForProvider
from workflows.contracts.models import ContractDocument
from workflows.council.profile import current
from workflows.engine.models import Access
from workflows.parties.models import Service
from workflows.register import commands as register
from workflows.register import line_lists
from workflows.register.line_lists import ORDER, Narrow
from workflows.register.models import CarePackageLine, Rate

pytestmark = pytest.mark.django_db
LIST = "/portal/care-package-line-items/"
MOST_QUERIES = 12
COLUMNS = ("SSRef", "Client", "Service", "Service Level", "Start Date", "End Date", "Cost", "Pricing", "CarePackageRef")


@pytest.fixture
def home() -> Service:
    return make.service(name="Oasis Residential Home")


@pytest.fixture
def browser(home: Service) -> Client:
    return sign_in(make.provider_user(home.organisation))


def officer() -> Any:
    return make.actor(make.staff_user())


def ended(line: CarePackageLine, day: date = date(2019, 3, 31)) -> CarePackageLine:
    register.end_line(actor=officer(), line_id=line.pk, version=line.version, end=day, reason="Moved to family.")
    line.refresh_from_db()
    return line


def references(page: Any) -> list[str]:
    return [row.line.reference for row in page.context["table"].shown]


def queries(browser: Client, address: str) -> int:
    browser.get(address)  # what a process asks only once
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


def book_of(answer: Any) -> list[list[Any]]:
    return list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows())


def test_the_handbooks_columns_and_words(home: Service, browser: Client) -> None:
    line = make.line(home, of=make.client_("Kent", "Karl"))
    page = browser.get(LIST)
    said = text(page)
    assert [head.text for head in page.context["table"].heads] == [*COLUMNS, "Action"]
    assert "1 x Placement at £536.49 (Spot)" in said
    assert "£536.49 weekly" in said
    assert "9 April 2018" in said
    assert f"Kent, Karl {line.reference}" in said
    assert "<h1" in page.content.decode()
    assert "Care package line items" in said


def test_names_stand_in_order_and_pages_follow_without_a_gap_or_a_name_in_the_address(
    home: Service, browser: Client
) -> None:
    level = make.level()
    made = [make.line(home, of=make.client_(f"Name{30 - n:02}", "Pat"), service_level=level) for n in range(30)]
    page = browser.get(LIST)
    seen = references(page)
    assert len(seen) == 25
    onward = page.context["page_of_list"].next
    assert len(onward) < 40  # an id, not the name that the list is ordered by
    page = browser.get(LIST + onward)
    seen += references(page)
    assert seen == [line.reference for line in reversed(made)]
    back = browser.get(LIST + page.context["page_of_list"].previous)
    assert references(back) == seen[:25]
    assert references(browser.get(f"{LIST}?after=WzFd")) == seen[:25]  # the id of no line here


def test_those_that_have_ended_come_with_include_historical(home: Service, browser: Client) -> None:
    line, gone = make.line(home), ended(make.line(home))
    assert references(browser.get(LIST)) == [line.reference]
    page = browser.get(LIST, {"historical": "on"})
    assert set(references(page)) == {line.reference, gone.reference}
    assert "Ended" in text(page)


def test_service_client_and_service_level_narrow_the_list(home: Service, browser: Client) -> None:
    first, second = make.line(home), make.line(home)
    third = make.line(make.service(home.organisation))
    assert references(browser.get(LIST, {"service": third.service_id})) == [third.reference]
    assert references(browser.get(LIST, {"client": first.client_id})) == [first.reference]
    assert references(browser.get(LIST, {"level": second.service_level_id})) == [second.reference]
    none = browser.get(LIST, {"client": first.client_id, "service": third.service_id})
    assert "No care package line item fits the filter" in text(none)
    assert "Clear the filter" in text(none)


def test_a_filter_that_names_what_is_anothers_is_left_out_and_said(home: Service, browser: Client) -> None:
    line, theirs = make.line(home), make.line()
    for name, value in (("client", theirs.client_id), ("service", theirs.service_id), ("level", "x")):
        page = browser.get(LIST, {name: value})
        assert references(page) == [line.reference]
        assert "A part of the filter was left out" in text(page)
        assert theirs.client.surname not in page.content.decode()


def test_an_organisation_sees_all_of_its_own_and_a_named_service_its_own_only(home: Service) -> None:
    here, there = make.line(home), make.line(make.service(home.organisation))
    theirs = make.line()
    everywhere = sign_in(make.provider_user(home.organisation))
    only = sign_in(make.provider_user(home.organisation, role="administration", only=home))
    assert set(references(everywhere.get(LIST))) == {here.reference, there.reference}
    assert references(only.get(LIST)) == [here.reference]
    assert there.client.surname not in only.get(LIST).content.decode()
    for browser, line, status in (
        (everywhere, here, 200), (everywhere, there, 200), (everywhere, theirs, 404),
        (only, here, 200), (only, there, 404), (only, theirs, 404),
    ):  # fmt: skip
        assert browser.get(reverse("portal:line", args=[line.pk])).status_code == status


@pytest.mark.parametrize(
    ("role", "status"), [("payments", 403), ("reports", 403), ("invoice_only", 403), ("read_only", 200)]
)
def test_the_role_says_who_has_the_chapter(home: Service, role: str, status: int) -> None:
    browser = sign_in(make.provider_user(home.organisation, role=role))
    assert browser.get(LIST).status_code == status
    assert (LIST in browser.get("/portal/").content.decode()) == (status == 200)


def test_the_queries_of_the_pages_do_not_grow(home: Service, browser: Client) -> None:
    level = make.level()
    one = make.line(home, service_level=level)
    make.published(one)
    address = reverse("portal:line", args=[one.pk])
    few = queries(browser, LIST), queries(browser, address)
    for _ in range(99):
        make.line(home, service_level=level)
    many = queries(browser, LIST), queries(browser, address)
    assert few == many
    assert many[0] <= MOST_QUERIES
    assert browser.get(LIST).context["total"] == 100


def test_the_spreadsheet_has_the_whole_list_as_filtered_and_runs_no_formula(home: Service) -> None:
    evil = make.line(home, of=make.client_('=HYPERLINK("http://x","y")', "+1"))
    other = make.line(make.service(home.organisation))
    user = make.provider_user(home.organisation)
    answer = sign_in(user).get(reverse("portal:lines_xlsx"), {"service": home.pk})
    heads, *rows = book_of(answer)
    cells = {head.value: cell for head, cell in zip(heads, rows[0], strict=True)}
    assert len(rows) == 1
    assert other.reference not in str([cell.value for cell in rows[0]])
    assert (cells["Client"].data_type, cells["Client"].quotePrefix) == ("s", True)
    assert Decimal(str(cells["Weekly cost in pounds"].value)) == Decimal("536.49")
    assert cells["Start Date"].value.date() == date(2018, 4, 9)
    assert cells["CarePackageRef"].value == evil.reference
    assert evil.client.surname not in answer["Content-Disposition"]
    assert Access.objects.filter(user=user, what="lines.xlsx").count() == 1


def test_the_csv_says_the_same_and_runs_no_formula(home: Service) -> None:
    make.line(home, of=make.client_("=1+1", "@x"))
    user = make.provider_user(home.organisation)
    answer = sign_in(user).get(reverse("portal:lines_csv"))
    (row,) = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert row["Client"] == "'=1+1, @x"
    assert (row["Weekly cost in pounds"], row["Start Date"], row["State"]) == ("536.49", "2018-04-09", "Provided now")
    assert answer["Content-Disposition"].startswith('attachment; filename="care-package-lines-')
    assert Access.objects.filter(user=user, what="lines.csv").count() == 1


def test_a_typed_reference_leads_to_its_line_or_client(
    home: Service, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, other, theirs = make.line(home), make.line(home), make.line()
    assert "Find one client or line" not in text(browser.get(LIST))
    monkeypatch.setattr(views, "MOST_CLIENTS", 1)
    assert "Find one client or line" in text(browser.get(LIST))
    answer = browser.post(LIST, {"text": line.reference.lower()})
    assert answer.headers["Location"] == reverse("portal:line", args=[line.pk])
    answer = browser.post(LIST, {"text": f" {line.client.ss_ref} "})
    page = browser.get(answer.headers["Location"])
    assert references(page) == [line.reference]
    assert f"of {line.client} ({line.client.ss_ref})" in text(page)
    for typed in (theirs.reference, theirs.client.ss_ref, "0000"):
        assert f"There is no line and no client with {typed} here" in text(browser.post(LIST, {"text": typed}))
    assert references(browser.get(LIST, {"client": theirs.client_id})) == []
    assert other.client.surname not in text(page)


def test_the_page_of_a_line(home: Service) -> None:
    document = make.published(make.line(home, of=make.client_("Kent", "Karl")))
    line, priya = document.line, officer()
    register.change_line(
        actor=priya, line_id=line.pk, version=line.version, unit_cost=Decimal("612.30"), price_from=date(2020, 4, 6),
        reason="Karl's needs have grown, says the panel.",
    )  # fmt: skip
    line.refresh_from_db()
    register.suspend_line(
        actor=priya, line_id=line.pk, version=line.version, start=date(2021, 1, 4), end=date(2021, 1, 17),
        reason="In hospital.",
    )  # fmt: skip
    line.refresh_from_db()
    register.set_contribution(
        actor=priya, line_id=line.pk, version=line.version, start=date(2021, 4, 5), end=None, amount=Decimal("39.88")
    )
    user = make.provider_user(home.organisation)
    page = sign_in(user).get(reverse("portal:line", args=[line.pk]))
    said = text(page)
    for sentence in (
        "Kent, Karl",
        "£612.30 a week",
        "9 April 2018 to 5 April 2020 £536.49 The rate of the service level",
        "From 6 April 2020, no end date £612.30 A price of this line alone",
        "4 January to 17 January 2021",
        "From 5 April 2021, no end date £39.88",
        "Care was commissioned by Norfolk County Council",
        "The care or its price was changed",
        "Care was suspended",
        "The client's contribution was set",
        f"NCC ISO {document.case.reference}",
    ):
        assert sentence in said
    assert "panel" not in said  # why, as officers wrote it for each other
    assert "hospital" not in said
    assert priya.name not in said
    assert Access.objects.filter(user=user, what="line", object_id=line.pk, client_id=line.client_id).count() == 1


def test_who_may_not_read_documents_is_shown_none(home: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    document = make.published(make.line(home))
    data = changed_roles("reports", {"care_package_line_items"})
    another_council(monkeypatch, {}, whole=data)
    page = sign_in(make.provider_user(home.organisation, role="reports")).get(
        reverse("portal:line", args=[document.line_id])
    )
    assert document.case.reference not in page.content.decode()
    usual_council()


def changed_roles(key: str, view: set[str]) -> dict[str, Any]:
    data = current().model_dump()
    data["roles"] = [role | ({"view": view, "edit": set()} if role["key"] == key else {}) for role in data["roles"]]
    return data


def test_another_council_has_its_own_words(home: Service, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    line = make.line(home)
    words = {
        "name": "service agreement", "names": "service agreements",
        "about": "Check the list from time to time.", "if_wrong": "Tell the social worker.",
    }  # fmt: skip
    another_council(monkeypatch, {"care_package_lines": words})
    for address in (LIST, reverse("portal:line", args=[line.pk]), "/portal/"):
        said = text(browser.get(address))
        assert "Service agreement" in said
        assert "are package line item" not in said
    said = text(browser.get(LIST))
    assert "Check the list from time to time." in said
    assert "Tell the social worker." in said
    usual_council()


def test_submit_action_is_there_for_whom_it_is(home: Service) -> None:
    line = make.line(home)
    address = reverse("portal:line", args=[line.pk])
    who = {role: sign_in(make.provider_user(home.organisation, role=role)) for role in ("administration", "read_only")}
    for role, offered in (("administration", True), ("read_only", False)):
        for page in (who[role].get(LIST), who[role].get(address)):
            assert (f"/portal/actions/new/?line={line.pk}" in page.content.decode()) == offered, role
    assert f"Submit action about {line.client}, {line.reference}" in text(who["administration"].get(LIST))


def test_a_notice_that_is_switched_for_single_providers_is_offered_where_it_is_on(
    home: Service, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make.line(home)
    whole = current().model_dump()
    for each in whole["actions"]["types"]:
        each["per_provider"] = each["key"] == "death"
    try:
        another_council(monkeypatch, {}, whole=whole)
        page = reverse("portal:line", args=[line.pk])
        assert "Death Notification" not in text(browser.get(page))
        TypeForProvider.objects.create(organisation=home.organisation, type="death")
        assert "Death Notification" in text(browser.get(page))
    finally:
        usual_council()


def test_a_line_without_a_rate_says_so(home: Service, browser: Client) -> None:
    line = make.line(home)
    Rate.objects.filter(service_level=line.service_level).delete()
    assert "No rate yet" in text(browser.get(LIST))
    assert "No rate yet" in text(browser.get(reverse("portal:line", args=[line.pk])))
    heads, row = book_of(browser.get(reverse("portal:lines_xlsx")))
    assert {head.value: cell.value for head, cell in zip(heads, row, strict=True)}["Weekly cost in pounds"] is None


def test_a_suspended_line_and_one_that_begins_later_are_marked(home: Service, browser: Client) -> None:
    line = make.line(home)
    register.suspend_line(
        actor=officer(), line_id=line.pk, version=line.version, start=date(2020, 1, 6), end=None, reason="In hospital."
    )
    assert "Suspended" in text(browser.get(LIST))


def test_documents_of_another_service_are_not_listed(home: Service) -> None:
    mine: ContractDocument = make.published(make.line(home))
    person = make.provider_user(home.organisation, role="administration", only=home)
    page = sign_in(person).get(reverse("portal:line", args=[mine.line_id]))
    assert reverse("portal:document", args=[mine.pk]) in page.content.decode()


def test_a_page_in_the_order_of_names_is_read_along_their_index(home: Service) -> None:
    """Sorting 100,000 lines to show 25 took 0.8 s; with few rows the planner is told to sort nothing whole."""
    make.line(home)
    rows = line_lists.listed(make.actor(make.provider_user(home.organisation)), Narrow()).order_by(*ORDER)[:26]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert "client_by_name" in rows.explain()
