"""A team's queue: what to do next, by due date; claim and release."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of, key_of
from backoffice.casework.clock import clock
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Tab
from backoffice.web.words import date_words, per_week
from workflows.engine import moment, selectors, turns
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import Team

from .forms import QueueFilter
from .tables import Queue, prepared

VIEWS = (
    ("", "All open", "open"),
    ("unclaimed", "Unclaimed", "unclaimed"),
    ("mine", "My work", "mine"),
    ("at_risk", "At risk", "at_risk"),
    ("breached", "Past target", "breached"),
)
FILTERS = ("kind", "provider", "node", "opened_from", "opened_to", "owner")


@staff()
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """The queue of the first of the person's teams; who is in none is told so."""
    teams = selectors.teams(actor_of(request))
    if not teams:
        return render(request, "backoffice/queues/none.html")
    return redirect("council:queue", teams[0].pk)


@staff()
@require_GET
def queue(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team's queue."""
    actor, now = actor_of(request), moment.now()
    teams = selectors.teams(actor)
    team = _one_of(teams, team_id)
    turns_of_team = selectors.queue(actor, [team.pk])
    chosen = QueueFilter(request.GET, kinds=_kinds(actor), providers=worklist.providers(turns_of_team))
    listed = chosen.narrow(worklist.narrowed(turns_of_team, provider=chosen.provider_id, kinds=chosen.kinds))
    counts = worklist.counts(listed, actor.user_id, now)
    view = request.GET.get("view", "")
    page = page_by_key(worklist.rows(_viewed(listed, view, actor)), worklist.KEYS, request.GET)
    hands = Hands(actor.user_id, team.pk in actor.team_ids, actor.manages(team.key))
    return render(
        request,
        "backoffice/queues/queue.html",
        {
            "team": team,
            "teams": teams,
            "now": now,
            "filter": chosen,
            "chosen": _chips(request, chosen),
            "view": view,
            "tabs": _tabs(request, counts, view),
            "next": _next(page.items, listed, now) if hands.member and view != "mine" else None,
            "pages": page,
            "table": Queue(hands.on(page.items, now)),
            "here": request.get_full_path(),
            "client_key": uuid4(),
        },
    )


@staff()
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Claim (which opens the case) or release one task of a queue."""
    actor = actor_of(request)
    claim = "claim" in request.POST
    task_id = _task_id(request.POST.get("claim") or request.POST.get("release") or "")
    key = f"{'claim' if claim else 'release'}:{task_id}:{key_of(request)}"
    if claim:
        done = turns.claim(actor=actor, task_id=task_id, key=key)
        messages.success(request, "It is yours now.")
        return redirect("council:case", done.case_id)
    done = turns.release(actor=actor, task_id=task_id, key=key)
    messages.success(request, "It is back with the team.")
    back = request.POST.get("back", "")
    return redirect(back) if back.startswith("/queues/") else redirect("council:case", done.case_id)


@dataclass(frozen=True, slots=True)
class Hands:
    """What this person may do in the queue: claim and release as a member, release others' as the lead."""

    user_id: int
    member: bool
    lead: bool

    def on(self, items: list[worklist.Row], now: Any) -> list[worklist.Row]:
        """The rows with what may be done with each."""
        return prepared(items, self.user_id, now, member=self.member, lead=self.lead, href=_case)


def _case(case_id: int) -> str:
    return reverse("council:case", args=[case_id])


def _one_of(teams: list[Team], team_id: int) -> Team:
    for team in teams:
        if team.pk == team_id:
            return team
    raise NotFound


def _task_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound
    return int(text)


def _kinds(actor: Actor) -> list[tuple[str, str]]:
    return sorted((kind, worklist.kind_words(kind)) for kind in actor.reads)


def _viewed(listed: Any, view: str, actor: Actor) -> Any:
    if view == "unclaimed":
        return listed.filter(owner__isnull=True)
    if view == "breached":  # what the sweep has marked: the numbers of managers count the same
        return listed.filter(breached_at__isnull=False)
    if view == "at_risk":
        return listed.filter(at_risk_marked_at__isnull=False, breached_at__isnull=True)
    return listed.filter(owner_id=actor.user_id) if view == "mine" else listed


def _tabs(request: HttpRequest, counts: worklist.Counts, view: str) -> list[Tab]:
    return [
        Tab(text, _address(request, view=key), f"{getattr(counts, figure):,}", current=view == key)
        for key, text, figure in VIEWS
    ]


def _address(request: HttpRequest, **changed: str) -> str:
    """This list with another view or filter; the place in it begins anew."""
    kept = [(name, value) for name in FILTERS for value in request.GET.getlist(name) if value]
    view = changed.get("view", request.GET.get("view", ""))
    return f"?{urlencode([*kept, ('view', view)] if view else kept)}"


def _chips(request: HttpRequest, chosen: QueueFilter) -> list[tuple[str, str]]:
    """Each filter that is set: its words, and the address without it."""
    providers = dict(chosen.fields["provider"].choices)  # type: ignore[attr-defined]
    found = [(worklist.kind_words(kind), _without(request, "kind", kind)) for kind in chosen.kinds]
    if chosen.provider_id is not None:
        found.append((providers[chosen.provider_id], _without(request, "provider", str(chosen.provider_id))))
    said = chosen.cleaned_data
    for name, words in (("opened_from", "Opened from"), ("opened_to", "Opened until")):
        if said.get(name):
            found.append((f"{words} {date_words(said[name])}", _without(request, name, said[name].isoformat())))
    if said.get("node"):
        found.append((f"Step: {said['node'].replace('_', ' ')}", _without(request, "node", said["node"])))
    if said.get("owner"):
        found.append(("One holder", _without(request, "owner", str(said["owner"]))))
    return found


def _without(request: HttpRequest, name: str, value: str) -> str:
    kept = [
        (each, one)
        for each in ("view", *FILTERS)
        for one in request.GET.getlist(each)
        if one and (each, one) != (name, value)
    ]
    return f"?{urlencode(kept)}"


def _next(shown: list[worklist.Row], listed: Any, now: Any) -> dict[str, Any] | None:
    """The first task that nobody has: what "Claim next" will give."""
    row = next((each for each in shown if each["owner_id"] is None), None)
    if row is None:
        row = worklist.rows(listed.filter(owner__isnull=True)).order_by(*worklist.KEYS).first()
    if row is None:
        return None
    due = clock(row["due_at"], now)
    title = f"Next: {worklist.client_words(row)}, {due.sentence}, {per_week(row['amount'])}"
    return {"id": row["id"], "title": title, "late": due.late}
