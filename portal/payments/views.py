"""The pages of scheduled payments (norfolk-handbook §10, suffolk-user-guide §3). Each first fetches through a selector,
which knows what of a payment this person sees."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import payment_words
from backoffice.web.gate import needs
from backoffice.web.paging import Page as PartOf
from workflows.council.payments import PaymentCalendar
from workflows.engine import moment, news
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound, Stale
from workflows.payments import calendar as rhythm
from workflows.payments import selectors
from workflows.payments.commands import profile
from workflows.payments.selectors import FUNCTION, Asked, Filters, Options, Page, Whose

from ..asking import actor_of
from . import answering, asking, dates, ics
from .forms import AnswerForm, ChooseForm, LinesForm
from .showing import Shown, asked_of, entries, rows

#: So many lines stand on one page; the filter is there from so many on.
ON_A_PAGE, WORTH_FILTERING = 50, 11


@needs(FUNCTION, module="payments")
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """The periods of a year, and what to do first (norfolk-handbook §10, suffolk-user-guide §3 steps 1 to 3)."""
    actor = actor_of(request)
    options = selectors.options(actor)
    now = rhythm.financial_year(moment.today())
    form = _choose(request.GET, options, now)
    asked = form.asked(now)
    check = asking.to_check(actor, asking.coming(actor), moment.now())
    context = {
        "form": form,
        "year": asked.year,
        "entries": entries(selectors.periods(actor, asked), None, actor),
        "some": bool(options.years),
        "first": check.first if check else None,
        "chapter": payment_words.name(),
        "review": profile().review,
    }
    return render(request, "portal/payments/list.html", context)


@needs(FUNCTION, module="payments")
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """One payment with its lines, each of which opens to its sum; Confirm and Reject (picture 04)."""
    page, people = _read(request, payment_id)
    form = answering.form_for(request, page, people) if _asks(request, page) else None
    if request.method != "POST":
        return _show(request, page, people, form)
    try:
        sent = form or answering.form_for(request, page, people)
        answer = answering.receive(request, page, people, sent)
    except Stale as stale:
        page, people = _read(request, payment_id)
        return _show(request, page, people, answering.renewed(request, page, people, stale), stale)
    return _show(request, page, people, answer) if isinstance(answer, AnswerForm) else answer


@needs(FUNCTION, module="payments")
@require_GET
def story(request: HttpRequest, payment_id: int) -> HttpResponse:
    """What happened to a payment; whoever sees a part of it only does not read how its total moved."""
    actor = actor_of(request)
    page = selectors.page(actor, payment_id)
    if not page.whole:
        raise NotFound
    engine.viewed(actor, "scheduled_payment.story", payment_id)
    shown = Shown(page, actor, moment.now())
    context = {"shown": shown, "entries": payment_words.entries(page.payment.case, inside=False)}
    return render(request, "portal/payments/story.html", context)


@needs(FUNCTION, module="payments")
@require_GET
def payment_calendar(request: HttpRequest) -> HttpResponse:
    """The payment calendar of a financial year, to read and to print."""
    actor = actor_of(request)
    day = _day_of_year(request.GET.get("year", ""))
    opened = _opened(selectors.periods(actor, Asked(rhythm.financial_year(day))))
    found = [(each, dates.rows(each, day, opened)) for each in _calendars(request)]
    context = {
        "year": rhythm.financial_year(day),
        "years": [(year, year == rhythm.financial_year(day)) for year in _years()],
        "parts": [
            {
                "name": each.name,
                "about": dates.about(each, listed),
                "table": dates.Dates(listed),
                "file": f"{reverse('portal:payment_calendar_file', args=[each.key])}?year={rhythm.financial_year(day)}",
                "others": [row for row in listed if row.other],
            }
            for each, listed in found
        ],
        "chapter": payment_words.name(),
    }
    return render(request, "portal/payments/calendar.html", context)


@needs(FUNCTION, module="payments")
@require_GET
def payment_calendar_file(request: HttpRequest, calendar: str) -> HttpResponse:
    """The same as a calendar file for one's own diary."""
    actor = actor_of(request)
    one = next((each for each in _calendars(request) if each.key == calendar), None)
    if one is None:
        raise NotFound
    day = _day_of_year(request.GET.get("year", ""))
    year = rhythm.financial_year(day)
    opened = _opened(selectors.periods(actor, Asked(year)))
    address = request.build_absolute_uri(reverse("portal:payments"))
    found = dates.happenings(one, dates.rows(one, day, opened), payment_words.name(), address)
    body = ics.written(f"{payment_words.name()}, {one.name}", found, made=moment.now())
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    name = f"payment-calendar-{one.key}-{year.replace('/', '-')}.ics"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asks(request: HttpRequest, page: Page) -> bool:
    return Shown(page, actor_of(request), moment.now()).asks


def _read(request: HttpRequest, case_id: int) -> tuple[Page, list[Whose]]:
    """The payment, and whose its lines are."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    return page, selectors.people(actor, case_id)


def _show(
    request: HttpRequest, page: Page, people: Sequence[Whose], form: AnswerForm | None, stale: Stale | None = None
) -> HttpResponse:
    actor, case_id = actor_of(request), page.payment.pk
    narrowing = LinesForm(request.GET, people) if page.lines >= WORTH_FILTERING else None
    filters = narrowing.filters() if narrowing else Filters()
    found = [each for each in people if each.matches(filters)]
    listed = _part(found, request.GET)
    ids, clients = [each.line_id for each in listed.items], {each.client_id for each in listed.items}
    kept = {name: str(value) for name, value in request.GET.items() if name != "why" and value}
    shown = Shown(page, actor, moment.now())
    shown.rows = rows(selectors.paid(case_id, ids), page, actor, request.GET.get("why", ""), kept)
    if request.method == "GET":
        news.opened(actor, "scheduled_payment", case_id)
        engine.viewed_clients(actor, "scheduled_payment", case_id, clients)
    asked = asked_of(page.payment)
    context = {
        "shown": shown,
        "choose": _choose({"year": asked.year, "contract": str(asked.contract_id)}, page.options, asked.year),
        "entries": entries(selectors.periods(actor, asked), case_id, actor),
        "narrowing": narrowing,
        "filtered": filters.some,
        "page_of_list": listed,
        "form": form,
        "stale": stale,
        "all": request.GET.get("why") == "all",
        "kept": kept,
        "chapter": payment_words.name(),
    }
    return render(request, "portal/payments/payment.html", context, status=409 if stale else 200)


def _part(found: Sequence[Whose], query: QueryDict) -> PartOf:
    """The lines of one page: those from the line on that `?from=` names, else the first. No address names a client."""
    places = {str(each.line_id): place for place, each in enumerate(found)}
    begin = places.get(query.get("from", ""), 0)
    before, after = max(begin - ON_A_PAGE, 0), begin + ON_A_PAGE
    return PartOf(
        list(found[begin:after]),
        _link(query, found[before]) if begin else "",
        _link(query, found[after]) if after < len(found) else "",
    )


def _link(query: QueryDict, line: Whose) -> str:
    """The query string of a neighbour: the filters stay."""
    changed = query.copy()
    changed.pop("why", None)
    changed["from"] = str(line.line_id)
    return f"?{changed.urlencode()}"


def _choose(query: QueryDict | dict[str, Any], options: Options, year: str) -> ChooseForm:
    years = sorted({*options.years, year, *_years()[:2]}, reverse=True)
    data = {"year": query.get("year") or year, "contract": query.get("contract", "")}
    return ChooseForm(data, options, years, reverse("portal:payments"))


def _calendars(request: HttpRequest) -> list[PaymentCalendar]:
    return [profile().calendar(key) for key in selectors.calendars(actor_of(request))]


def _opened(found: Sequence[Any]) -> dates.Opened:
    return {(each.calendar, each.first): each for each in found}


def _years() -> list[str]:
    """The financial year before this one, this one, and the next."""
    first = rhythm.year_span(moment.today())[0].year
    return [f"{each}/{each + 1}" for each in (first - 1, first, first + 1)]


def _day_of_year(asked: str) -> date:
    """A day of the financial year that is asked for; of this one when it is none that we know."""
    return date(int(asked[:4]), 4, 1) if asked in _years() else moment.today()
