"""Commissioned v Actuals on both sides (suffolk-user-guide §5, bedford-actuals-guide "Reports")."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from backoffice.web.reports import forms, making
from backoffice.web.reports.pages import NEEDED
from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import another_council, served
from tests.db.test_reports import less, provider
from workflows.engine.models import Access, Outbox, StoredFile
from workflows.parties.models import Client as Person
from workflows.parties.models import Service
from workflows.register.models import CarePackageLine, ServiceLevel
from workflows.reports import commands, files
from workflows.reports.models import KeptQuestion

from .conftest import browser_of
from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
ASK, LIST = "/portal/reports/commissioned-v-actuals/", "/portal/reports/"
OURS = "/reports/commissioned-v-actuals/"


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def home(suffolk: None) -> Service:
    return care.provider("home_care")[1]


@pytest.fixture
def level(home: Service) -> ServiceLevel:
    return care.level("personal_care", group="home_care")


@pytest.fixture
def line(home: Service, level: ServiceLevel) -> CarePackageLine:
    """A line of 21 hours of which 20 were delivered in the week."""
    made = care.line(home, level, client=make.client_("Beiley", "Ada"))
    care.opened(home)
    less(care.of_line(made), provider(home), "1")
    return made


@pytest.fixture
def browser(home: Service) -> Client:
    return sign_in(make.provider_user(home.organisation, role="finance"))


@pytest.fixture
def ours(home: Service) -> Client:
    """A browser of the council's finance team."""
    return browser_of(make.staff_user("business_finance"))


def chosen(first: date = WEEK, last: date = WEEK + timedelta(days=6), **more: str) -> dict[str, str]:
    """The form as somebody fills it in."""
    days = {f"{name}_{part}": str(getattr(day, part)) for name, day in (("first", first), ("last", last))
            for part in ("day", "month", "year")}  # fmt: skip
    return {"service_group": "", "organisation_id": "", "client": "", "do": "view"} | days | more


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_the_menu_leads_to_the_report_of_the_guide(browser: Client, line: CarePackageLine) -> None:
    assert f'href="{LIST}"' in browser.get("/portal/").content.decode()
    page = browser.get(LIST)
    assert "Commissioned v Actuals" in text(page)
    assert f'href="{ASK}"' in page.content.decode()


def test_the_parameters_stand_in_the_guide_s_order(browser: Client, line: CarePackageLine) -> None:
    page = text(browser.get(ASK))
    labels = (
        "Service Group Class", "Organisation", "Client", "Date from", "Date to", "Differences only",
        "Include weeks without actuals", "View", "Download Data", "Close and return", NEEDED,
    )  # fmt: skip
    places = [page.index(label) for label in labels]
    assert places == sorted(places)


def test_view_shows_each_line_and_week_with_its_total(browser: Client, line: CarePackageLine) -> None:
    page = browser.post(ASK, chosen(client=str(line.client_id)), follow=True)
    said = text(page)
    for words in ("Beiley, Ada", "17 February 2025", "21 hours", "20 hours", "1 below", "£397.32", "£378.40", "Saved"):
        assert words in said, words
    assert "Totals of all rows" in said
    week = care.of_line(line)
    assert reverse("portal:actuals_line", args=[week.case_id, week.pk]) in page.content.decode()


def test_no_name_stands_in_an_address_or_a_title(browser: Client, line: CarePackageLine) -> None:
    page = browser.post(ASK, chosen(client=str(line.client_id)), follow=True)
    addresses = [
        *(address for address, _ in page.redirect_chain),
        *re.findall(r'href="([^"]+)"', page.content.decode()),
    ]
    assert not any("Beiley" in each or f"client={line.client_id}" in each for each in addresses)
    assert "Beiley" not in page.content.decode().split("</title>")[0]


def test_what_is_missing_is_said_and_what_was_typed_stays(browser: Client, line: CarePackageLine) -> None:
    page = browser.post(ASK, chosen(first_day="", first_month="", first_year="", differences="on"))
    assert page.status_code == 200
    assert "Enter the date from which the report begins" in text(page)
    assert 'value="2025"' in page.content.decode() and "checked" in page.content.decode()
    for wrong, words in (
        (chosen(last=WEEK - timedelta(days=1)), "Date to must not be before Date from"),
        (chosen(last=WEEK + timedelta(days=800)), "A report covers two years at most"),
    ):
        assert words in text(browser.post(ASK, wrong))
    assert not KeptQuestion.objects.exists()


def test_nothing_to_display(browser: Client, line: CarePackageLine) -> None:
    earlier = chosen(first=WEEK - timedelta(days=70), last=WEEK - timedelta(days=60))
    assert "There is nothing to display." in text(browser.post(ASK, earlier, follow=True))


def test_weeks_without_actuals_are_added(browser: Client, line: CarePackageLine) -> None:
    wide = {"first": WEEK, "last": WEEK + timedelta(days=13)}
    assert "No actuals" not in text(browser.post(ASK, chosen(**wide), follow=True))
    said = text(browser.post(ASK, chosen(**wide, missing="on"), follow=True))
    assert "24 February 2025" in said and "No actuals" in said and "21 below" in said
    assert "£794.64" in said  # both weeks as commissioned


def test_download_data_gives_the_rows_and_is_recorded(browser: Client, line: CarePackageLine) -> None:
    Person.objects.filter(pk=line.client_id).update(surname="=1+1")
    answer = browser.post(ASK, chosen(do="csv"), follow=True)
    name = answer["Content-Disposition"]
    assert "commissioned-v-actuals-2025-02-17-2025-02-23.csv" in name
    rows = list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))
    assert [(row["Client"], row["Commissioned"], row["Actual"], row["Difference"], row["Payable cost"])
            for row in rows] == [("'=1+1, Ada", "21.00", "20.00", "-1.00", "378.40")]  # fmt: skip
    answer = browser.post(ASK, chosen(do="xlsx"), follow=True)
    book = load_workbook(io.BytesIO(body(answer)))
    assert book.sheetnames == ["Commissioned v Actuals", "Totals"]
    cell = book.worksheets[0]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1, Ada", "s", True)
    assert [cell.value for cell in book.worksheets[1][2]][:2] == ["hours", 21]
    taken = list(Access.objects.filter(what__startswith="report.").values_list("what", flat=True))
    assert taken == ["report.commissioned_v_actuals.csv", "report.commissioned_v_actuals.xlsx"]


def test_reading_it_is_recorded_for_each_client(browser: Client, line: CarePackageLine) -> None:
    browser.post(ASK, chosen(), follow=True)
    seen = Access.objects.filter(what="report.commissioned_v_actuals")
    assert list(seen.values_list("client_id", flat=True)) == [line.client_id]


def test_a_report_is_ones_own(browser: Client, ours: Client, home: Service, line: CarePackageLine) -> None:
    address = browser.post(ASK, chosen())["Location"]
    other = sign_in(make.provider_user(home.organisation, role="finance"))
    for who, place in ((other, address), (other, f"{address}report.csv"), (ours, address.removeprefix("/portal"))):
        assert who.get(place).status_code == 404
    assert browser.get(f"{address}report.pdf").status_code == 404


def test_who_has_no_reports(home: Service, line: CarePackageLine) -> None:
    without = sign_in(make.provider_user(home.organisation, role="coordinator"))
    assert f'href="{LIST}"' not in without.get("/portal/").content.decode()
    assert without.get(LIST).status_code == without.get(ASK).status_code == 403
    procurement = browser_of(make.staff_user("contracts"))
    assert 'href="/reports/"' not in procurement.get("/", follow=True).content.decode()
    assert procurement.get("/reports/").status_code == procurement.get(OURS).status_code == 403


def test_another_provider_sees_nothing_of_it(line: CarePackageLine) -> None:
    elsewhere = care.provider("home_care")[1]
    stranger = sign_in(make.provider_user(elsewhere.organisation, role="finance"))
    page = stranger.post(ASK, chosen(missing="on"), follow=True)
    assert "There is nothing to display." in text(page)
    assert "Beiley" not in page.content.decode()
    refused = stranger.post(ASK, chosen(client=str(line.client_id)))
    assert "Choose one of the entries shown" in text(refused)


def test_the_council_chooses_a_provider_and_reads_the_same(
    ours: Client, home: Service, line: CarePackageLine, level: ServiceLevel
) -> None:
    far = care.provider("home_care")[1]
    care.line(far, level, client=make.client_("Elsewhere", "Ed"))
    care.opened(far)
    page = ours.post(OURS, chosen(organisation_id=str(home.organisation_id)), follow=True)
    assert "Beiley, Ada" in text(page) and "Elsewhere" not in text(page).split("Totals of all rows")[1]
    assert reverse("council:case", args=[care.of_line(line).case_id]) in page.content.decode()
    whole = text(ours.post(OURS, chosen(), follow=True))
    assert "Elsewhere, Ed" in whole and home.organisation.name in whole


def test_a_client_is_typed_where_there_are_too_many_to_list(
    ours: Client, line: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_CLIENTS", 0)
    make.client_("Beiley", "Bert")
    assert "Beiley, Ada" in text(ours.post(OURS, chosen(client=line.client.ss_ref), follow=True))
    found = ours.post(OURS, chosen(client="beiley, a"), follow=True)
    assert f'value="{line.client.ss_ref}"' in found.content.decode()
    assert "2 clients have a name like this" in text(ours.post(OURS, chosen(client="Beiley")))
    assert "No client has this SSRef or name" in text(ours.post(OURS, chosen(client="Nobody")))


def test_as_many_queries_for_a_hundred_rows_as_for_one(
    browser: Client, ours: Client, home: Service, level: ServiceLevel, line: CarePackageLine
) -> None:
    def asked(who: Client, address: str) -> int:
        place = who.post(address, chosen(first=WEEK - timedelta(days=28), missing="on"))["Location"]
        with CaptureQueriesContext(
            connection,
        ) as few:
            assert who.get(place).status_code == 200
        return len(few)

    before = asked(browser, ASK), asked(ours, OURS)
    for number in range(100):
        care.line(home, level, client=make.client_(f"Client{number}", "C"))
    after = asked(browser, ASK), asked(ours, OURS)
    assert after == before
    assert max(after) <= MOST_QUERIES


def test_pages_of_the_screen_follow_each_other(browser: Client, home: Service, level: ServiceLevel) -> None:
    for number in range(30):
        care.line(home, level, client=make.client_(f"Client{number:02}", "C"))
    care.opened(home)
    first = browser.post(ASK, chosen(), follow=True)
    shown = text(first).split("Totals of")[-1]  # the choices above name every client
    assert "Client24, C" in shown and "Client25, C" not in shown
    following = re.search(r'href="(\?after=[^"]+)" rel="next"', first.content.decode())
    assert following is not None
    second = browser.get(f"{first.redirect_chain[-1][0]}{following[1]}")
    assert "Client25, C" in text(second).split("Totals of")[-1]
    assert 'rel="prev"' in second.content.decode()
    for spoilt in ("?after=x", "?after=1.2025-99-01", "?before=" + "9" * 40 + ".2025-01-01"):
        assert browser.get(f"{first.redirect_chain[-1][0]}{spoilt}").status_code == 200


def test_a_long_report_is_made_by_a_worker_and_kept_for_who_asked(
    browser: Client, home: Service, level: ServiceLevel, line: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AT_ONCE", {"xlsx": 1, "csv": 1})
    monkeypatch.setattr(files, "STEP", 1)
    care.line(home, level, client=make.client_("Kent", "Karl"))
    shown = browser.post(ASK, chosen(missing="on"), follow=True)
    token = KeptQuestion.objects.get().token
    taken = f"{ASK}{token}/report.xlsx"
    assert f'action="{taken}"' in shown.content.decode()
    assert browser.get(taken)["Location"] == f"{ASK}{token}/", "nobody has asked for the file"
    page = browser.post(taken, follow=True)
    assert browser.post(taken)["Location"] == page.redirect_chain[-1][0], "a double post is one file"
    assert "0 of 2 rows are written" in text(page)
    found = files.MadeFile.objects.get()
    place = f"/portal/reports/files/{found.pk}/"
    assert (page.redirect_chain[-1][0], browser.get(taken)["Location"]) == (place, place)

    files.make(found.pk, making.write)
    files.make(found.pk, making.write)
    assert files.MadeFile.objects.get().progress == 2
    assert "Download Data" in text(browser.get(place))
    book = load_workbook(io.BytesIO(body(browser.get(taken))))
    assert [row[2].value for row in book.worksheets[0].iter_rows()] == ["Client", "Beiley, Ada", "Kent, Karl"]
    assert Access.objects.filter(what="report.commissioned_v_actuals.xlsx").count() == 1
    told = [each.payload for each in Outbox.objects.filter(topic="notify") if each.payload["kind"] == "report.made"]
    assert [each["audience"] for each in told] == [{"user": found.question.user_id}]

    other = sign_in(make.provider_user(home.organisation, role="finance"))
    assert other.get(place).status_code == other.get(taken).status_code == other.post(taken).status_code == 404
    files.MadeFile.objects.update(reach="what they might read before")
    assert browser.get(place).status_code == 404
    assert browser.get(taken)["Location"] == f"{ASK}{token}/"
    assert browser.post(taken)["Location"] == place, "made anew, of what they may read now"
    files.make(found.pk, making.write)
    assert commands.forget() == 0
    assert commands.forget(now=timezone.now() + timedelta(hours=25)) == 1
    assert not files.MadeFile.objects.exists()
    assert not StoredFile.objects.filter(name__endswith=".xlsx", created_at__gte=found.asked_at).exists()


def test_a_council_calls_it_as_it_does_or_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("bedford"):
        somebody = care.provider("home_care")[1]
        role = next(role.key for role in make.current().roles if "reports" in role.edit | role.view)
        browser = sign_in(make.provider_user(somebody.organisation, role=role))
        assert "Commissioned Vs Actuals" in text(browser.get(LIST))
        another_council(monkeypatch, {"reports": {"commissioned_v_actuals": None}})
        assert browser.get(ASK).status_code == 404
        whole = make.current().model_dump()
        another_council(monkeypatch, {}, whole=whole | dict.fromkeys({"payments", "invoices"} & set(whole)))
        assert browser.get(LIST).status_code == 404
        assert f'href="{LIST}"' not in browser.get("/portal/").content.decode()
