"""Subject access: everything that is held about one client, put together by a worker and given out for some days."""

from functools import partial

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact
from backoffice.web.words import file_size, moment
from workflows.retention import asking
from workflows.retention.models import Bundle

from .keeping_tables import BUNDLES, Bundles, Contents


class AskForm(ConcordForm):
    """Whose. Posted, so that no reference stands in an address."""

    what_failed = "Nothing was asked for"
    button = "Put it together"
    ss_ref = TextField(
        label="SSRef of the client",
        help_text="All of it. Check first that the client, or somebody who may act for them, has asked for it.",
        missing="Enter the SSRef of the client",
        max_length=20,
    )


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def bundles(request: HttpRequest) -> HttpResponse:
    """Ask for one, and those that were asked for."""
    actor = actor_of(request)
    form = AskForm.of(request, cancel=reverse("council:administration"))
    if request.method == "POST" and form.is_valid():
        run = partial(asking.ask_for, actor=actor, ss_ref=form.cleaned_data["ss_ref"])
        made = carried(form, run, {"nobody": "ss_ref", "erased": "ss_ref"})
        if made is not None:
            return redirect("council:bundle", made.pk)
    page = page_by_key(asking.listed(actor), ("-id",), request.GET)
    context = {"form": form, "table": Bundles(page.items), "pages": page}
    return render(request, "backoffice/administration/bundles.html", context)


@staff(duty="administrator")
@require_GET
def bundle(request: HttpRequest, bundle_id: int) -> HttpResponse:
    """How far one is, and what is in it."""
    found = asking.one(actor_of(request), bundle_id)
    context = {
        "bundle": found,
        "facts": _facts(found),
        "table": Contents(found.contents) if found.state == Bundle.State.MADE else None,
        "days": asking.KEPT_FOR.days,
    }
    return render(request, "backoffice/administration/bundle.html", context)


@staff(duty="administrator")
@require_GET
def bundle_file(request: HttpRequest, bundle_id: int) -> FileResponse:
    """Give it out; that it was taken stands in the access log."""
    file, name = asking.take(actor_of(request), bundle_id)
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


def _facts(found: Bundle) -> list[Fact]:
    facts = [
        Fact("State", tag=BUNDLES[found.state]),
        Fact("Client", "(erased)" if found.client.erased_at else f"SSRef {found.client.ss_ref}"),
        Fact("Asked for", moment(found.asked_at), f"by {found.asked_by.name}"),
    ]
    if found.state == Bundle.State.MADE:
        facts += [Fact("Size", file_size(found.size)), Fact("Until", moment(found.expires_at), "then it is deleted")]
    return facts
