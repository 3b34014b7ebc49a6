"""The units that clients are not charged for, by client and week, for client billing (design, workflows §6)."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.web.gate import staff
from workflows.actuals import checking
from workflows.actuals.models import LineWeek
from workflows.actuals.rules import kind_of, monday_of, sunday_of
from workflows.council.actuals import Actuals
from workflows.engine import selectors as engine
from workflows.engine.tabular import write_csv
from workflows.register.rules import plain

from .entering import entered
from .forms import ExtractForm
from .present import KIND

HEADINGS = ("SSRef", "Client", "Week beginning", "Care package line", "Provider", "Service level", "Unit", "Planned",
            "Not charged", "Status")  # fmt: skip


@staff()
@require_http_methods(["GET", "POST"])
def not_charged(request: HttpRequest) -> HttpResponse:
    """Ask for the days, then give the file; that it was taken is recorded for each client in it."""
    actor, actuals = entered(request, KIND)
    form = ExtractForm.of(request, cancel=reverse("council:actuals"))
    if request.method != "POST" or not form.is_valid():
        return render(request, "backoffice/actuals/not_charged.html", {"form": form})
    first, last = monday_of(form.cleaned_data["first"]), sunday_of(form.cleaned_data["last"])
    rows = list(checking.not_charged(actor, first, last))
    engine.viewed(actor, "not_charged.csv", None)
    engine.viewed_clients(actor, "not_charged.csv", None, {each.line.client_id for each in rows})
    answer = HttpResponse(write_csv([HEADINGS, *_rows(actuals, rows)]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="not-charged-{first:%Y-%m-%d}-to-{last:%Y-%m-%d}.csv"'
    return answer


def _rows(actuals: Actuals, rows: Sequence[LineWeek]) -> Iterator[Sequence[str]]:
    for each in rows:
        line = each.line
        kind = kind_of(actuals, line.service.group, line.service_level.key)
        yield (
            line.client.ss_ref,
            str(line.client),
            f"{each.week:%d/%m/%Y}",
            line.reference,
            line.service.organisation.name,
            line.service_level.name,
            kind.unit.replace("_", " ") if kind else line.service_level.unit,
            plain(each.planned),
            plain(each.not_charged),
            each.get_standing_display(),
        )
