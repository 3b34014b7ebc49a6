"""What is kept, on pages: a hold, a list by two persons, a bundle, and what erasing by hand says of them."""

import io
from datetime import datetime
from zipfile import ZipFile

import pytest
from django.test import Client as Browser
from django.utils import timezone

from tests import factories
from workflows.engine import batches
from workflows.engine.models import Access, Case, LegalHold
from workflows.parties.models import Client
from workflows.register.models import CarePackageLine
from workflows.retention import listing, packing
from workflows.retention.models import Bundle, RetentionList

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2009, 5, 4, 12, tzinfo=timezone.get_current_timezone())


def administrator(name: str) -> Browser:
    return browser_of(factories.staff_user("", duty="administrator", name=name))


def long_ended() -> Client:
    line = factories.published().line
    CarePackageLine.objects.filter(pk=line.pk).update(start=LONG_AGO.date(), end=LONG_AGO.date())
    Case.objects.filter(client=line.client_id).update(
        finished=LONG_AGO, status="DONE", open_tasks=0, holder="nobody", holder_team=None
    )
    return line.client


def test_what_is_held_stays_what_is_due_goes_by_two_and_an_auditor_only_reads() -> None:
    held, due = long_ended(), long_ended()
    ada, ben = administrator("Ada Root"), administrator("Ben Root")
    auditor, officer = browser_of(factories.staff_user("", duty="auditor")), council.browser()
    found = council.words(ada.post("/administration/holds/", {"text": held.ss_ref}))
    assert f"SSRef {held.ss_ref}" in found
    assert held.surname not in found
    place = f"/administration/holds/client/{held.pk}/"
    assert "Say why it must be kept" in council.words(ada.post(place, {"why": " "}))
    assert "stands" in council.words(ada.post(place, {"why": "An inquest"}, follow=True))
    hold = LegalHold.objects.get()
    case = f"/cases/{Case.objects.get(client=held).pk}/"
    assert f"Hold {hold.pk}" in council.words(auditor.get(case))
    assert "Under legal hold" not in council.words(officer.get(case))
    erase = council.words(ada.get(f"/administration/erase/clients/{held.pk}/"))
    assert f"Legal hold {hold.pk} forbids it" in erase
    by_hand = council.words(ada.get(f"/administration/erase/clients/{due.pk}/"))
    assert "Kept 8 years" in by_hand
    assert "Yes, since 6 May 2017" in by_hand
    assert "I have checked" not in by_hand
    young = factories.published().line.client_id
    going_on = council.words(ada.get(f"/administration/erase/clients/{young}/"))
    assert "No: it goes on" in going_on
    assert "I have checked" in going_on

    page = "/administration/retention/"
    ada.post(page, {"verb": "prepare"})
    listed = RetentionList.objects.get()
    assert "A list is being put together" in council.words(auditor.get(page))
    listing.prepare(listed.pk)
    shown = council.words(auditor.get(f"{page}?entry=0"))
    assert f"SSRef {due.ss_ref}" in shown
    assert f"Hold {hold.pk}" in shown
    assert due.surname not in shown
    assert "Ask to erase" not in shown
    seen = listed.items.filter(state="due").count()
    asked = {"verb": "ask", "list": listed.pk, "seen": seen}
    for browser in (auditor, officer):
        assert browser.post(page, asked).status_code == 403
    assert "has changed" in council.words(ada.post(page, asked | {"seen": seen + 1}))
    assert "Another administrator must confirm" in council.words(ada.post(page, asked, follow=True))
    confirmed = {"verb": "confirm", "list": listed.pk}
    alone = ada.post(page, confirmed)
    assert (alone.status_code, "Somebody else must confirm" in council.words(alone)) == (422, True)
    assert "A worker is erasing" in council.words(ben.post(page, confirmed, follow=True))
    listed.refresh_from_db()
    assert listed.batch is not None
    batches.run_slice(listed.batch.pk, 0)
    assert "Finished" in council.words(auditor.get(page))
    assert list(Client.objects.exclude(erased_at=None)) == [due]
    lifted = ada.post(f"/administration/holds/{hold.pk}/", {"why": "It is over"}, follow=True)
    assert "is lifted" in council.words(lifted)
    assert "It is over" in council.words(auditor.get(f"/administration/holds/{hold.pk}/"))


def test_a_bundle_is_asked_for_by_reference_and_downloaded_under_its_number() -> None:
    client = long_ended()
    ada = administrator("Ada Root")
    page = "/administration/subject-access/"
    assert "Nobody was found" in council.words(ada.post(page, {"ss_ref": client.ss_ref[:-1]}))
    answer = ada.post(page, {"ss_ref": client.ss_ref})
    made = Bundle.objects.get()
    assert answer.url == f"{page}{made.pk}/"  # type: ignore[attr-defined]
    assert "It goes on when you close this page" in council.words(ada.get(answer.url))  # type: ignore[attr-defined]
    assert ada.get(f"{page}{made.pk}/file/").status_code == 404
    packing.make(made.pk)
    assert "lines.csv" in council.words(ada.get(f"{page}{made.pk}/"))
    file = ada.get(f"{page}{made.pk}/file/")
    assert f'filename="subject-access-{made.pk}.zip"' in file["Content-Disposition"]
    content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert client.surname in ZipFile(io.BytesIO(content)).read("index.html").decode()
    assert Access.objects.filter(what="subject_access.zip", client_id=client.pk).count() == 1
    assert client.surname not in council.words(ada.get(page))
