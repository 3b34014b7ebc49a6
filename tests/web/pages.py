"""Addresses and views that only tests have: one of each thing that the frame of the product must answer."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from psycopg.errors import LockNotAvailable

from backoffice.access.confirm import is_oneself
from backoffice.web.fields import LongText, PasswordField
from backoffice.web.files import FilesField, for_providers
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.gate import needs, public, signed_in, staff
from backoffice.web.pieces import NavigationItem
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflows.engine.models import Attachment

handler404 = "backoffice.web.errors.not_found"
handler500 = "backoffice.web.errors.server_error"

PAGE = (
    '{% extends "web/base.html" %}{% block title %}Test{% endblock %}{% block h1 %}Test{% endblock %}'
    "{% block content %}{% show_form form %}{% endblock %}"
)


class Note(ClientKeyMixin, ConcordForm):
    """A text and a password, as a binding act has them."""

    what_failed: ClassVar[str] = "The note was not sent"
    text = LongText(label="Text", missing="Enter the text")
    password = PasswordField(label="Password")


@signed_in
def note(request: HttpRequest) -> HttpResponse:
    """Ask for the password again before an act."""
    form = Note.of(request)
    if request.method == "POST" and form.is_valid() and is_oneself(request, form):
        return redirect("/taken/")
    return _page(request, form)


class WithFiles(ClientKeyMixin, ConcordForm):
    """A text with files."""

    text = LongText(label="Text", missing="Enter the text")
    files = FilesField(label="Files", required=False, most=3)


@signed_in
def with_files(request: HttpRequest) -> HttpResponse:
    """Take a text with files; the text "busy" is what it says."""
    form = WithFiles.of(request)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["text"] == "busy":
            raise Busy
        return HttpResponse("taken: " + " ".join(each.name for each in form.cleaned_data["files"]))
    return _page(request, form)


@signed_in
def list_files(request: HttpRequest) -> HttpResponse:
    """Show every file, as a page of either side does."""
    listing = engines["django"].from_string("{% files_list files %}")
    return HttpResponse(listing.render({"files": list(Attachment.objects.all())}, request))


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Who I am here."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    return HttpResponse(f"{actor.name} @ {actor.organisation_name}")


def undeclared(request: HttpRequest) -> HttpResponse:
    """Says nothing about who may open it."""
    return HttpResponse("secret")


def _page(request: HttpRequest, form: ConcordForm) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form}, request))


def _raises(make: Any) -> Any:
    @signed_in
    def view(request: HttpRequest) -> HttpResponse:
        raise make()

    return view


def _waited() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = LockNotAvailable()
    return error


def entries(request: HttpRequest) -> list[NavigationItem]:
    """A menu."""
    return [NavigationItem("Home", "/"), NavigationItem("Notes", "/note/", "5", under=("/other-notes/",))]


WHEN = datetime(2018, 4, 18, 15, 20, tzinfo=UTC)

urlpatterns = [
    path("", include("backoffice.web.urls")),
    path("", include("backoffice.access.urls")),
    path("", include("backoffice.account.urls")),
    path("", home),
    path("note/", note),
    path("with-files/", with_files),
    path("list-files/", list_files),
    path("", include(([path("files/<int:file_id>/", for_providers, name="file")], "portal"))),
    path("undeclared/", undeclared),
    path("open/", public(lambda _request: HttpResponse("open"))),
    path("provider/", needs("contract_documents")(lambda _request: HttpResponse("provider"))),
    path("provider/edit/", needs("contract_documents", "edit")(lambda _request: HttpResponse("edit"))),
    path("provider/any/", needs()(lambda _request: HttpResponse("any"))),
    path("staff/", staff()(lambda _request: HttpResponse("staff"))),
    path("staff/brokerage/", staff(desk="brokerage")(lambda _request: HttpResponse("brokerage"))),
    path("staff/reads/", staff(reads="contract_document")(lambda _request: HttpResponse("reads"))),
    path("staff/administrator/", staff(duty="administrator")(lambda _request: HttpResponse("administrator"))),
    path("refused/", _raises(lambda: Refused("You must give a reason."))),
    path("not-found/", _raises(NotFound)),
    path("forbidden/", _raises(lambda: Forbidden("Only a lead may do this."))),
    path("stale/", _raises(lambda: Stale("Anna Leeder", "agreed to version 2", WHEN))),
    path("busy/", _raises(Busy)),
    path("waited/", _raises(_waited)),
    path("fault/", _raises(lambda: ZeroDivisionError("a fault"))),
]
