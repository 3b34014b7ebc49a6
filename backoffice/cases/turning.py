"""What may be done with any turn, on pages: hand over, follow-up date, priority; and an inside note on any case.

The door decides. A page asks the same rule before it shows its form; a form that was sent goes to the door first, so
that a double click is answered as the first one was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import onto
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.words import weekday_date
from workflows.engine import door, reading, rules, selectors, turns
from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale
from workflows.engine.models import Case, Task
from workflows.engine.turns import handing, notes, running
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor

from .turn_forms import PERSON, TEAM, FollowUpForm, HandOverForm, NoteForm, PriorityForm

FIELDS = {"reason_missing": "reason", "to_whom": "to", "cannot_read": TEAM, "not_in_team": PERSON, "not_here": PERSON,
          "away": PERSON, "follow_up": "day", "priority": "priority", "note_missing": "text"}  # fmt: skip
Command = Callable[[], door.Outcome]


@dataclass(frozen=True, slots=True)
class Words:
    """What a page about one verb says: its heading, what will happen, what will not."""

    heading: str
    text: str


WORDS = {
    "hand_over": Words(
        "Hand over",
        "Its due time stays as it is, and so does the time that has passed. A follow-up date is taken away, so that"
        " whoever gets it sees it.",
    ),
    "follow_up": Words(
        "Set a follow-up date",
        "Until that day it is kept out of the usual view of the queue. Its clock runs on.",
    ),
    "prioritise": Words("Set the priority", "Its clock stays as it is: a priority changes what is done first."),
    "note": Words(
        "Write an inside note",
        "The note becomes part of the story for everybody at the council who may open this case. No provider sees it.",
    ),
}


@staff()
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, case_id: int) -> HttpResponse:
    """Give the turn to another team, or to a person of the team that has it."""
    asked = _Asked(request, case_id, "hand_over")
    if asked.task is None or asked.task.team_id is None:
        return asked.nothing()
    teams = [(each.pk, each.name) for each in handing.teams_for(asked.task)]
    form = HandOverForm.of(request, teams=teams, people=_colleagues(asked.task), **asked.options())

    def command() -> door.Outcome:
        data = form.cleaned_data
        return turns.hand_over(
            actor=asked.actor,
            task_id=data["task"],
            reason=data["reason"],
            key=str(data["client_key"]),
            team_id=int(data["team"]) if data["team"] else None,
            user_id=int(data["person"]) if data["person"] else None,
        )

    return asked.answer(form, command, lambda: f"{asked.case.reference} is handed over. Whoever gets it is told.")


@staff()
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep the turn out of the usual view until a day; its clock runs on."""
    asked = _Asked(request, case_id, "follow_up")
    if asked.task is None or asked.task.team_id is None:
        return asked.nothing()
    form = FollowUpForm.of(request, was=asked.task.not_before, **asked.options(day=asked.task.not_before))

    def command() -> door.Outcome:
        data = form.cleaned_data
        key = str(data["client_key"])
        return turns.follow_up(actor=asked.actor, task_id=data["task"], day=data["day"], key=key, reason=data["reason"])

    def told() -> str:
        day = form.cleaned_data["day"]
        if day is None:
            return f"{asked.case.reference} has no follow-up date any more."
        return f"{asked.case.reference} comes back on {weekday_date(day)}. Its clock runs on."

    return asked.answer(form, command, told)


@staff()
@require_http_methods(["GET", "POST"])
def priority(request: HttpRequest, case_id: int) -> HttpResponse:
    """Say how pressing the turn is; its clock stays as it is."""
    asked = _Asked(request, case_id, "prioritise")
    if asked.task is None or asked.task.team_id is None:
        return asked.nothing()
    form = PriorityForm.of(request, **asked.options(priority=asked.task.priority))

    def command() -> door.Outcome:
        data = form.cleaned_data
        return turns.prioritise(
            actor=asked.actor,
            task_id=data["task"],
            priority=int(data["priority"]),
            reason=data["reason"],
            key=str(data["client_key"]),
        )

    return asked.answer(form, command, lambda: f"The priority of {asked.case.reference} is changed.")


@staff()
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write to colleagues on any case that one may read, open or closed."""
    asked = _Asked(request, case_id, "note")
    people = [
        (each.pk, each.name)
        for each in notes.readers(asked.case.kind, asked.case.sensitivity)
        if each.pk != asked.actor.user_id
    ]
    form = NoteForm.of(request, people=people, cancel=asked.href)

    def command() -> door.Outcome:
        data = form.cleaned_data
        return turns.note(
            actor=asked.actor,
            case_id=case_id,
            text=data["text"],
            mentions=[int(each) for each in data.get("mentions", [])],
            key=str(data["client_key"]),
        )

    return asked.answer(form, command, lambda: "The inside note is kept. Only the council reads it.")


class _Asked:
    """One request about one verb: the case, its open turn, and what is answered."""

    def __init__(self, request: HttpRequest, case_id: int, verb: Any) -> None:
        self.request, self.verb = request, verb
        self.actor: Actor = actor_of(request)
        self.case: Case = selectors.case(self.actor, case_id)
        self.task: Task | None = next(iter(selectors.open_turns(case_id)), None) if verb != "note" else None
        self.href = reverse("council:case", args=[case_id])

    def options(self, **initial: Any) -> dict[str, Any]:
        """What every form on a turn is made with."""
        return {"initial": {"task": self.task.pk if self.task else None, **initial}, "cancel": self.href}

    def nothing(self) -> HttpResponse:
        """No team of the council has a turn here; what was typed stays on the page that says so."""
        if self.request.method == "POST":
            if self._answered():
                return redirect(self.href)
            raise reading.stale(self.case, self.case.flow_class)
        who = self.case.organisation.name if self.case.holder == "provider" else "nobody"
        messages.info(self.request, f"There is nothing to do that with: {who} has {self.case.reference}.")
        return redirect(self.href)

    def answer(self, form: ConcordForm, command: Command, told: Callable[[], str]) -> HttpResponse:
        """Carry out a form that is in order; else show it."""
        if self.request.method == "POST" and form.is_valid():
            self._check(form)
            try:
                command()
            except Forbidden as refusal:
                form.add_error(None, refusal.reason)
                return self.page(form, status=403)
            except (Stale, Busy, NotFound):
                raise
            except Refused as refusal:
                onto(form, refusal, FIELDS)
                return self.page(form)
            messages.success(self.request, told())
            return redirect(self.href)
        if form.is_bound and self._answered():
            return redirect(self.href)  # sent twice: what it did is why it would not be in order any more
        if self.task is not None:
            running.refuse(rules.refusal(self.verb, running.situation(self.task, self.actor)))
        return self.page(form)

    def _check(self, form: ConcordForm) -> None:
        """The turn that the form names must be one of this case."""
        task_id = form.cleaned_data.get("task")
        if task_id is not None and not selectors.is_turn_of(self.case.pk, task_id):
            raise NotFound

    def _answered(self) -> bool:
        """Whether this very form has had its effect already."""
        return door.answered(self.actor, self.request.POST.get("client_key", "")) is not None

    def page(self, form: ConcordForm, *, status: int = 200) -> HttpResponse:
        """The form with what it is about."""
        context = {"form": form, "case": self.case, "turn": self.task, "words": WORDS[self.verb]}
        return render(self.request, "backoffice/cases/turn.html", context, status=status)


def _colleagues(task: Task) -> list[tuple[int, str]]:
    """The active people of the team that has the turn, without whoever has claimed it."""
    if task.team_id is None:
        return []
    return list(parties.members_of(task.team_id).exclude(pk=task.owner_id).values_list("pk", "name"))
