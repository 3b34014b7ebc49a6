"""The council's reports, each for whoever reads what it is about."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.reports import orders, pages, shelf
from backoffice.web.reports.kinds import COUNCIL, Amount, Report, Side
from backoffice.web.reports.pages import Entry
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor
from workflows.reports.commissioned import KIND as ACTUALS
from workflows.reports.commissioned import Row


def _week(_actor: Actor, row: Row) -> str:
    """Where a row's figures come from: the week, or the line of which nothing is recorded yet."""
    if row.case_id is None:
        return reverse("council:register_line", args=[row.line_id])
    return reverse("council:case", args=[row.case_id])


def _payment(_actor: Actor, amount: Amount) -> str:
    return reverse("council:payment_line", args=[amount.payment_id, amount.line_id])


def _line(_actor: Actor, line_id: int, _service_id: int) -> str:
    return reverse("council:register_line", args=[line_id])


SIDE = Side(COUNCIL, _week, _payment, _line)


@staff()
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list."""
    actor = actor_of(request)
    if not shelf.offered(COUNCIL):
        raise NotFound
    if not shelf.readable(actor):
        raise Forbidden("Reports are for teams that read actuals or scheduled payments.")
    return pages.listed(request, SIDE, _extracts(actor))


def _extracts(actor: Actor) -> list[Entry]:
    """What can be taken from the room of actuals."""
    if current().actuals is None or ACTUALS not in actor.reads:
        return []
    about = "What was not delivered and clients are not charged for, as a file."
    return [Entry("Units that clients are not charged for", about, reverse("council:not_charged"))]


@staff()
@sensitive_post_parameters("client")
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, report: str) -> HttpResponse:
    """The parameters of a report."""
    return pages.ask(request, _reader(request, report), SIDE)


@staff()
@require_GET
def report_shown(request: HttpRequest, report: str, question_id: str) -> HttpResponse:
    """The report."""
    return pages.shown(request, _reader(request, report), question_id, SIDE)


@staff()
@require_http_methods(["GET", "POST"])
def report_file(request: HttpRequest, report: str, question_id: str, form: str) -> HttpResponseBase:
    """Its file; a post has a worker make a long one."""
    return pages.download(request, _reader(request, report), question_id, form, SIDE)


@staff()
@require_GET
def purchase_order(request: HttpRequest, line_id: int, year: int) -> HttpResponse:
    """One purchase order, step by step."""
    _reader(request, orders.Orders.slug)
    return orders.page(request, actor_of(request), line_id, year, SIDE)


@staff()
@require_GET
def report_made(request: HttpRequest, file_id: int) -> HttpResponse:
    """A long file on its way."""
    if not shelf.offered(COUNCIL):
        raise NotFound
    if not shelf.readable(actor_of(request)):
        raise Forbidden("Reports are for teams that read actuals or scheduled payments.")
    return pages.made_page(request, file_id, SIDE)


def _reader(request: HttpRequest, slug: str) -> Report:
    """What the council does not have does not exist, and who does not read what it is about is told so."""
    found = shelf.called(slug, COUNCIL)
    if found.reads not in actor_of(request).reads:
        raise Forbidden(found.refusal)
    return found
