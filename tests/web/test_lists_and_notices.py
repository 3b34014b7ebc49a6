"""Administration: lists, closure days, notices, dropped messages; and the help that belongs to a page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from tests import factories
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Content, Event, Outbox, Task
from workflows.lists import reading
from workflows.lists.models import Notice

from . import council
from .conftest import browser_of, with_passcode

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    return browser_of(factories.staff_user("", duty="administrator", name="Ada Clerk"))


def hidden(page: HttpResponse) -> dict[str, str]:
    """What a page to check sends again."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode()))


def day_parts(name: str, day: Any) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def test_a_list_is_edited_on_its_page(browser: Browser) -> None:
    address = "/administration/lists/rejecting-documents/"
    assert "Reasons for rejecting a contract document" in council.words(browser.get("/administration/lists/"))
    assert "Enter what people choose" in council.words(browser.post(f"{address}new/", {"label": " "}))
    assert browser.post(f"{address}new/", {"label": "Wrong home"}).status_code == 302
    assert browser.post(address, {"up": "wrong_home"}).status_code == 302
    form = hidden(browser.get(f"{address}cost/"))
    assert browser.post(f"{address}cost/", form | {"label": "Price"}).status_code == 302
    assert browser.post(f"{address}dates/", {"label": "x", "verb": "retire"}).status_code == 302
    assert browser.post(f"{address}cost/", form | {"label": "Money"}).status_code == 409
    reading.refresh(now=True)
    listed = [(each.key, each.label, each.retired) for each in current().contract_documents.reasons]
    assert listed == [
        ("service_level", "Service Level", False), ("dates", "Start or End Date of Service", True),
        ("cost", "Price", False), ("wrong_home", "Wrong home", False), ("quantity", "Quantity of Care", False),
    ]  # fmt: skip
    text = council.words(browser.get(address))
    for words in ("Ada Clerk", "“Wrong home” added", "It said “Cost”.", "Retired"):
        assert words in text
    home = factories.published().case.organisation
    person = browser_of(with_passcode(factories.provider_user(home)))
    page = council.words(person.get("/portal/contract-documents/"))
    assert "(Service Level, Price, Wrong home, Quantity of Care)" in page
    assert "/help/contract-documents/" in person.get("/portal/contract-documents/").content.decode()


def test_a_closure_day_is_checked_before_it_is_added(browser: Browser) -> None:
    task = Task.objects.get(process_id=factories.published().pk, finished=None)
    assert task.due_at is not None
    day = council_calendar().day_of_receipt(task.due_at - timedelta(hours=1))
    typed = day_parts("day", day) | {"why": "Staff training"}
    address = "/administration/calendar/close/"
    check = browser.post(address, typed)
    assert "1 open clock would be due on another day" in council.words(check)
    assert day not in council_calendar().closed
    past = day_parts("day", moment.today() - timedelta(days=1)) | {"why": "Late"}
    assert "Days up to today cannot be changed" in council.words(browser.post(address, past))
    done = browser.post(address, hidden(check) | {"confirm": "move"})
    assert done.status_code == 302
    assert "1 open clock" in council.words(browser.get(done["Location"]))
    reading.refresh(now=True)
    text = council.words(browser.get("/administration/calendar/"))
    for words in ("Staff training", "Ada Clerk", "Open clocks moved with it.", "Good Friday", "09:00 to 17:00"):
        assert words in text
    again = f"/administration/calendar/open/{day}/"
    check = browser.post(again, {"why": "It was called off"})
    assert browser.post(again, hidden(check) | {"confirm": "keep"})["Location"] == "/administration/calendar/"
    reading.refresh(now=True)
    assert browser.get(again).status_code == 404


def test_a_notice_is_looked_at_then_stands_above_every_page_of_its_audience(browser: Browser) -> None:
    soon = moment.today() + timedelta(days=1)
    typed = {"title": "Upgrade", "text": "Send your weeks before.", "audience": "providers", "down_from_at": "18:00"}
    typed |= day_parts("first", moment.today()) | day_parts("last", soon)
    address = "/administration/notices/new/"
    wrong = browser.post(address, typed | day_parts("down_from", soon) | {"last_at": "late"})
    faults = wrong.context["form"].errors
    assert faults["down_until"] == ["Enter both the beginning and the end of the downtime"]
    assert faults["last_at"] == ["Enter a time such as 9:00 or 17:30"]
    preview = browser.post(address, typed | day_parts("down_from", soon) | day_parts("down_until", soon))
    assert "You cannot use this service from" in council.words(preview)
    assert not Notice.objects.exists()
    for _ in range(2):  # a double click is one notice
        shown = browser.post(address, hidden(preview) | {"confirm": "1"})
    notice = Notice.objects.get()
    assert shown["Location"] == f"/administration/notices/{notice.pk}/"
    reading.refresh(now=True)
    person = browser_of(with_passcode(factories.provider_user(factories.organisation())))
    assert "Send your weeks before." in council.words(person.get("/portal/"))
    assert "Upgrade" not in council.words(Browser().get("/sign-in/"))
    assert browser.post(shown["Location"]).status_code == 302
    reading.refresh(now=True)
    assert "Upgrade" not in council.words(person.get("/portal/"))
    assert "Over" in council.words(browser.get("/administration/notices/"))


def test_a_parked_message_is_dropped_with_a_reason(browser: Browser) -> None:
    row = Outbox.objects.create(topic="mail", key="mail:1", attempts=12, error="550", parked_at=timezone.now())
    address = f"/administration/parked/{row.pk}/drop/"
    assert "Say why it is not needed any more" in council.words(browser.post(address, {"reason": " "}))
    assert browser.post(address, {"reason": "She has left"}).status_code == 302
    row.refresh_from_db()
    assert (row.parked_at, row.done_at is None) == (None, False)
    assert Event.objects.get(stream=f"outbox:{row.pk}").kind == "message.dropped"
    assert Content.objects.get(stream=f"outbox:{row.pk}").text == "She has left"
    assert browser.get(address).status_code in (409, 422)
