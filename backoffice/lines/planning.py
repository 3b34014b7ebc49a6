"""On which days a line's week is planned, and by how many carers: one form, from a day on."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of, works_for
from backoffice.casework.commanding import onto
from backoffice.web.fields import DateField, Figure, Pick
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.words import WEEKDAYS, ordinal
from workflows.actuals.module import module
from workflows.engine import moment
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflows.register import selectors
from workflows.register.models import CarePackageLine, LineVisits
from workflows.register.rules import plain
from workflows.register.visits import Planned, plan_visits

MOST_CARERS = 4
EMPTY = 2  # further parts of the week that are offered
FIELDS = {"outside": "start", "quantity": ""}


class PlanForm(ConcordForm):
    """The parts of the week: so many units on each of these days, by so many carers at once."""

    what_failed = "Nothing was planned"
    button = "Plan the visits"
    start = DateField(label="From", help_text="What was planned before ends the day before.",
                      missing="Enter the first day")  # fmt: skip
    line_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *positional: Any, line: CarePackageLine, visits: Sequence[LineVisits], **options: Any) -> None:
        first = {"line_version": line.version, "start": max(line.start, moment.today())}
        super().__init__(*positional, **{**options, "initial": first | options.get("initial", {})})
        self.parts = len(visits) + EMPTY
        unit = line.service_level.unit.lower()
        for number in range(1, self.parts + 1):
            self._add(number, unit, visits[number - 1] if number <= len(visits) else None)

    def _add(self, number: int, unit: str, old: LineVisits | None) -> None:
        name, fields = ordinal(number), self.fields
        optional = "" if old else " (leave it empty when there is none)"
        fields[f"units_{number}"] = Figure(
            label=f"{name} visit: how many {unit}s on each day{optional}", example="0.75", required=False,
            initial=plain(old.units) if old else None,
        )  # fmt: skip
        fields[f"days_{number}"] = forms.TypedMultipleChoiceField(
            label=f"{name} visit: days", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
            choices=list(enumerate(WEEKDAYS)), initial=list(old.days) if old else [],
        )  # fmt: skip
        fields[f"carers_{number}"] = Pick(
            label=f"{name} visit: carers at once", help_text="Two carers are a double assist.", required=False,
            choices=[(str(each), str(each)) for each in range(1, MOST_CARERS + 1)],
            initial=str(old.carers if old else 1),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The parts that were filled in; each needs units and days."""
        data = super().clean() or {}
        found = []
        for number in range(1, self.parts + 1):
            units, days = data.get(f"units_{number}"), data.get(f"days_{number}")
            if units and not days:
                self.add_error(f"days_{number}", "Choose the days of this visit")
            elif days and not units and f"units_{number}" not in self.errors:
                self.add_error(f"units_{number}", "Enter how much is planned on each of these days")
            elif units and days:
                found.append(Planned(units, tuple(days), int(data.get(f"carers_{number}") or 1)))
        self.visits = found
        return data


@staff()
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, line_id: int) -> HttpResponse:
    """Plan a line's week by days; without any visit nobody plans days any more."""
    module()
    actor = actor_of(request)
    line = selectors.line(actor, line_id)
    if not works_for(actor, "brokerage", line.service.group):
        raise Forbidden("Your team does not plan visits.")
    href = reverse("council:register_line", args=[line.pk])
    form = PlanForm.of(request, line=line, visits=standing(line), cancel=href)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            plan_visits(actor=actor, line_id=line_id, version=data["line_version"], start=data["start"],
                        visits=form.visits)  # fmt: skip
        except Stale as refusal:
            status = 409
            form = _again(request, line, form, refusal)
        except (Busy, NotFound, Forbidden):
            raise
        except Refused as refusal:
            onto(form, refusal, FIELDS)
        else:
            messages.success(request, "The visits are planned." if form.visits else "No days are planned any more.")
            return redirect(href)
    context = {"form": form, "line": line, "title": "Plan its visits", "back_href": href,
               "caption": f"Care package line {line.reference}", "back_text": line.reference,
               "note": f"The visits of a week must come to {plain(line.quantity)}, as the line says."}  # fmt: skip
    return render(request, "backoffice/lines/form.html", context, status=status)


def standing(line: CarePackageLine) -> list[LineVisits]:
    """The visits that hold from today on; those that are planned for later where none holds now."""
    today = max(line.start, moment.today())
    rows = list(line.visits.order_by("start", "pk"))
    now = [each for each in rows if each.start <= today and (each.end is None or each.end >= today)]
    return now or [each for each in rows if each.start > today]


def _again(request: HttpRequest, line: CarePackageLine, form: PlanForm, refusal: Stale) -> PlanForm:
    """The form with all that was typed, for the line as it is now."""
    data = request.POST.copy()
    data["line_version"] = str(line.version)
    found = PlanForm(data, line=line, visits=[], cancel=form.cancel)
    found.parts = form.parts
    found.fields.update(form.fields)
    found.is_valid()
    found.add_error(
        None, f"{refusal.who} {refusal.what} since you opened this page. Look at the line, then send it again"
    )
    return found
