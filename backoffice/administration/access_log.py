"""The access log, for an auditor: narrowed by what, who, about whom and when. Reading it is recorded too.

A person or a client is looked for by a posted form, so that the page's address holds numbers only.
"""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from crispy_forms_gds.layout import Layout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of, day_in, number_in
from backoffice.web.fields import DateField, Pick, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from workflows.engine import accesses
from workflows.engine import selectors as engine
from workflows.engine.accesses import Asked
from workflows.parties import selectors as parties

from .tables import AccessLog

GROUPS = {
    "all": "Everything",
    "sign_in": "Signing in and out",
    "refused": "Refusals",
    "taken": "Files taken",
    "clients": "Clients' pages",
}


class LogForm(ConcordForm):
    """What is looked for; whoever is named must be there."""

    what_failed: ClassVar[str] = "Nothing was looked for"
    button: ClassVar[str] = "Show"

    group = Pick(label="What", choices=list(GROUPS.items()), required=False, empty="Everything")
    email = TextField(label="E-mail address of the person who did it", required=False, max_length=254)
    ss_ref = TextField(label="SSRef of the client", required=False, max_length=20)
    first = DateField(label="From", required=False)
    last = DateField(label="To", required=False)

    def layout(self) -> Layout:
        """In the order of the question."""
        return Layout("group", "email", "ss_ref", "first", "last")

    def clean(self) -> dict[str, Any]:
        """Ids in place of what was typed."""
        data = super().clean() or {}
        data["user"] = self._id("email", accesses.person, "Nobody has this address")
        data["client"] = self._id("ss_ref", accesses.client, "No client has this SSRef")
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "The last day must not be before the first")
        return data

    def _id(self, field: str, find: Callable[[str], Any], missing: str) -> int | None:
        """The id of what was typed; None when nothing was."""
        typed = self.cleaned_data.get(field, "").strip()
        found = find(typed) if typed else None
        if typed and found is None:
            self.add_error(field, missing)
        return found.pk if found else None


@staff(duty="auditor")
@require_http_methods(["GET", "POST"])
def access_log(request: HttpRequest) -> HttpResponse:
    """What was recorded, the newest first."""
    actor = actor_of(request)
    asked = _asked(request)
    form = LogForm(request.POST) if request.method == "POST" else LogForm(initial=_shown(asked))
    if request.method == "POST" and form.is_valid():
        return redirect(f"{reverse('council:access_log')}?{_query(form.cleaned_data)}")
    page = page_by_key(accesses.read(actor, asked), ("-at", "id"), request.GET)
    organisations = dict(parties.organisation_names())
    clients = accesses.references(row.client_id for row in page.items if row.client_id)
    for row in page.items:
        row.acting_for = organisations.get(row.organisation_id, "")
        row.ss_ref = clients.get(row.client_id, "")
    engine.viewed(actor, "access_log", None, asked.client_id)
    context = {"form": form, "table": AccessLog(page.items), "pages": page, "narrowed": asked != Asked()}
    return render(request, "backoffice/administration/access_log.html", context)


def _asked(request: HttpRequest) -> Asked:
    group = request.GET.get("group", "all")
    return Asked(
        group=group if group in GROUPS else "all",  # type: ignore[arg-type]
        user_id=number_in(request, "user"),
        client_id=number_in(request, "client"),
        first=day_in(request, "first"),
        last=day_in(request, "last"),
    )


def _shown(asked: Asked) -> dict[str, Any]:
    """The form as it was sent."""
    email, ss_ref = accesses.named(asked)
    group = "" if asked.group == "all" else asked.group
    return {"group": group, "email": email, "ss_ref": ss_ref, "first": asked.first, "last": asked.last}


def _query(data: dict[str, Any]) -> str:
    days = {name: data[name].isoformat() for name in ("first", "last") if data.get(name)}
    ids = {name: data[name] for name in ("user", "client") if data.get(name)}
    return urlencode({"group": data.get("group") or "all"} | ids | days)
