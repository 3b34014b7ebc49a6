"""The room of what an absence has set going: a decision about paying for longer, a notice to note, a review to do."""

from collections.abc import Sequence
from datetime import date
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
from backoffice.web import told
from backoffice.web.clock import clock_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Entry, Fact, Now, Row, Tag
from backoffice.web.told import Telling
from backoffice.web.words import date_words, money, plural, weekday_date
from workflows.actuals import checking, deciding, decisions
from workflows.actuals.decisions import Found
from workflows.actuals.flow import CareDecisionFlow
from workflows.actuals.rules import Asking
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor

from .acting import page as form_page
from .acting import refuse
from .entering import entered
from .forms import ExtendForm, NotedForm, StopForm, TurnForm
from .tables import Decisions
from .why import cause_label

KIND = CareDecisionFlow.kind
LATEST = 4
TAGS = {Asking.OPEN: Tag("Asked for", "blue"), Asking.DONE: Tag("Done", "grey")}
RAISED = {
    "funding_decision": "Decide about paying for longer",
    "operational_notice": "Take note of an absence",
    "package_review": "Review the care package",
}
UNANSWERED = "As long as nobody decides, it is not paid for longer."


def _lines(chapter: Chapter) -> list[str]:
    until = chapter.facts.get("until")
    return [f"Paid until {date_words(date.fromisoformat(str(until)))}"] if until else []


TELLING = Telling(
    titles={
        "ask_for_decision": lambda _: "Decision asked for",
        "tell": lambda _: "Team told of an absence",
        "ask_for_review": lambda _: "Package review asked for",
        "extend": lambda _: "Decided: paid for longer",
        "stop": lambda _: "Decided: not paid for longer",
        "lapse": lambda _: "Withdrawn: the absence was taken back",
        "noted": lambda _: "Noted",
    },
    lines=_lines,
)


class DecisionView(CaseView):
    """What an absence has set going, as one person of the council sees it now."""

    label = "Decision on care"
    caption = "Decision on care"
    own_list = True

    def __init__(self, found: Found, actor: Actor) -> None:
        super().__init__(found.case, found.turn, actor)
        self.found, self.decision, self.line = found, found.decision, found.decision.line

    @property
    def heading(self) -> str:
        """What is asked, of which line."""
        return f"{RAISED[self.decision.raised]}: {self.line.client} ({self.line.client.ss_ref})"

    @property
    def list_href(self) -> str:
        """All that absences have set going."""
        return reverse("council:care_decisions")

    @property
    def is_decision(self) -> bool:
        """Whether paying for longer is decided here."""
        return self.decision.raised == "funding_decision"

    @property
    def cause(self) -> str:
        """The council's words for why care is not delivered."""
        return cause_label(self.decision.cause)

    def status(self) -> Fact:
        """Where it stands, and what was decided."""
        return Fact("Status", tag=TAGS[Asking(self.state)], note=self.decided())

    def stake(self) -> Fact | None:
        """What waits for the decision."""
        weeks = len(self.found.without)
        note = f"not payable in {plural(weeks, 'week')}" if weeks else ""
        return Fact("At stake", money(self.found.unpaid), note)

    def decided(self) -> str:
        """`paid until 20 April 2025`; empty while nobody has decided."""
        if not self.is_decision or not self.decision.decided:
            return ""
        until = self.decision.until
        return f"paid until {date_words(until)}" if until else "not paid for longer"

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, TELLING)

    def panel(self) -> Now:
        """What to do now."""
        if self.state == Asking.DONE:
            again = self.is_decision and self.may("extend")
            text = "A later decision takes the place of this one." if again else ""
            words = self.decided()
            return Now(f"Nothing to do: {words or 'done'}", text, also="Decide again" if again else "",
                       also_href=self.address("care_extend") if again else "")  # fmt: skip
        when = f" by {weekday_date(self.due)}" if self.due else ""
        if not self.is_decision:
            able = self.may("noted")
            return Now(f"{'Now: take' if able else f'{self.team()} takes'} note{when}", self.about(), warm=able,
                       button="Take note" if able else "", href=self.address("care_noted") if able else "")  # fmt: skip
        if not self.may("extend"):
            return Now(f"{self.team()} decides{when}", UNANSWERED)
        return Now(f"Now: decide about paying for longer{when}", UNANSWERED, warm=True, button="Pay for longer",
                   href=self.address("care_extend"), also="Do not pay for longer",
                   also_href=self.address("care_stop"))  # fmt: skip

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It is done, so nobody has it."
        if self.turn is not None and self.turn.outside is not None:
            return f"{self.turn.outside.name} decides, and {self.team()} keeps it for them meanwhile."
        return f"The council's rules give it to {self.team()}."

    def about(self) -> str:
        """What has set it going."""
        return f"“{self.cause}” since the week of {date_words(self.decision.since)}."

    def rows(self) -> list[Row]:
        """What it is about."""
        return [
            Row("Care package line", self.line.reference, [self.line.service_level.name]),
            Row("Service", self.line.service.name, [self.case.organisation.name]),
            Row("Absence", self.cause, [f"counted from the week of {date_words(self.decision.since)}"]),
        ]


def view_of_id(actor: Actor, case_id: int) -> DecisionView:
    """One of them as somebody sees it now; NotFound."""
    return DecisionView(decisions.found(actor, case_id), actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, the weeks that depend on it, and what they will be paid."""
    assert isinstance(view, DecisionView)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    context = frame(view, "case", len(chapters)) | {
        "rows": view.rows(),
        "weeks": view.found.weeks,
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
        "line_href": reverse("council:register_line", args=[view.line.pk]),
    }
    return render(request, "backoffice/actuals/decision.html", context)


@staff()
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What is asked for now, or (all) what was ever asked for."""
    actor, _ = entered(request, KIND)
    every = "all" in request.GET
    page = page_by_key(decisions.rows(decisions.listed(actor, every=every)), ("-case_id",), request.GET)
    turns, now = checking.turns_of([row["case_id"] for row in page.items]), moment.now()
    for row in page.items:
        row.update(turns.get(row["case_id"], checking.NO_TURN))
        row |= {"title": RAISED[row["raised"]], "cause": cause_label(row["cause"]), "tag": TAGS[Asking(row["state"])]}
        row["href"] = reverse("council:case", args=[row["case_id"]])
        row["clock"] = clock_of(row | {"not_before": None}, now)
    context = {"table": Decisions(page.items), "pages": page, "every": every, "rooms": rooms(actor),
               "unanswered": UNANSWERED}  # fmt: skip
    return render(request, "backoffice/actuals/decisions.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, case_id: int) -> HttpResponse:
    """Pay for longer, until a Sunday."""
    text = "Weeks are paid whole, so it is paid until a Sunday. The weeks that are not paid yet are worked out again."
    return _decide(request, case_id, "extend", ExtendForm, "Pay for longer", text, "It is paid for longer.")


@staff()
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, case_id: int) -> HttpResponse:
    """Do not pay for longer."""
    text = "Weeks beyond the limit are not paid. You can still decide otherwise later."
    return _decide(request, case_id, "stop", StopForm, "Do not pay for longer", text, "It is not paid for longer.")


@staff()
@require_http_methods(["GET", "POST"])
def noted(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take note of it."""
    text = "Say what was done, if anything was. Nothing else depends on it."
    return _decide(request, case_id, "noted", NotedForm, "Take note", text, "It is noted.")


def _decide(
    request: HttpRequest, case_id: int, verb: str, kind: type[TurnForm], title: str, text: str, done: str
) -> HttpResponse:
    actor, _ = entered(request, KIND)
    view = view_of_id(actor, case_id)
    if view.is_decision is (verb == "noted"):  # what is decided is not noted, and the other way round
        raise NotFound
    initial: dict[str, Any] = {"task": view.turn.pk if view.turn else None}
    form = kind.of(request, cancel=view.address("case"), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key, task = str(data.pop("client_key")), data.pop("task")
        run = partial(getattr(deciding, verb), actor=actor, case_id=case_id, task_id=task, key=key)
        if carried(form, partial(run, **data)) is not None:
            messages.success(request, done)
            return redirect("council:case", case_id)
    refuse(request, view, verb)
    return form_page(request, view, form, title, text, rows=view.rows())
