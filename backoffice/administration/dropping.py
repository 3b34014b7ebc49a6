"""A parked message that is given up for good: it is never carried out, and the record says by whom and why."""

from functools import partial
from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import LongText
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from workflows.engine import parked
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.actor import Actor


class DropForm(ConcordForm):
    """Why it is given up."""

    what_failed: ClassVar[str] = "It was not dropped"
    button: ClassVar[str] = "Drop it for good"
    tone: ClassVar[str] = "warning"
    reason = LongText(
        label="Why is it not needed any more?", missing="Say why it is not needed any more", max_length=TEXT_LIMIT
    )


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, outbox_id: int) -> HttpResponse:
    """Say why, and it is never carried out."""
    actor = actor_of(request)
    row = parked.one(outbox_id, actor)
    form = DropForm.of(request, cancel=reverse("council:parked"))
    typed = request.method == "POST" and form.is_valid()
    if typed and carried(form, partial(_dropped, outbox_id, actor, form.cleaned_data["reason"])):
        messages.success(request, "It was dropped. The record says by whom and why.")
        return redirect("council:parked")
    return render(request, "backoffice/administration/drop.html", {"form": form, "row": row})


def _dropped(outbox_id: int, actor: Actor, reason: str) -> bool:
    parked.drop(outbox_id, actor, reason)
    return True
