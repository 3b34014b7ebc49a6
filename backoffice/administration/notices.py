"""Notices and downtimes: written, looked at as they will stand, shown for their time, ended at once when need be."""

import re
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from crispy_forms_gds.layout import Layout
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import Choice, DateField, LongText, TextField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.gate import staff
from backoffice.web.layout import Heading
from backoffice.web.paging import page_by_key
from workflows.engine import moment
from workflows.engine.calendar import LONDON
from workflows.lists import announcing, rules, selectors
from workflows.lists.announcing import Written
from workflows.lists.models import Notice

from .tables import Notices

CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class ClockField(TextField):
    """A time of the day, such as 17:00."""

    def clean(self, value: Any) -> time | None:
        """The time; None when nothing was typed."""
        typed = str(value or "").strip()
        found = CLOCK.fullmatch(typed)
        if typed and found is None:
            raise forms.ValidationError("Enter a time such as 9:00 or 17:30")
        return time(int(found[1]), int(found[2])) if found else None


class NoticeForm(ClientKeyMixin, ConcordForm):
    """What it says, who reads it, and from when until when."""

    what_failed: ClassVar[str] = "The notice is not shown"
    button: ClassVar[str] = "Look at it"

    title = TextField(label="Title", missing="Enter a title", max_length=rules.LONGEST_TITLE)
    text = LongText(
        label="Text", required=False, max_length=rules.LONGEST_TEXT,
        help_text="Plain text. A blank line begins a new paragraph. Name no person who receives care.",
    )  # fmt: skip
    audience = Choice(label="Who reads it?", choices=Notice.Audience.choices, missing="Choose who reads it")
    first = DateField(label="First day", missing="Enter the first day")
    first_at = ClockField(label="From", help_text="Such as 9:00. Left out: from midnight.", required=False)
    last = DateField(label="Last day", missing="Enter the last day")
    last_at = ClockField(label="Until", help_text="Left out: until the end of the day.", required=False)
    down_from = DateField(label="Day on which the downtime begins", required=False)
    down_from_at = ClockField(label="Time at which it begins", required=False)
    down_until = DateField(label="Day on which the downtime ends", required=False)
    down_until_at = ClockField(label="Time at which it ends", required=False)

    def layout(self) -> Layout:
        """The notice, its time, and the downtime if it is about one."""
        return Layout(
            "title", "text", "audience", Heading("When it is shown"), "first", "first_at", "last", "last_at",
            Heading("Downtime", "Only if the service cannot be used for a time."),
            "down_from", "down_from_at", "down_until", "down_until_at",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong with it, in the rules' words."""
        data = super().clean() or {}
        faults = announcing.faults(self.written())
        for name in faults.keys() - self.errors.keys():
            self.add_error(name, faults[name])
        return data

    def written(self) -> Written:
        """What was typed, as a notice."""
        data = self.cleaned_data
        return Written(
            title=" ".join(data.get("title", "").split()),
            text=data.get("text", "").strip(),
            audience=data.get("audience", ""),
            first=_moment(data.get("first"), data.get("first_at") or time()),
            last=_moment(data.get("last"), data.get("last_at") or time(23, 59)),
            down_from=_moment(data.get("down_from"), data.get("down_from_at") or time()),
            down_until=_moment(data.get("down_until"), data.get("down_until_at") or time(23, 59)),
        )


@staff()
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice that there is and was, the latest first."""
    actor = actor_of(request)
    page = page_by_key(selectors.notices(actor), ("-first", "-id"), request.GET)
    context = {"table": Notices(page.items), "pages": page, "administrator": "administrator" in actor.duties}
    return render(request, "backoffice/administration/notices.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a notice, look at it as it will stand, and have it shown."""
    cancel = reverse("council:notices")
    if request.method == "GET":
        form = NoticeForm.of(request, cancel=cancel, initial={"first": moment.today()})
        return render(request, "backoffice/administration/notice_new.html", {"form": form})
    form = NoticeForm.of(request, cancel=cancel)
    valid = form.is_valid() and "change" not in request.POST
    if valid and "confirm" not in request.POST:
        return _preview(request, form)
    if valid:
        data = form.cleaned_data
        words: dict[str, Any] = {"written": form.written(), "key": str(data["client_key"])}
        made = carried(form, lambda: announcing.announce(actor=actor_of(request), **words))
        if made is not None:
            messages.success(request, "The notice is written. It is shown in its time.")
            return redirect("council:notice", made.pk)
    return render(request, "backoffice/administration/notice_new.html", {"form": form})


@staff()
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, banner_id: int) -> HttpResponse:
    """One notice as it stands; an administrator ends it at once."""
    actor = actor_of(request)
    notice = selectors.notice(actor, banner_id)
    if request.method == "POST":
        announcing.end_notice(actor=actor, notice_id=notice.pk)
        messages.success(request, "The notice has ended.")
        return redirect("council:notices")
    state = selectors.shown_now(notice)
    context = {"notice": notice, "state": state, "may_end": state != "over" and "administrator" in actor.duties}
    return render(request, "backoffice/administration/notice.html", context)


def _preview(request: HttpRequest, form: NoticeForm) -> HttpResponse:
    written = form.written()
    typed = [(name, value) for name, value in form.data.items() if name not in {"csrfmiddlewaretoken", "client_key"}]
    context = {
        "notice": Notice(
            title=written.title, text=written.text, down_from=written.down_from, down_until=written.down_until
        ),
        "written": written,
        "audience": Notice.Audience(written.audience).label,
        "typed": typed,
        "client_key": form.cleaned_data["client_key"],
    }
    return render(request, "backoffice/administration/notice_check.html", context)


def _moment(day: date | None, at: time) -> datetime | None:
    return datetime.combine(day, at, LONDON).astimezone(UTC) if day is not None else None
