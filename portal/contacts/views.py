"""The pages of contacts (norfolk-handbook §6). Nothing here changes a contact: each form is a request."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web.gate import needs
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Row as Line
from workflows.changes import commands, records, selectors
from workflows.changes.rules import BLOCK, BUSINESS_ROLE, LABELS, PERSON, What
from workflows.changes.selectors import CONTACTS
from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.engine.errors import Refused

from ..asking import actor_of
from ..change_requests.asking import FLYING, asked, onto, sent
from ..change_requests.forms import ContactForm, CreationForm, RemovalForm, RoleForm
from .tables import Contacts, Row

ORDER = ("surname", "id")


@needs(CONTACTS)
@require_GET
def contacts(request: HttpRequest) -> HttpResponse:
    """The contacts of the organisation; those who have left on demand."""
    actor, historical = actor_of(request), request.GET.get("historical") == "on"
    page = page_by_key(selectors.contacts(actor, historical=historical), ORDER, request.GET)
    access = selectors.access_words(page.items, actor.organisation_id or 0)
    context = {
        "table": Contacts([Row(each, access[each.pk]) for each in page.items]),
        "pages": page,
        "historical": historical,
        "words": current().change_requests,
        "may_ask": records.may_ask(actor, What.CONTACT_CREATION, None),
    }
    return render(request, "portal/contacts/list.html", context)


@needs(CONTACTS)
@require_GET
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One contact, and what can be asked for."""
    actor = actor_of(request)
    found = selectors.contact(actor, contact_id)
    engine.viewed(actor, "contact", contact_id)
    services, access = records.services_of(found.organisation_id), records.access_of(found)
    values = {field: str(getattr(found, field)) for field in (*PERSON, *BLOCK, "role")}
    values |= {"portal_email": found.portal_email, "role_for": str(found.role_for_id or "")}
    rows = [
        Line(LABELS[field], selectors.value_words(field, values[field], services))
        for field in (*PERSON, *BLOCK, "portal_email", *BUSINESS_ROLE)
    ]
    context = {
        "contact": found,
        "rows": rows,
        "access": selectors.value_words("access", access, services),
        "has_access": bool(access),
        "others": selectors.awaiting(actor, contact_id=contact_id),
        "may_ask": found.gone_at is None and records.may_ask(actor, What.CONTACT_EDIT, None),
        "oneself": found.user_id == actor.user_id,
    }
    return render(request, "portal/contacts/contact.html", context)


@needs(CONTACTS, "edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Contact Creation Request."""
    cancel = reverse("portal:contacts")
    return asked(request, CreationForm, What.CONTACT_CREATION, "portal/contacts/new.html", cancel=cancel)


@needs(CONTACTS, "edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Details that have changed."""
    cancel = reverse("portal:contact", args=[contact_id])
    template = "portal/contacts/edit.html"
    return asked(request, ContactForm, What.CONTACT_EDIT, template, cancel=cancel, contact_id=contact_id)


@needs(CONTACTS, "edit")
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Another security role, or another reach."""
    cancel = reverse("portal:contact", args=[contact_id])
    template = "portal/contacts/role.html"
    return asked(request, RoleForm, What.ROLE_CHANGE, template, cancel=cancel, contact_id=contact_id)


@needs(CONTACTS, "edit")
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Role Removal: the access ends at once, and the council confirms it."""
    actor = actor_of(request)
    record = records.own(actor, What.ROLE_REMOVAL, contact_id=contact_id)
    now = record.values()
    form = RemovalForm.of(request, seen=records.digest(now), cancel=reverse("portal:contact", args=[contact_id]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            outcome = commands.remove_access(
                actor=actor, contact_id=contact_id, has_left=data["why"] == "left", seen=data["seen"],
                key=str(data["client_key"]),
            )  # fmt: skip
        except FLYING:
            raise
        except Refused as refusal:
            onto(form, refusal)
        else:
            messages.success(request, "The access has ended.")
            return sent(request, outcome.case_id)
    services = records.services_of(record.organisation_id)
    access = selectors.value_words("access", now["access"], services)
    context = {"form": form, "record": record, "access": access, "has_access": bool(now["access"])}
    return render(request, "portal/contacts/remove.html", context)
