"""Add/Edit the actuals of a disputed row (bedford-actuals-guide "Disputes" step 3): the same boxes, rows to add and
answers while somebody types as in the week itself. What is saved stands beside the claim until it is decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.web import disputed
from backoffice.web.gate import needs
from backoffice.web.pieces import Fact
from backoffice.web.words import money
from portal.actuals import answers, sheet
from portal.actuals.desk import Control, Desk
from portal.actuals.sending import Faster, key_of, posted, take_theirs
from portal.actuals.typed import Known, Typed, read
from portal.actuals.views import draft_of
from workflows.actuals.module import module
from workflows.actuals.selectors import Line, other_levels
from workflows.disputes import amending, commands, selectors
from workflows.disputes.models import DisputedRow
from workflows.disputes.rules import Awaits
from workflows.disputes.selectors import FUNCTION, Page
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import Busy, Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from workflows.parties.actor import Actor

from ..asking import actor_of
from .showing import READ_ONLY, Shown

LARGEST_ID = 18  # digits


@dataclass(frozen=True)
class Filled:
    """A row as it would be, and what stands in its form."""

    page: Page
    row: DisputedRow
    line: Line
    data: Mapping[str, str] | None = None
    typed: Typed | None = None
    refusals: Sequence[tuple[str, str]] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    faster: Faster | None = None
    status: int = 200

    @property
    def desk(self) -> Desk:
        """The form."""
        typed = self.typed
        faults = {**(typed.faults if typed else {}), **self.faults}
        return Desk(self.data, faults, typed.filled_in if typed else {})


@needs(FUNCTION, module="actuals")
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, dispute_id: int, row_id: int) -> HttpResponse:
    """The page of one row's boxes; what is sent is kept, or comes back with what to put right."""
    actor = actor_of(request)
    page, found = _own(actor, dispute_id, row_id)
    if request.method == "POST":
        return _receive(request, actor, page, found)
    if found.awaits != Awaits.PROVIDER:
        messages.info(request, "These actuals do not await your answer.")
        return redirect("portal:dispute", dispute_id)
    engine.viewed(actor, "dispute", dispute_id, found.line_week.line.client_id)
    return _show(request, filled(page, found, draft_of(request)))


@needs(FUNCTION, "edit", module="actuals")
@require_POST
def answer(request: HttpRequest, dispute_id: int, row_id: int) -> HttpResponse:
    """What the rules make of what is typed, while somebody types: a part of the page, and nothing is written."""
    page, found = _own(actor_of(request), dispute_id, row_id)
    return render(request, "portal/disputes/answer_row.html", _context(filled(page, found, posted(request))))


def filled(page: Page, found: DisputedRow, data: Mapping[str, str] | None) -> Filled:
    """The row with what was typed, if anything was."""
    line = amending.line_of(found)
    if data is None:
        return Filled(page, found, line)
    typed = read(module(), [_known(line)], data)
    for each in typed.lines:
        line = amending.as_filled(found, line, each.rows, each.removed)
    return Filled(page, found, line, data, typed)


def _own(actor: Actor, dispute_id: int, row_id: int) -> tuple[Page, DisputedRow]:
    page, found = selectors.row(actor, dispute_id, row_id)
    if not actor.may(FUNCTION, "edit", page.case.service_id):
        raise Forbidden(READ_ONLY)
    return page, found


def _known(line: Line) -> Known:
    return Known(line.week.pk, line.week.version, line.kind, line.week.week, line.rows)


def _receive(request: HttpRequest, actor: Actor, page: Page, found: DisputedRow) -> HttpResponse:
    """Keep what was typed, or offer one more row to add."""
    data = posted(request)
    shown = filled(page, found, data)
    if "add" in data:
        return _show(request, shown, more=2)
    typed = shown.typed
    if typed is None or typed.faults:
        return _show(request, shown)
    for each in typed.lines:
        run = {"actor": actor, "case_id": page.case.pk, "task_id": _turn(data), "row_id": found.pk}
        said = {"seen": each.version, "filled": each.rows, "removed": each.removed, "key": key_of(data, "amend")}
        back = _kept(lambda run=run, said=said: commands.amend(**run, **said), actor, shown)  # type: ignore[misc]
        if back is not None:
            return _show(request, back)
    words = "The actuals are saved. Update the request resolution to send them."
    messages.success(request, words if typed.lines else "Nothing was changed.")
    return redirect("portal:dispute", page.case.pk)


def _kept(run: Callable[[], Any], actor: Actor, shown: Filled) -> Filled | None:
    """Carry it out; None when it is done, else the form again. NotFound, Forbidden, Busy and Stale fly."""
    data = shown.data or {}
    try:
        run()
    except Invalid as invalid:
        faults = {f"{shown.row.line_week_id}-{number}": fault for number, fault in invalid.faults.items()}
        places = [(f"#l{place}", fault) for place, fault in faults.items()]
        return Filled(shown.page, shown.row, shown.line, data, shown.typed, places, faults, status=422)
    except (NotFound, Forbidden, Busy, KeyReused, Stale):
        raise
    except Refused as refusal:
        if refusal.code == "conflict":
            return _meanwhile(actor, shown)
        refused = [("#main-content", refusal.reason)]
        return Filled(shown.page, shown.row, shown.line, data, shown.typed, refused, status=422)
    return None


def _meanwhile(actor: Actor, shown: Filled) -> Filled:
    """A colleague changed the same row: theirs where nothing was typed, one's own where something was."""
    page, found = _own(actor, shown.page.case.pk, shown.row.pk)
    line, data = amending.line_of(found), dict(shown.data or {})
    differences = take_theirs(line, _controls(line), data)
    again = filled(page, found, data)
    faster = Faster("A colleague", "changed these actuals", None, differences)
    return Filled(page, found, again.line, data, again.typed, faster=faster, status=409)


def _controls(line: Line) -> Mapping[str, Control]:
    return sheet.controls(module(), line, other_levels(line))


def _turn(data: Mapping[str, str]) -> int:
    turn = data.get("turn", "")
    return int(turn) if turn.isdecimal() and len(turn) <= LARGEST_ID else 0


def _show(request: HttpRequest, shown: Filled, more: int = 1) -> HttpResponse:
    context = _context(shown, more) | {"shown": Shown(shown.page, actor_of(request), moment.now())}
    return render(request, "portal/disputes/row.html", context, status=shown.status)


def _context(shown: Filled, more: int = 1) -> dict[str, Any]:
    actuals, line, data = module(), shown.line, shown.data or {}
    typed = shown.typed.faults.items() if shown.typed else ()
    turn = str(shown.page.turn.pk) if shown.page.turn else ""
    return {
        "row": shown.row,
        "person": disputed.person(shown.row),
        "facts": _facts(shown),
        "sheets": [sheet.whole(actuals, line, shown.desk, other_levels(line), more)],
        "mode": {"edits": True},
        "week": {"actuals": actuals},
        "found": shown,
        "errors": [(f"#{name}", fault) for name, fault in typed] + list(shown.refusals),
        "client_key": data.get("client_key", "") or str(uuid4()),
        "turn": turn if shown.faster else data.get("turn", "") or turn,
    }


def _facts(shown: Filled) -> list[Fact]:
    """What was planned and claimed, and what these actuals would be paid."""
    row, line = shown.row, shown.line
    kind = line.kind
    return [
        Fact("Planned", answers.unit(kind, row.planned), money(row.planned_cost)),
        Fact("Claimed", answers.unit(kind, row.claimed), money(row.claimed_cost)),
        Fact("If the council pays as amended", answers.unit(kind, line.found.paid_units), money(line.found.pay)),
    ]
