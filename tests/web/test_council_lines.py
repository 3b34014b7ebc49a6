"""The council's list of care package lines: its filters, its order, its files (norfolk-handbook §5)."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from tests import factories as make
from workflows.engine.models import Access
from workflows.parties.models import User
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
LIST, CSV, XLSX = "/lines/", "/lines/list.csv", "/lines/list.xlsx"
MOST_QUERIES = 12


@pytest.fixture
def priya() -> User:
    return council.officer()


@pytest.fixture
def browser(priya: User) -> Browser:
    return browser_of(priya)


def references(page: Any) -> list[str]:
    return [row.reference for row in page.context["table"].shown]


def ended(line: CarePackageLine) -> CarePackageLine:
    who = make.actor(council.officer("Tom Bullard"))
    return register.end_line(actor=who, line_id=line.pk, version=line.version, end=date(2019, 3, 31), reason="Moved.")


def suspended(line: CarePackageLine) -> CarePackageLine:
    who, today = make.actor(council.officer("Tom Bullard")), timezone.localdate()
    return register.suspend_line(actor=who, line_id=line.pk, version=line.version, start=today, reason="In hospital.")


def test_lines_stand_by_name_and_pages_follow_without_a_gap_or_a_name_in_the_address(browser: Browser) -> None:
    home, level = make.service(), make.level()
    made = [make.line(home, of=make.client_(f"Name{30 - n:02}", "Pat"), service_level=level) for n in range(30)]
    page = browser.get(LIST)
    seen = references(page)
    onward = page.context["pages"].next
    assert len(seen) == 25
    assert len(onward) < 40
    page = browser.get(LIST + onward)
    assert seen + references(page) == [line.reference for line in reversed(made)]
    assert references(browser.get(LIST + page.context["pages"].previous)) == seen
    assert "30 lines by name, those that have ended left out" in council.words(page)


def test_provider_service_client_level_suspended_and_historical_narrow_the_list(browser: Browser) -> None:
    first, second, gone = make.line(), suspended(make.line()), ended(make.line())
    home = first.service
    for query, found in (
        ({"provider": home.organisation_id}, [first]),
        ({"provider": home.organisation_id, "service": home.pk}, [first]),
        ({"service": home.pk}, [first]),
        ({"client": second.client_id}, [second]),
        ({"level": second.service_level_id}, [second]),
        ({"suspended": "on"}, [second]),
        ({"historical": "on"}, [first, gone, second]),
        ({"provider": gone.service.organisation_id}, []),
        ({"provider": gone.service.organisation_id, "historical": "on"}, [gone]),
    ):
        assert sorted(references(browser.get(LIST, query))) == sorted(line.reference for line in found), query


def test_each_filter_is_said_and_taken_away_alone(browser: Browser) -> None:
    line = suspended(make.line(of=make.client_("Kent", "Karl")))
    home = line.service
    asked = {"service": home.pk, "client": line.client_id, "suspended": "on"}
    page = browser.get(LIST, asked)
    said = dict(page.context["asked"].chosen)
    client = f"Kent, Karl ({line.client.ss_ref})"
    assert list(said) == [home.organisation.name, home.name, client, "Suspended now"]
    assert f"Remove this filter {client}" in council.words(page)
    assert said[home.organisation.name] == f"?client={line.client_id}&suspended=on"  # its service goes with it
    assert said[client] == f"?provider={home.organisation_id}&service={home.pk}&suspended=on"
    for name, href in said.items():
        assert name not in dict(browser.get(LIST + href).context["asked"].chosen)
    assert "Kent" not in council.body(page).partition("<title>")[2].partition("</title>")[0]


def test_what_is_not_known_is_left_out(browser: Browser) -> None:
    line, other = make.line(), make.line()
    for query in (
        {"provider": "x"}, {"provider": 999_999}, {"service": 999_999}, {"client": "-1"}, {"level": "²"},
        {"after": "nonsense"},
    ):  # fmt: skip
        assert sorted(references(browser.get(LIST, query))) == sorted([line.reference, other.reference])
    page = browser.get(LIST, {"provider": other.service.organisation_id, "service": line.service_id})
    assert references(page) == [other.reference]  # somebody chose another provider: the old service goes


def test_a_filter_that_nothing_fits_says_the_way_out(browser: Browser) -> None:
    gone = ended(make.line())
    said = council.words(browser.get(LIST, {"client": gone.client_id}))
    assert "Nothing here fits the filters. Lines that have ended are left out until you include historical." in said
    assert "Show the whole list" in said
    assert "There are no lines here." in council.words(browser.get(LIST))


def test_the_page_asks_as_much_for_one_line_as_for_a_hundred(browser: Browser) -> None:
    home, level = make.service(), make.level()
    line = make.line(home, service_level=level)
    every = {"service": home.pk, "level": level.pk, "historical": "on"}

    def asked(query: dict[str, Any]) -> int:
        browser.get(LIST, query)  # what a process asks only once
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST, query).status_code == 200
        return len(queries)

    few = [asked({}), asked(every), asked({"client": line.client_id})]
    for _ in range(99):
        make.line(home, service_level=level)
    many = [asked({}), asked(every), asked({"client": line.client_id})]
    onward = browser.get(LIST, every).context["pages"].next
    assert few == many
    assert max(*many, asked(dict(pair.split("=", 1) for pair in onward[1:].split("&")))) <= MOST_QUERIES


def test_the_files_have_the_list_as_filtered_run_no_formula_and_are_recorded(browser: Browser, priya: User) -> None:
    evil = make.line(of=make.client_('=HYPERLINK("http://x","y")', "+1"))
    make.line()
    query = {"provider": evil.service.organisation_id}
    answer = browser.get(XLSX, query)
    heads, row = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.iter_rows())  # type: ignore[union-attr]
    cells = {head.value: cell for head, cell in zip(heads, row, strict=True)}
    assert (cells["Client"].data_type, cells["Client"].quotePrefix) == ("s", True)
    assert cells["Start Date"].value.date() == date(2018, 4, 9)
    assert cells["Provider"].value == evil.service.organisation.name
    plain = browser.get(CSV, query)
    (line,) = csv.DictReader(StringIO(plain.content.decode("utf-8-sig")))
    assert line["Client"].startswith("'=HYPERLINK(")
    assert (line["CarePackageRef"], line["Weekly cost in pounds"]) == (evil.reference, "536.49")
    assert line["Contract"] == evil.contract.reference
    for answered, form in ((answer, "xlsx"), (plain, "csv")):
        assert (
            f'filename="care-package-lines-{timezone.localdate().isoformat()}.{form}"'
            in answered["Content-Disposition"]
        )
        assert Access.objects.filter(user=priya, what=f"lines.{form}").count() == 1


def test_a_file_that_would_be_too_long_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.lines.listing.MOST", 1)
    make.line()
    make.line()
    rows = list(csv.reader(StringIO(browser.get(CSV).content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert "Narrow the list to have the rest" in rows[2][0]


def test_the_lines_of_one_client_are_a_view_of_them_that_is_recorded(browser: Browser, priya: User) -> None:
    line = make.line()
    browser.get(LIST, {"client": line.client_id})
    assert Access.objects.filter(user=priya, what="client_lines", client_id=line.client_id).count() == 1
