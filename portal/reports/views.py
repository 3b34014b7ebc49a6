"""The provider's reports: each person's, of the services where their role has reports."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web.gate import needs
from backoffice.web.remittance import pages as remittance
from backoffice.web.reports import orders, pages, shelf
from backoffice.web.reports.kinds import PORTAL, Amount, Report, Side
from backoffice.web.reports.pages import Entry
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound
from workflows.insight.performance import may_see
from workflows.parties.actor import Actor
from workflows.payments.selectors import FUNCTION as PAYMENTS
from workflows.register.selectors import FUNCTION as LINES
from workflows.reports.commissioned import Row
from workflows.reports.selectors import FUNCTION

from ..asking import actor_of
from . import performance


def has_reports(actor: Actor) -> bool:
    """Whether there are reports here for this person."""
    return _some() and actor.may(FUNCTION)


def _week(actor: Actor, row: Row) -> str:
    """Where a row's figures come from: the week, or the line of which nothing is recorded yet."""
    if row.case_id is not None and actor.may(ACTUALS, service_id=row.service_id):
        return reverse("portal:actuals_line", args=[row.case_id, row.line_week_id])
    return _line(actor, row.line_id, row.service_id) if row.case_id is None else ""


def _payment(actor: Actor, amount: Amount) -> str:
    """The payment, its lines from this one on; or the remittance advice, for who may see no more."""
    if not amount.invoiced and actor.may(PAYMENTS, service_id=amount.service_id):
        return f"{reverse('portal:payment', args=[amount.payment_id])}?from={amount.line_id}"
    return reverse("portal:remittance", args=[amount.payment_id]) if amount.finalised else ""


def _line(actor: Actor, line_id: int, service_id: int) -> str:
    return reverse("portal:line", args=[line_id]) if actor.may(LINES, service_id=service_id) else ""


SIDE = Side(PORTAL, _week, _payment, _line)


@needs()
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list (suffolk-user-guide §5 step 1; norfolk-handbook §8 has the remittance advice alone)."""
    if not _some():
        raise NotFound
    _role(request)
    about = "What each payment that was finalised pays, client by client."
    paid = [Entry(remittance.name(), about, reverse("portal:remittances"))] if current().payments is not None else []
    own = [Entry(performance.NAME, performance.ABOUT, reverse("portal:performance"))]
    return pages.listed(request, SIDE, [*paid, *(own if may_see(actor_of(request)) else [])])


@needs()
@sensitive_post_parameters("client")
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, report: str) -> HttpResponse:
    """The parameters of a report (Commissioned v Actuals: steps 2 to 9)."""
    return pages.ask(request, _reader(request, report), SIDE)


@needs()
@require_GET
def report_shown(request: HttpRequest, report: str, question_id: str) -> HttpResponse:
    """The report (step 10)."""
    return pages.shown(request, _reader(request, report), question_id, SIDE)


@needs()
@require_http_methods(["GET", "POST"])
def report_file(request: HttpRequest, report: str, question_id: str, form: str) -> HttpResponseBase:
    """Its file (step 11); a post has a worker make a long one."""
    return pages.download(request, _reader(request, report), question_id, form, SIDE)


@needs()
@require_GET
def purchase_order(request: HttpRequest, line_id: int, year: int) -> HttpResponse:
    """One purchase order, step by step."""
    _reader(request, orders.Orders.slug)
    return orders.page(request, actor_of(request), line_id, year, SIDE)


@needs()
@require_GET
def report_made(request: HttpRequest, file_id: int) -> HttpResponse:
    """A long file on its way."""
    if not shelf.offered(PORTAL):
        raise NotFound
    _role(request)
    return pages.made_page(request, file_id, SIDE)


def _some() -> bool:
    return bool(shelf.offered(PORTAL)) or current().payments is not None


def _reader(request: HttpRequest, slug: str) -> Report:
    """What the council does not have does not exist, and a role without reports is told so."""
    found = shelf.called(slug, PORTAL)
    _role(request)
    return found


def _role(request: HttpRequest) -> None:
    if not actor_of(request).may(FUNCTION):
        raise Forbidden("Your role does not include reports. Ask whoever looks after your users.")
