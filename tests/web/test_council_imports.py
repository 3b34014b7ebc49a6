"""Import pages: upload, Confirm Import with its counters, Update System, Cancel, and the file of errors."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from tests import factories
from workflows.engine.models import Access
from workflows.parties.models import Client
from workflows.register.imports import commands
from workflows.register.models import ImportRun

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db

CLIENTS = "SSRef,Surname,Forename\n3092214,Thaxter,Doris\n3092215,=cmd|calc,Eve\n,Nobody,Ann\n"


@pytest.fixture
def browser() -> Browser:
    return council.browser()


def upload(browser: Browser, text: str = CLIENTS, **typed: Any) -> Any:
    file = SimpleUploadedFile("clients.csv", text.encode(), "text/csv")
    return browser.post("/imports/new/", {"file": file, **typed})


def address_of(browser: Browser, text: str = CLIENTS) -> str:
    return str(upload(browser, text).headers["Location"])


def test_nothing_changes_before_update_system(browser: Browser) -> None:
    page = browser.get(address_of(browser))
    text = council.words(page)
    assert "Confirm Import" in text
    for counter in ("Number of records read 3", "Number of new records 2", "Number of updated records 0",
                    "Number of rejected records 1"):  # fmt: skip
        assert counter in text
    assert not Client.objects.exists()


def test_errors_non_errors_and_both_can_be_viewed(browser: Browser) -> None:
    address = address_of(browser)
    shown = {
        which: council.words(browser.get(f"{address}?which={which}")) for which in ("errors", "non-errors", "both")
    }
    assert ["Thaxter" in shown[which] for which in shown] == [False, True, True]
    assert ["Nobody" in shown[which] for which in shown] == [True, False, True]
    assert "Thaxter" in council.words(browser.get(f"{address}?which=nonsense&after=x"))


def test_update_system_takes_the_good_records_over(browser: Browser) -> None:
    address = address_of(browser)
    assert browser.post(f"{address}update/").headers["Location"] == address
    text = council.words(browser.get(address))
    assert "Import Complete" in text
    assert "Return" in text
    assert sorted(Client.objects.values_list("ss_ref", flat=True)) == ["3092214", "3092215"]
    assert browser.post(f"{address}update/").status_code == 422


def test_cancel_changes_nothing_and_forgets_the_records(browser: Browser) -> None:
    address = address_of(browser)
    browser.post(f"{address}cancel/")
    text = council.words(browser.get(address))
    assert "Nothing was changed" in text
    assert "Thaxter" not in text
    assert not Client.objects.exists()


def test_the_errors_come_as_a_file_that_runs_nothing(browser: Browser) -> None:
    address = address_of(browser, CLIENTS + ",=1+1,Eve\n")
    answer = browser.get(f"{address}errors.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(StringIO(content)))
    assert rows[0][:3] == ["SSRef", "Surname", "Forename"]
    assert [row[1] for row in rows[1:]] == ["Nobody", "'=1+1"]
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "clients.csv is empty: choose another file"), ("Colour,Size\nred,1\n", "")],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(browser: Browser, text: str, error: str) -> None:
    page = upload(browser, text)
    assert page.status_code == 200
    assert "Nothing was imported: 1 thing to put right" in council.words(page)
    assert error in council.words(page)
    assert not ImportRun.objects.exists()


def test_no_file_at_all(browser: Browser) -> None:
    assert "Choose a file" in council.words(browser.post("/imports/new/", {}))


def test_a_long_file_is_read_by_a_worker_and_its_page_says_so(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 1)
    address = address_of(browser)
    running = browser.get(address)
    assert 'data-cc-refresh="3"' in council.body(running)
    assert "Reading the file" in council.words(running)
    run = ImportRun.objects.get()
    commands.read(run.pk)
    assert "Confirm Import" in council.words(browser.get(address))
    browser.post(f"{address}update/")
    assert "Updating the system" in council.words(browser.get(address))
    commands.apply(run.pk)
    assert "Import Complete" in council.words(browser.get(address))


def test_other_teams_see_no_imports(browser: Browser) -> None:
    address = address_of(browser)
    payments = browser_of(factories.staff_user("payments_residential"))
    assert payments.get(address).status_code == 403
    assert payments.get(f"{address}errors.csv").status_code == 403
    assert payments.post(f"{address}update/").status_code == 403
    assert payments.get("/imports/").status_code == 403


def test_an_auditor_reads_imports_and_decides_nothing(browser: Browser) -> None:
    address = address_of(browser)
    person = factories.staff_user("", duty="auditor")
    auditor = browser_of(person)
    assert 'href="/imports/"' in council.body(auditor.get("/administration/"))
    assert address in council.body(auditor.get("/imports/"))
    assert "Choose a file" not in council.words(auditor.get("/imports/"))
    page = auditor.get(address)
    assert "Check the pending records" in council.words(page)
    assert f"{address}update/" not in council.body(page)
    assert auditor.get(f"{address}errors.csv").status_code == 200
    assert Access.objects.filter(user=person, what__startswith="import").count() == 2
    for act in ("update", "cancel"):
        assert auditor.post(f"{address}{act}/").status_code == 403
    assert auditor.get("/imports/new/").status_code == 403
    assert ImportRun.objects.get().status == ImportRun.Status.PENDING


def test_the_list_names_file_kind_and_state(browser: Browser) -> None:
    address_of(browser)
    text = council.words(browser.get("/imports/"))
    assert "clients.csv" in text
    assert "Waiting for you" in text
    assert "1 rejected" in text
