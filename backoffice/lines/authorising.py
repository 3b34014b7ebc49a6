"""What brokerage has authorised beyond the plan of a line: recorded, listed, withdrawn (suffolk-user-guide §2)."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import DateField, Figure, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from workflows.actuals import deciding
from workflows.actuals.models import Authorisation
from workflows.actuals.module import module
from workflows.actuals.selectors import authorisations
from workflows.council.profile import current
from workflows.engine.duties import require_desk
from workflows.engine.errors import NotFound, Refused
from workflows.register import selectors
from workflows.register.models import CarePackageLine


class AuthoriseForm(ConcordForm):
    """So many units a week above the plan, for some days."""

    what_failed = "Nothing was recorded"
    button = "Record the authorisation"
    start = DateField(label="From", missing="Enter the first day")
    end = DateField(label="To", help_text="The last day.", missing="Enter the last day")
    units = Figure(label="Units a week above the plan", example="2.5", missing="Enter the units")
    reference = TextField(label="Reference of the authorisation", missing="Enter the reference of the authorisation")
    given_by = TextField(label="Who authorised it", missing="Enter who authorised it")


@staff()
@require_http_methods(["GET", "POST"])
def authorise(request: HttpRequest, line_id: int) -> HttpResponse:
    """Record that more care than planned was authorised for a line; weeks that are not paid are worked out again."""
    module()
    actor = actor_of(request)
    line = selectors.line(actor, line_id)
    require_desk(actor, line.service.group, "brokerage")
    href = reverse("council:register_line", args=[line.pk])
    form = AuthoriseForm.of(request, cancel=href)
    if request.method == "POST" and form.is_valid():
        command = partial(deciding.authorise, actor=actor, line_id=line_id, **form.cleaned_data)
        if carried(form, command) is not None:
            messages.success(request, "The authorisation is recorded. Weeks that are not paid are worked out again.")
            return redirect(href)
    context = {"form": form, "line": line, "title": "Authorise more care than planned", "back_href": href,
               "caption": f"Care package line {line.reference}", "back_text": line.reference}  # fmt: skip
    return render(request, "backoffice/lines/form.html", context)


@staff()
@require_POST
def withdraw(request: HttpRequest, line_id: int, authorisation_id: int) -> HttpResponse:
    """An authorisation was a mistake: it counts for nothing that is not paid yet."""
    module()
    actor = actor_of(request)
    line = selectors.line(actor, line_id)
    if not authorisations(line.pk).filter(pk=authorisation_id).exists():
        raise NotFound
    try:
        deciding.withdraw_authorisation(actor=actor, authorisation_id=authorisation_id)
    except Refused as refusal:
        if refusal.code != "withdrawn":
            raise
    messages.success(request, "The authorisation is withdrawn.")
    return redirect("council:register_line", line.pk)


def of_line(line: CarePackageLine) -> list[Authorisation] | None:
    """A line's authorisations, the newest first; None where the council has no module of actuals."""
    if current().actuals is None:
        return None
    return list(authorisations(line.pk))
