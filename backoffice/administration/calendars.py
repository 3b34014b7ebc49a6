"""The council's calendar: when it works, bank holidays, closure days; adding a closure day or taking one back."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.batch_page import page_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import DateField, TextField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.gate import staff
from backoffice.web.pieces import Row
from backoffice.web.words import WEEKDAYS, plural, weekday_date
from workflows.engine import moment
from workflows.engine.calendar import council_calendar, holiday_names
from workflows.engine.errors import NotFound
from workflows.lists import closing, selectors

from . import history
from .tables import Moved

#: Bank holidays must be known for longer than this: clocks that begin now reach into that time.
SHORT = 120


class DayForm(ClientKeyMixin, ConcordForm):
    """Which day, and why."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Continue"

    day = DateField(label="Day", missing="Enter the day")
    why = TextField(label="Why?", missing="Say why", max_length=200, help_text="It stands beside the day.")

    def clean_day(self) -> date | None:
        """A day that can become a closure day."""
        day: date | None = self.cleaned_data["day"]
        if day is not None and (refusal := closing.refusal(day)):
            raise forms.ValidationError(refusal)
        return day


class OpenForm(ClientKeyMixin, ConcordForm):
    """Why the council works on a day after all."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Continue"
    why = TextField(label="Why?", missing="Say why", max_length=200)


@staff()
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """This year and the next: hours, bank holidays, closure days, and what was changed by whom."""
    actor, today = actor_of(request), moment.today()
    known = closing.known_until()
    now = council_calendar()
    years = []
    for year in (today.year, today.year + 1):
        days = selectors.closure_days(actor, date(year, 1, 1), date(year, 12, 31))
        years.append((year, sorted(holiday_names(year).items()), [(day, why, day > today) for day, why in days]))
    context = {
        "hours": [Row(name, _hours(now.hours.get(number))) for number, name in enumerate(WEEKDAYS)],
        "cut_off": f"{now.cut_off:%H:%M}",
        "years": years,
        "known_until": known,
        "short": (known - today).days < SHORT,
        "administrator": "administrator" in actor.duties,
        "story": history.entries(selectors.history(actor, closing.STREAM)),
        "batches": selectors.rebasings(actor)[:5],
    }
    return render(request, "backoffice/administration/calendar.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Add a closure day: first what open clocks would do, then it is done."""
    form = DayForm.of(request, cancel=reverse("council:calendar"))
    if request.method == "POST" and form.is_valid():
        return _carry(request, form, form.cleaned_data["day"], closed=True)
    return _ask(request, form, None)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, day: str) -> HttpResponse:
    """Take a closure day back, the same way."""
    found = _day(day)
    if found not in council_calendar().closed or found <= moment.today():
        raise NotFound
    form = OpenForm.of(request, cancel=reverse("council:calendar"))
    if request.method == "POST" and form.is_valid():
        return _carry(request, form, found, closed=False)
    return _ask(request, form, found)


@staff()
@require_GET
def moved(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far open clocks have moved to a changed calendar, and to when each."""
    actor = actor_of(request)
    batch = selectors.rebasings(actor).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    items = selectors.rebased(batch)
    context = page_of(request, batch, items, of="clock", done="Moved", refused="Not moved")
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["case_id"]]) if row["case__kind"] in actor.reads else ""
    day = weekday_date(date.fromisoformat(batch.parameters["day"]))
    context |= {"table": Moved(context["pages"].items), "day": day}
    return render(request, "backoffice/administration/clocks_moved.html", context)


def _ask(request: HttpRequest, form: ConcordForm, day: date | None) -> HttpResponse:
    return render(request, "backoffice/administration/closure_day.html", {"form": form, "day": day})


def _carry(request: HttpRequest, form: ConcordForm, day: date, *, closed: bool) -> HttpResponse:
    """Show what would move, or do what was confirmed."""
    move = request.POST.get("confirm")
    if move not in ("move", "keep"):
        return _check(request, form, day, closed=closed)
    data = form.cleaned_data
    words: dict[str, Any] = {"actor": actor_of(request), "day": day, "why": data["why"], "move": move == "move"}
    verb = closing.close if closed else closing.reopen
    done = carried(form, lambda: (verb(**words, key=str(data["client_key"])),), {"not_possible": "day"})
    if done is None:
        return _ask(request, form, None if closed else day)
    messages.success(request, f"{weekday_date(day)} is {'a closure day' if closed else 'worked'} from now on.")
    return redirect("council:clocks_moved", done[0].pk) if done[0] is not None else redirect("council:calendar")


def _check(request: HttpRequest, form: ConcordForm, day: date, *, closed: bool) -> HttpResponse:
    found = closing.moves(day, closed=closed)
    rows = [Row(name, plural(number, "open clock"), [f"The earliest is then due on {weekday_date(first)}"])
            for name, number, first in found.by_holder]  # fmt: skip
    typed = [(name, value) for name, value in form.data.items() if name not in {"csrfmiddlewaretoken", "client_key"}]
    context = {
        "day": day, "closed": closed, "why": form.cleaned_data["why"], "number": found.number, "rows": rows,
        "typed": typed, "client_key": form.cleaned_data["client_key"],
    }  # fmt: skip
    return render(request, "backoffice/administration/closure_check.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _hours(hours: Any) -> str:
    return f"{hours[0]:%H:%M} to {hours[1]:%H:%M}" if hours else "Not worked"
