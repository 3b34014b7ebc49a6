"""Actuals Bulk Export and Bulk Import as a provider's person walks them (suffolk-user-guide §2)."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.councils import served
from workflows.actuals.models import ActualWeek
from workflows.engine.models import Access
from workflows.register.models import CarePackageLine, ImportRun

from .portal import sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def line(suffolk: None) -> CarePackageLine:
    _, home = care.provider("home_care")
    made = care.line(home, care.level("personal_care", group="home_care"), "10.5")
    care.opened(home)
    return made


@pytest.fixture
def browser(line: CarePackageLine) -> Client:
    return sign_in(make.provider_user(line.service.organisation, role="manager", name="Farida Mirza"))


def period(first: str = "17/02/2025", last: str = "23/02/2025") -> dict[str, str]:
    """Two days as the form sends them."""
    found = {}
    for name, words in (("first", first), ("last", last)):
        found |= dict(zip((f"{name}_day", f"{name}_month", f"{name}_year"), words.split("/"), strict=True))
    return found


def exported(browser: Client) -> str:
    response = browser.get(reverse("portal:actuals_export"), period())
    assert response["Content-Type"].startswith("text/csv"), text(response)
    return b"".join(response).decode()  # type: ignore[arg-type]


def amended(content: str, **cells: str) -> str:
    rows = list(csv.DictReader(StringIO(content.removeprefix("\ufeff"))))
    rows[0] |= cells
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def imported(browser: Client, content: str) -> Any:
    file = SimpleUploadedFile("actuals.csv", content.encode())
    return browser.post(reverse("portal:actuals_import_new"), {"file": file}, follow=True)


def test_the_guides_two_chapters(browser: Client, line: CarePackageLine) -> None:
    home = text(browser.get(reverse("portal:actuals")))
    assert "Actuals Bulk Export" in home
    assert "Actuals Bulk Import" in home
    page = imported(browser, amended(exported(browser), Actual="9", Comment="No call on Sunday"))
    said = text(page)
    assert "Confirm Import" in said
    for words in ("Number of records read 1", "Number of new records 0", "Number of updated records 1",
                  "Number of rejected records 0", "Number of data quality issues 0", "Update System", "Cancel",
                  "Errors", "Non-errors", "Both", "Reset", "Row Data", "Line Status"):  # fmt: skip
        assert words in said, words
    run = ImportRun.objects.get()
    done = text(browser.post(reverse("portal:actuals_import_update", args=[run.pk]), follow=True))
    assert "Import Complete" in done
    assert "Return" in done
    assert care.of_line(line).delivered == 9
    noted = Access.objects.filter(what__in=["import", "actuals.export"]).values_list("what", flat=True)
    assert set(noted) == {"import", "actuals.export"}


def test_the_same_file_again_is_said_so(browser: Client, line: CarePackageLine) -> None:
    content = amended(exported(browser), Actual="9", Comment="No call on Sunday")
    for _ in range(2):
        page = imported(browser, content)
        run = ImportRun.objects.latest("pk")
        if run.unchanged == 0:
            browser.post(reverse("portal:actuals_import_update", args=[run.pk]))
    assert "This very file was imported before, by Farida Mirza" in text(page)
    assert care.of_line(line).version == 2


def test_errors_can_be_downloaded_and_cancel_removes_the_records(browser: Client, line: CarePackageLine) -> None:
    page = imported(browser, amended(exported(browser), Actual="9.1"))
    assert "in steps of 0.25" in text(page)
    run = ImportRun.objects.get()
    errors = b"".join(browser.get(reverse("portal:actuals_import_errors", args=[run.pk]))).decode()  # type: ignore[arg-type]
    assert errors.startswith("\ufeffWeekBeginning")
    assert "in steps of 0.25" in errors
    cancelled = text(browser.post(reverse("portal:actuals_import_cancel", args=[run.pk]), follow=True))
    assert "Nothing was changed" in cancelled
    assert not run.rows.exists()
    assert care.of_line(line).version == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "is empty"), ("PK\x03\x04", "Excel workbook"), ("A,B\n1,2\n", "has no column WeekBeginning")],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(browser: Client, content: str, said: str) -> None:
    response = imported(browser, content)
    assert said in text(response)
    assert not ImportRun.objects.exists()


def test_a_period_needs_two_days_in_their_order(browser: Client) -> None:
    said = text(browser.get(reverse("portal:actuals_export"), period("23/02/2025", "17/02/2025")))
    assert "The end date must not be before the start date" in said


def test_somebody_elses_import_and_a_role_that_only_reads(browser: Client, line: CarePackageLine) -> None:
    imported(browser, exported(browser))
    run = ImportRun.objects.get()
    colleague = sign_in(make.provider_user(line.service.organisation, role="manager"))
    reader = sign_in(make.provider_user(line.service.organisation, role="read_only"))
    addresses = [reverse(f"portal:actuals_import{end}", args=[run.pk]) for end in ("", "_errors")]
    assert [colleague.get(each).status_code for each in addresses] == [404, 404]
    assert [reader.get(each).status_code for each in addresses] == [403, 403]
    assert reader.get(reverse("portal:actuals_import_new")).status_code == 403
    assert colleague.post(reverse("portal:actuals_import_update", args=[run.pk])).status_code == 404


def test_as_many_queries_for_one_record_as_for_many(browser: Client, line: CarePackageLine) -> None:
    for _ in range(20):
        care.line(line.service, line.service_level)
    week = ActualWeek.objects.get()
    from workflows.actuals import commands
    from workflows.parties.selectors import system_actor

    commands.generate(actor=system_actor(), case_id=week.pk, task_id=care.turn(week.pk).pk, key=make.key())
    imported(browser, exported(browser))
    run = ImportRun.objects.get()
    assert run.total == 21
    with CaptureQueriesContext(connection) as queries:
        browser.get(reverse("portal:actuals_import", args=[run.pk]))
    assert len(queries) <= MOST_QUERIES, [each["sql"][:90] for each in queries]
