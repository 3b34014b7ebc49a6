"""The council's reports, for whoever reads weeks of actuals."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.reports import pages
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.reports.commissioned import KIND, Row


def has_reports(actor: Actor) -> bool:
    """Whether there are reports here for this person."""
    return pages.offered() and KIND in actor.reads


def _from(_actor: Actor, row: Row) -> str:
    """Where a row's figures come from: the week, or the line of which nothing is recorded yet."""
    if row.case_id is None:
        return reverse("council:register_line", args=[row.line_id])
    return reverse("council:case", args=[row.case_id])


SIDE = pages.Side("council", _from)


@staff()
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list."""
    _reader(request)
    return pages.listed(request, SIDE)


@staff()
@sensitive_post_parameters("client")
@require_http_methods(["GET", "POST"])
def commissioned(request: HttpRequest) -> HttpResponse:
    """The parameters of Commissioned v Actuals."""
    _reader(request)
    return pages.ask(request, SIDE)


@staff()
@require_GET
def commissioned_shown(request: HttpRequest, question_id: str) -> HttpResponse:
    """The report."""
    _reader(request)
    return pages.shown(request, question_id, SIDE)


@staff()
@require_http_methods(["GET", "POST"])
def commissioned_file(request: HttpRequest, question_id: str, form: str) -> HttpResponseBase:
    """Its file; a post has a worker make a long one."""
    _reader(request)
    return pages.download(request, question_id, form, SIDE)


@staff()
@require_GET
def report_made(request: HttpRequest, file_id: int) -> HttpResponse:
    """A long file on its way."""
    _reader(request)
    return pages.made_page(request, file_id, SIDE)


def _reader(request: HttpRequest) -> None:
    """What the council does not have does not exist, and who does not read actuals is told so."""
    if not pages.offered():
        raise NotFound
    if KIND not in actor_of(request).reads:
        raise Forbidden("Reports are for teams that read actuals.")
