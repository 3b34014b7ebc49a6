"""The provider's pages of actuals: the calendar, a week, one service user in it, and the answer while typing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backoffice.web import disputed, drafts, monitored
from backoffice.web.gate import needs
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tab
from backoffice.web.words import plural
from workflows.actuals import commands, selectors
from workflows.actuals.models import Standing
from workflows.actuals.module import module, takes_files
from workflows.actuals.selectors import FUNCTION, Line, Page
from workflows.actuals.visits import selectors as visits
from workflows.council.profile import current
from workflows.disputes import selectors as disputes
from workflows.engine import selectors as engine
from workflows.engine.errors import Busy, Forbidden, KeyReused, NotFound, Refused
from workflows.engine.models import Case
from workflows.parties.actor import Actor

from ..asking import actor_of, awaiting_weeks
from . import calendar, grid, sheet, showing
from .acting import unsuspending
from .desk import Control
from .mode import CHANGE, RECORD, Mode, mode_of
from .sending import Shown, key_of, posted, refused, send, shown, turn_of, worded

MODULE = "actuals"
WEEKS_A_PAGE = 26
#: Lines on one page: a whole week of most providers, so that nothing is saved in parts.
MOST_LINES = 300
ORDER = ("-week", "case_id")


@needs(FUNCTION, module=MODULE)
@require_GET
def weeks(request: HttpRequest) -> HttpResponse:
    """The Actual Weeks Calendar, with the week that awaits the person first."""
    actor = actor_of(request)
    found = selectors.places(actor)
    asked = _place(request, found)
    service_id, lot = asked or (None, None)
    rows = selectors.weeks(actor, service_id=service_id, lot=lot)
    page = page_by_key(rows.order_by(), ORDER, request.GET, size=WEEKS_A_PAGE)
    context = {
        "name": module().name,
        "tabs": disputed.chapter("actuals"),
        "places": calendar.places(found, asked),
        "table": calendar.table(page.items),
        "page_of_list": page,
        "first": calendar.first(selectors.next_week(actor), awaiting_weeks(request).count),
        "may_import": actor.may(FUNCTION, "edit"),
        "monitored": module().monitoring is not None,
        "files": takes_files(),
    }
    return render(request, "portal/actuals/weeks.html", context)


@needs(FUNCTION, module=MODULE)
@require_http_methods(["GET", "POST"])
def week(request: HttpRequest, case_id: int) -> HttpResponse:
    """A week with all its lines (picture 03b)."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    mode = mode_of(page, actor, change="change" in request.GET)
    if request.method == "POST":
        return _receive_week(request, actor, page, mode)
    engine.viewed_clients(actor, "actuals", page.case.pk, {each.week.line.client_id for each in page.lines})
    return _show_week(request, shown(page, mode, draft_of(request)))


@needs(FUNCTION, module=MODULE)
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, case_id: int, line_week_id: int) -> HttpResponse:
    """All lines of one service user in a week, by day (picture 03a)."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    own = _of_client(page, line_week_id)
    mode = mode_of(page, actor, change="change" in request.GET)
    if request.method == "POST":
        return _receive_line(request, actor, page, mode, line_week_id)
    engine.viewed(actor, "actuals.line", line_week_id, own[0].week.line.client_id)
    return _show_line(request, shown(page, mode, draft_of(request)), line_week_id)


@needs(FUNCTION, "edit", module=MODULE)
@require_POST
def answer(request: HttpRequest, case_id: int) -> HttpResponse:
    """What the rules make of what is typed, while somebody types: a part of the page, and nothing is written."""
    actor = actor_of(request)
    page = selectors.page(actor, case_id)
    found = shown(page, mode_of(page, actor, change=True), posted(request))
    asked = request.GET.get("line", "")
    if asked.isdecimal() and len(asked) <= 18:
        return render(request, "portal/actuals/answer_line.html", _line_context(actor, found, int(asked)))
    touched = found.typed.touched if found.typed else frozenset()
    return render(request, "portal/actuals/answer_week.html", _week_context(request, found, only=touched))


def _receive_week(request: HttpRequest, actor: Actor, page: Page, mode: Mode) -> HttpResponse:
    """Generate, save, or confirm and submit the whole week."""
    here = _here("portal:actuals_week", mode, page.case.pk)
    data = posted(request)
    do = data.get("do", "save")
    if do == "generate":
        return _generate(request, actor, page, data)
    was = _as_it_was(actor, page, mode)
    with worded(request, page, grid.controls):
        back = send(data, actor, page, was, grid.controls)
    if back is not None:
        return _show_week(request, back)
    drafts.finish(request)
    if do == "submit" and was.confirms:
        return _submit(request, actor, page.case.pk, data)
    if mode.edits:
        messages.success(request, _saved(page, mode))
    return redirect(here if mode.records else reverse("portal:actuals_week", args=[page.case.pk]))


def _generate(request: HttpRequest, actor: Actor, page: Page, data: Mapping[str, str]) -> HttpResponse:
    outcome = commands.generate(
        actor=actor, case_id=page.case.pk, task_id=turn_of(data, page), key=key_of(data, "generate")
    )
    count = selectors.counts(outcome.case_id).lines
    words = f"{plural(count, 'line')} {'is' if count == 1 else 'are'} filled in as planned." if count else ""
    messages.success(request, f"The actuals were generated. {words or showing.NO_ACTUALS + '.'}")
    return redirect("portal:actuals_week", page.case.pk)


def _submit(request: HttpRequest, actor: Actor, case_id: int, data: Mapping[str, str]) -> HttpResponse:
    """Submit what is saved by now; what differs otherwise than the person saw is shown to them first."""
    page = selectors.page(actor, case_id)
    mode = mode_of(page, actor, change=False)
    differing = grid.clients(grid.of_tab(page.lines, "differences"))
    seen = data.get("seen", "")
    reviewed = "reviewed" in data or (not differing) or page.actuals.submit_mode != "explicit_confirm"
    if differing and mode.submit_mode == "explicit_confirm" and seen != str(differing):
        words = (
            f"What you typed is saved. Now {plural(differing, 'service user')} differ: look at them and confirm again"
        )
        return _show_week(request, Shown(page, mode, refusals=[("#reviewed", words)], status=422))
    try:
        commands.submit(
            actor=actor, case_id=case_id, task_id=turn_of(data, page), reviewed=reviewed, key=key_of(data, "submit")
        )
    except (NotFound, Forbidden, Busy, KeyReused):
        raise
    except Refused as refusal:
        return _show_week(request, refused(actor, page, {}, refusal, grid.controls))
    messages.success(request, _submitted(page))
    return redirect("portal:actuals_week", case_id)


def _receive_line(request: HttpRequest, actor: Actor, page: Page, mode: Mode, line_week_id: int) -> HttpResponse:
    """Save the lines of one service user, or offer one more row to add."""
    data = posted(request)
    was = _as_it_was(actor, page, mode)
    if "add" in data:
        return _show_line(request, shown(page, was, data), line_week_id, more=data["add"])
    with worded(request, page, _line_controls):
        back = send(data, actor, page, was, _line_controls)
    if back is not None:
        return _show_line(request, back, line_week_id)
    drafts.finish(request)
    if mode.edits:
        messages.success(request, _saved(page, mode))
    following = _following(page, line_week_id)
    if data.get("do") == "next" and following is not None:
        return redirect(_here("portal:actuals_line", mode, page.case.pk, following))
    if data.get("do") == "next" or not mode.records:
        return redirect("portal:actuals_week", page.case.pk)
    return redirect("portal:actuals_line", page.case.pk, line_week_id)


def _saved(page: Page, mode: Mode) -> str:
    if mode.name == CHANGE:
        return f"Changed. {showing.checkers(page)} checks the new version."
    if not mode.confirms:
        return f"Saved and submitted to {showing.checkers(page)}."
    return "Saved. It is not submitted yet: you do that for the whole week."


def _submitted(page: Page) -> str:
    notice = page.actuals.notice
    if notice is not None:
        team = next(each.name for each in current().teams if each.key == notice.team)
        return f"The week is submitted, and an action tells {team}."
    return f"The week is confirmed and submitted. {showing.checkers(page)} checks it."


def _show_week(request: HttpRequest, found: Shown) -> HttpResponse:
    context = _week_context(request, found) | {"pays": showing.pays(found.page.week)}
    return render(request, "portal/actuals/week.html", context, status=found.status)


def _week_context(request: HttpRequest, found: Shown, only: frozenset[int] | None = None) -> dict[str, Any]:
    page, mode = found.page, found.mode
    tab = request.GET.get("tab", "all")
    tab = tab if tab in grid.TABS else "all"
    # What came back with faults is all there, whatever tab it was sent from: nothing typed is out of sight.
    chosen = grid.of_tab(page.lines, tab) if found.data is None else page.lines
    number = _number(request.GET.get("page", ""))
    part = chosen[(number - 1) * MOST_LINES : number * MOST_LINES]
    columns = grid.boxes(page.lines)
    listed = part if only is None else [each for each in page.lines if each.week.pk in only]
    differing = grid.of_tab(page.lines, "differences")
    return {
        "found": found,
        "week": page,
        "mode": mode,
        "now": showing.now(page, mode),
        "span": showing.span(page.week),
        "place": showing.place(page.week),
        "facts": grid.facts(page.lines),
        "columns": [sheet.BOX_WORDS[box] for box in columns],
        "rows": [grid.row(page, each, columns, found.desk(each), first) for each, first in _firsts(listed)],
        "unsuspend": {each.week.pk: unsuspending(actor_of(request), each) for each in listed if each.suspended},
        "total": grid.week_total(page.lines, columns),
        "sum": grid.totals(page.lines),
        "tabs": [Tab(words, _tab(each, mode), str(grid.clients(grid.of_tab(page.lines, each))), each == tab)
                 for each, words in grid.TABS.items()],
        "differing": grid.clients(differing),
        "errors": _errors(found),
        "team": showing.checkers(page),
        "client_key": _client_key(found),
        "number": number,
        "pages": range(1, (len(chosen) - 1) // MOST_LINES + 2) if len(chosen) > MOST_LINES else (),
        "question": _question(page),
        "visited": _visited(page),
        "disputes": _disputes(actor_of(request), page),
    }  # fmt: skip


def _show_line(request: HttpRequest, found: Shown, line_week_id: int, more: str = "") -> HttpResponse:
    context = _line_context(actor_of(request), found, line_week_id, more)
    return render(request, "portal/actuals/line.html", context, status=found.status)


def _line_context(actor: Actor, found: Shown, line_week_id: int, more: str = "") -> dict[str, Any]:
    page, mode = found.page, found.mode
    own = _of_client(page, line_week_id)
    sheets = []
    for each in own:
        desk = found.desk(each)
        rows = 2 if more == str(each.week.pk) else 1
        sheets.append(
            sheet.whole(page.actuals, each, desk, selectors.other_levels(each) if not desk.fixed else [], rows)
        )
    return {
        "found": found,
        "week": page,
        "mode": mode,
        "client": own[0].week.line.client,
        "line_week_id": line_week_id,
        "now": showing.line_now(page, mode, own),
        "span": showing.span(page.week),
        "place": showing.place(page.week),
        "facts": showing.line_facts(page, own, page.lines),
        "sheets": sheets,
        "fixed": not mode.edits,
        "versions": {each.week.pk: showing.versions(selectors.versions(each)) for each in own
                     if each.week.submitted_version is not None},
        "standings": {each.week.pk: showing.STANDINGS[each.week.standing] for each in own},  # type: ignore[index]
        "last_saved": max((each.week.saved_at for each in own if each.week.saved_at), default=None),
        "errors": _errors(found),
        "client_key": _client_key(found),
        "following": _following(page, line_week_id),
        "unsuspend": unsuspending(actor, own[0]),
        "visited": _visited(page),
        "counting": monitored.rule(page.actuals.monitoring.rounding) if page.actuals.monitoring else "",
    }  # fmt: skip


def _line_controls(page: Page, which: Line) -> Mapping[str, Control]:
    return sheet.controls(page.actuals, which, selectors.other_levels(which))


def _errors(found: Shown) -> list[tuple[str, str]]:
    """Where and what: faults of boxes first, then what the rules refused."""
    typed = found.typed.faults.items() if found.typed else ()
    return [(f"#{name}", fault) for name, fault in typed] + list(found.refusals)


def _client_key(found: Shown) -> str:
    return (found.data or {}).get("client_key", "") or str(uuid4())


def _of_client(page: Page, line_week_id: int) -> list[Line]:
    """The lines of one service user in the week; NotFound when the week has no such line."""
    client = next((each.week.line.client_id for each in page.lines if each.week.pk == line_week_id), None)
    if client is None:
        raise NotFound
    return [each for each in page.lines if each.week.line.client_id == client]


def _following(page: Page, line_week_id: int) -> int | None:
    """The first line of the next service user."""
    client = _of_client(page, line_week_id)[0].week.line.client_id
    last = max(index for index, each in enumerate(page.lines) if each.week.line.client_id == client)
    return page.lines[last + 1].week.pk if last + 1 < len(page.lines) else None


def _firsts(lines: Sequence[Line]) -> list[tuple[Line, bool]]:
    """Each line, and whether it is the first of its service user on the page."""
    before = [None, *(each.week.line.client_id for each in lines)]
    return [(each, each.week.line.client_id != before[index]) for index, each in enumerate(lines)]


def _as_it_was(actor: Actor, page: Page, mode: Mode) -> Mode:
    """What the form was opened for: one for a week to be recorded may come after the week was taken on.

    Then the door says who was faster, because the form names the turn that is over.
    """
    if mode.edits:
        return mode
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        raise Forbidden("Your role lets you read this week, not change it.")
    return replace(mode, name=RECORD)


def _visited(page: Page) -> dict[int, str]:
    """How many visits were recorded and how long they were, in words, by the line's week that has any."""
    found = visits.sums(page.case.pk) if page.actuals.monitoring else {}
    return {pk: monitored.said(number, length) for pk, (number, length) in found.items()}


def _question(page: Page) -> str:
    """What the council asks, while the week is the provider's again."""
    if not page.recording or page.week.submitted_at is None:
        return ""
    chapters = [each for each in engine.story(f"case:{page.case.pk}") if each.verb == "query"]
    return chapters[-1].words.get("question", "") if chapters else ""


def _disputes(actor: Actor, page: Page) -> list[Case]:
    """The disputes of the week, where something of it is disputed and the person reads them."""
    if not actor.may(disputes.FUNCTION) or all(each.week.standing != Standing.DISPUTED for each in page.lines):
        return []
    return disputes.of_week(actor, page.case.pk)


def draft_of(request: HttpRequest) -> dict[str, str] | None:
    """What was typed before the person was signed out."""
    draft = drafts.asked_for(request)
    return {name: values[0] for name, values in draft.fields if values} if draft is not None else None


def _place(request: HttpRequest, found: Sequence[tuple[int, str, str]]) -> tuple[int, str] | None:
    """The service and lot that is asked for, if it is among the person's."""
    asked = (request.GET.get("service", ""), request.GET.get("lot", ""))
    return next(((service, lot) for service, _, lot in found if (str(service), lot) == asked), None)


def _tab(tab: str, mode: Mode) -> str:
    return f"?tab={tab}{'&change=1' if mode.name == CHANGE else ''}"


def _here(name: str, mode: Mode, *ids: int) -> str:
    return reverse(name, args=ids) + ("?change=1" if mode.name == CHANGE else "")


def _number(text: str) -> int:
    return max(int(text), 1) if text.isdecimal() and len(text) < 4 else 1
