"""The provider's reports: each person's, of the services where their role has reports."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web.gate import needs
from backoffice.web.remittance.pages import NAME as REMITTANCE
from backoffice.web.reports import pages
from backoffice.web.reports.pages import Report
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.register.selectors import FUNCTION as LINES
from workflows.reports.commissioned import Row
from workflows.reports.selectors import FUNCTION

from ..asking import actor_of


def has_reports(actor: Actor) -> bool:
    """Whether there are reports here for this person."""
    return (pages.offered() or current().payments is not None) and actor.may(FUNCTION)


def _from(actor: Actor, row: Row) -> str:
    """Where a row's figures come from: the week, or the line of which nothing is recorded yet."""
    if row.case_id is not None and actor.may(ACTUALS, service_id=row.service_id):
        return reverse("portal:actuals_line", args=[row.case_id, row.line_week_id])
    if row.case_id is None and actor.may(LINES, service_id=row.service_id):
        return reverse("portal:line", args=[row.line_id])
    return ""


SIDE = pages.Side("portal", _from)


@needs()
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list (suffolk-user-guide §5 step 1; norfolk-handbook §8 has the remittance advice alone)."""
    paid = current().payments is not None
    if not paid and not pages.offered():
        raise NotFound
    _role(request)
    about = "What each payment that was finalised pays, client by client."
    return pages.listed(request, SIDE, [Report(REMITTANCE, about, reverse("portal:remittances"))] if paid else [])


@needs()
@sensitive_post_parameters("client")
@require_http_methods(["GET", "POST"])
def commissioned(request: HttpRequest) -> HttpResponse:
    """The parameters of Commissioned v Actuals (steps 2 to 9)."""
    _reader(request)
    return pages.ask(request, SIDE)


@needs()
@require_GET
def commissioned_shown(request: HttpRequest, question_id: str) -> HttpResponse:
    """The report (step 10)."""
    _reader(request)
    return pages.shown(request, question_id, SIDE)


@needs()
@require_http_methods(["GET", "POST"])
def commissioned_file(request: HttpRequest, question_id: str, form: str) -> HttpResponseBase:
    """Its file (step 11); a post has a worker make a long one."""
    _reader(request)
    return pages.download(request, question_id, form, SIDE)


@needs()
@require_GET
def report_made(request: HttpRequest, file_id: int) -> HttpResponse:
    """A long file on its way."""
    _reader(request)
    return pages.made_page(request, file_id, SIDE)


def _reader(request: HttpRequest) -> None:
    """What the council does not have does not exist, and a role without reports is told so."""
    if not pages.offered():
        raise NotFound
    _role(request)


def _role(request: HttpRequest) -> None:
    if not actor_of(request).may(FUNCTION):
        raise Forbidden("Your role does not include reports. Ask whoever looks after your users.")
