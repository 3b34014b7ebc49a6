"""A provider hands in its portal users: the template, what each line would do, then all of them in one go."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from tests import factories as make
from tests.councils import served
from workflows.engine.models import Outbox
from workflows.engine.verify import verify
from workflows.parties.models import Membership, User
from workflows.people.models import Contact, HelpAsked
from workflows.register.models import ImportRun

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
PAGE = "/administration/users/"


def invited() -> list[int]:
    return sorted(row.payload["user"] for row in Outbox.objects.filter(topic="first_access"))


def test_a_template_is_filled_in_checked_applied_once_and_its_errors_put_right() -> None:
    browser = browser_of(make.staff_user("fes_admin", name="Ines Help"))
    here = make.service()
    oasis = here.organisation
    known = make.provider_user(oasis, name="James Beiley")  # the last who administers it
    elsewhere = make.provider_user(make.organisation(), name="Sam Two")
    User.objects.filter(pk=elsewhere.pk).update(password_set_at=elsewhere.created_at)
    answer = browser.get(f"{PAGE}template.xlsx?organisation={oasis.pk}")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]
    assert book.sheetnames == ["Portal users", "How to fill it in", "Roles", "Services"]
    sheet, ref = book.worksheets[0], oasis.reference
    assert b"".join(browser.get(f"{PAGE}template.csv").streaming_content).decode().strip("\ufeff\r\n") == ",".join(
        each.value for each in sheet[1]
    )
    for row in (
        [ref, "Ms", "Jo", "Hart", "Jo.Hart@oasis.example", "Payments", here.reference, "01603 1", "Finance"],
        [ref, "", "Jo", "Hart", "jo.hart@oasis.example", "Reports", ""],
        [ref, "", "Sam", "Two", elsewhere.email, "Read Only", ""],
        [ref, "", "James", "Beiley", known.email, "Super User (Scheduled)", here.reference],
        [ref, "", '=HYPERLINK("http://x")', "Evil", "evil@oasis.example", "Captain"],
        [ref, "", "Jo", "Again", "jo.hart@oasis.example", "Payments", ""],
    ):
        sheet.append(row)
    sheet["C6"].data_type = "s"  # typed as text, as a spreadsheet keeps what begins with an apostrophe
    filled = BytesIO()
    book.save(filled)

    def send() -> Any:
        return browser.post(PAGE, {"file": SimpleUploadedFile("users.csv", filled.getvalue())}, follow=True)

    page = send()
    said = council.words(page)
    assert "Invites Jo Hart: Payments at " in said
    assert "There is no role Captain." in said
    assert "Line 2 has this person, provider and role already." in said
    assert not User.objects.filter(email="jo.hart@oasis.example").exists()  # nothing was done yet
    run = ImportRun.objects.get()
    done = browser.post(f"{PAGE}{run.pk}/update/", follow=True)
    assert "2 new, 1 updated" in council.words(done)
    assert "is the last one who administers" in council.words(done)  # a line alone, with its reason
    assert browser.post(f"{PAGE}{run.pk}/update/").status_code == 422  # pressed twice
    jo = User.objects.get(email="jo.hart@oasis.example")
    held = Membership.objects.filter(user=jo).order_by("role").values_list("role", "service_id")
    assert list(held) == [("payments", here.pk), ("reports", None)]
    contact = Contact.objects.get(user=jo)
    assert (contact.title, contact.surname, contact.telephone, contact.role) == ("Ms", "Hart", "01603 1", "Finance")
    assert invited() == [jo.pk]  # one each, however many lines
    assert list(HelpAsked.objects.values_list("user", "what")) == [(jo.pk, "first")]  # Norfolk telephones passwords
    assert Outbox.objects.filter(topic="notify", payload__kind="change_request.one_more_provider").count() == 1
    assert "A first password" in council.words(browser.get("/helpline/"))
    errors = b"".join(browser.get(f"{PAGE}{run.pk}/errors.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "There is no role Captain" in errors
    assert all(not cell.startswith("=") for line in errors.splitlines() for cell in line.split(","))
    before = Membership.objects.count()
    send()
    twice = ImportRun.objects.latest("pk")
    browser.post(f"{PAGE}{twice.pk}/update/")
    twice.refresh_from_db()
    assert (twice.new, twice.updated, twice.unchanged) == (0, 0, 3)
    assert (Membership.objects.count(), invited()) == (before, [jo.pk])
    assert verify().findings == []
    with served("gloucestershire"):
        assert browser_of(make.staff_user("", duty="auditor")).get(PAGE).status_code == 403
