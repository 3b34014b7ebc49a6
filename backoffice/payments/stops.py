"""A payment stop: what a notice of a death, a stay away or a move stops and takes back, and checking it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.rooms import rooms
from backoffice.cases.view import CaseView
from backoffice.casework.commanding import carried
from backoffice.web import payment_words, told
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Entry, Fact, Now, Tab, Tag
from backoffice.web.stale import read_as
from backoffice.web.told import Telling
from backoffice.web.words import date_range, date_words, difference, money, weekday_date
from workflows.council.profile import current
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.models import Task
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor
from workflows.payments import desk, stopping, trying
from workflows.payments.models import PaymentStop
from workflows.payments.rules import StopState
from workflows.payments.trying import Tried

from .entering import STOP, entered, let_in, sent_already
from .forms import StopForm
from .listing import tabs
from .tables import Moving, Stops

CAUSES = {"death": "Notice of death", "away": "Notice of a stay away", "move": "Notice of a move"}
STATES = {
    StopState.OPEN: Tag("To be checked", "yellow"),
    StopState.CONFIRMED: Tag("Confirmed", "green"),
    StopState.LIFTED: Tag("Lifted", "grey"),
}
DONE = {
    "confirm": "The notice is a fact now: what was paid after it is taken back.",
    "lift": "The stop is lifted. Its lines are paid again.",
}
LATEST = 4


class StopView(CaseView):
    """A stop as one person of the council sees it now."""

    label = "Payment stop"
    caption = "Payment stop"

    def __init__(self, stop: PaymentStop, turn: Task | None, actor: Actor) -> None:
        super().__init__(stop.case, turn, actor)
        self.stop = stop

    @property
    def heading(self) -> str:
        """What happened to whom, from which day on."""
        client = self.case.client
        whom = f": {client} ({client.ss_ref})" if client else ""
        return f"{CAUSES[self.stop.cause]}{whom}, {date_words(self.stop.start)}"

    @property
    def list_href(self) -> str:
        """All stops."""
        return reverse("council:payments_stops")

    @property
    def notice_holder(self) -> str:
        """Who has the notice itself: it is closed where nobody has."""
        notice = self.stop.notice
        if notice.finished is not None:
            return "Nobody: it is closed"
        if notice.holder_team is not None:
            return str(notice.holder_team.name)
        return str(notice.organisation.name)

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, Telling())

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=STATES[StopState(self.state)])

    def panel(self) -> Now:
        """What to do now."""
        if self.state == StopState.CONFIRMED:
            return Now(
                "Confirmed: the notice is a fact", "Days after it are not paid, and what was paid is taken back."
            )
        if self.state == StopState.LIFTED:
            return Now("Lifted: nothing is stopped because of it")
        text = "Its lines are not paid from that day on while the notice is not checked."
        if not self.may("confirm"):
            return Now(f"{self.team()} checks it by {weekday_date(self.due)}", text)
        return Now("Now: check the notice, then confirm or lift it", text, warm=True, button="Confirm it",
                   href=self.address("stop_confirm"), also="Lift it", also_href=self.address("stop_lift"))  # fmt: skip

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It is closed, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        return f"{usual} checks what a notice stops and takes back."


def view_of_id(actor: Actor, case_id: int) -> StopView:
    """One stop as somebody sees it now; NotFound."""
    found = desk.stop_of(actor, case_id)
    if found is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    return StopView(found, turns[0] if turns else None, actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, what it stops and takes back, what it waits for, the newest of the story."""
    assert isinstance(view, StopView)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    rows = desk.stopped(view.stop)
    payments = [each for each in rows if each["payment_id"]]
    engine.viewed_clients(view.actor, "payment_stop", view.case.pk, {each["client_id"] for each in rows})
    context = frame(view, "case", len(chapters)) | {
        "lines": [_line(view, each) for each in rows],
        "stopped": money(sum((each["not_paid"] for each in payments), desk.ZERO)),
        "taken": money(sum((each["taken"] for each in payments), desk.ZERO)),
        "notice_href": reverse("council:case", args=[view.stop.notice_id])
        if view.stop.notice.kind in view.actor.reads
        else "",
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }
    return render(request, "backoffice/payments/stop.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, stop_id: int) -> HttpResponse:
    """The notice was checked and is a fact; the page shows what is paid then."""
    return _act(request, stop_id, "confirm")


@staff()
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, stop_id: int) -> HttpResponse:
    """The notice was a mistake; the page shows what is paid then."""
    return _act(request, stop_id, "lift")


@staff()
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The stops that are to be checked; or all there were."""
    actor, every = entered(request, STOP), request.GET.get("show") == "all"
    page = page_by_key(desk.stops(actor, every=every), ("-case_id",), request.GET)
    engine.viewed_clients(actor, "payment_stops", None, {each.case.client_id for each in page.items
                                                         if each.case.client_id})  # fmt: skip
    own = reverse("council:payments_stops")
    context = {
        "chapter": payment_words.name(),
        "tabs": tabs(actor, desk.figures(), "stops"),
        "rooms": rooms(actor),
        "table": Stops([_row(each) for each in page.items]),
        "pages": page,
        "views": [Tab("To be checked", own, "", not every), Tab("All", f"{own}?show=all", "", every)],
    }
    return render(request, "backoffice/payments/stops.html", context)


def _act(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    actor = entered(request, STOP)
    view = view_of_id(actor, case_id)
    if sent_already(request, actor, case_id):
        return redirect("council:case", case_id)
    options: dict[str, Any] = {"verb": verb, "cancel": view.address("case")}
    options["initial"] = {"task": view.turn.pk if view.turn else None}
    read_as(request, StopForm(**options))
    if (away := let_in(request, view, verb, "This stop is closed already.")) is not None:
        return away
    form = StopForm.of(request, **options)
    run = stopping.confirm if verb == "confirm" else stopping.lift
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        said: dict[str, Any] = {"actor": actor, "case_id": case_id, "task_id": data["task"] or 0}
        command = partial(run, **said, text=data["text"], key=str(data["client_key"]))
        if carried(form, command) is not None:
            messages.success(request, DONE[verb])
            return redirect("council:case", case_id)
    tried = _try(view, verb)
    title = "Confirm the notice" if verb == "confirm" else "Lift the stop"
    context = {"view": view, "case": view.case, "form": form, "title": title, "verb": verb, "table": _moving(tried),
               "tried": tried, "moved": difference(tried.before, tried.after)}  # fmt: skip
    return render(request, "backoffice/payments/stop_check.html", context)


def _try(view: StopView, verb: str) -> Tried:
    """What the contracts' payments would come to."""
    return trying.done(
        actor=view.actor,
        contracts=desk.contracts_of(view.stop),
        change=partial(stopping.write, view.stop.pk, verb, view.actor),
    )


def _moving(tried: Tried) -> Moving:
    names = desk.names_of_lines({each.line_id for each in tried.lines if each.line_id})
    rows = [
        {"name": names.get(each.line_id or 0, ""), "second": "", "before": each.before, "after": each.after,
         "difference": difference(each.before, each.after)}
        for each in tried.lines
    ]  # fmt: skip
    return Moving(rows)


def _line(view: StopView, row: dict[str, Any]) -> dict[str, Any]:
    payment = reverse("council:case", args=[row["payment_id"]]) if row["payment_id"] else ""
    readable = "scheduled_payment" in view.actor.reads
    return row | {
        "name": f"{row['reference']}, {row['contract']}",
        "period": date_range(row["first"], row["last"]) if row["payment_id"] else "No payment is current",
        "href": payment if readable else "",
        "stops": money(row["not_paid"]),
        "takes": money(row["taken"]),
    }


def _row(stop: PaymentStop) -> dict[str, Any]:
    case, notice = stop.case, stop.notice
    return {
        "reference": case.reference,
        "href": reverse("council:case", args=[stop.pk]),
        "cause": CAUSES[stop.cause],
        "client": f"{case.client} ({case.client.ss_ref})" if case.client else "",
        "organisation": case.organisation.name,
        "start": date_words(stop.start),
        "holder": notice.holder_team.name
        if notice.holder_team
        else "Nobody: it is closed"
        if notice.finished
        else case.organisation.name,
        "notice": notice.reference,
        "tag": STATES[StopState(case.state)],
    }
