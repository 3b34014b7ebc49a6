"""The council's home page: what needs you, your teams' queues, what you were told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of
from backoffice.casework.clock import clock
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import per_week, plural
from workflows.engine import moment, seen, selectors
from workflows.parties.actor import Actor

from .tables import MyWork, TeamQueues


@staff()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everything that needs this person."""
    actor, now = actor_of(request), moment.now()
    work = page_by_key(worklist.rows(selectors.my_work(actor)), worklist.KEYS, request.GET)
    for row in work.items:
        row |= {"clock": clock(row["due_at"], now), "href": reverse("council:case", args=[row["process_id"]])}
    queues = _queues(actor, now)
    notices = selectors.unread(actor.user_id)
    context = {
        "now": now,
        "todo": _todo(work.items, queues),
        "work": work,
        "work_table": MyWork(work.items),
        "queue_table": TeamQueues(queues),
        "has_teams": bool(queues),
        "notices": notices,
        "newest": notices[0].pk if notices else 0,
    }
    return render(request, "backoffice/home/home.html", context)


@staff()
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read what was on the page."""
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        seen.notices_seen(actor_of(request), int(newest))
    return redirect("council:home")


def _queues(actor: Actor, now: Any) -> list[dict[str, Any]]:
    teams = selectors.teams(actor)
    turns = selectors.queue(actor, [team.pk for team in teams])
    counts = worklist.counts_by_team(turns, actor.user_id, now)
    return [
        {"name": team.name, "href": reverse("council:queue", args=[team.pk]), "counts": found}
        for team in teams
        for found in [counts.get(team.pk, worklist.Counts())]
    ]


def _todo(mine: list[worklist.Row], queues: list[dict[str, Any]]) -> dict[str, Any]:
    """The one thing to do first: one's own work, else the queue's, else nothing."""
    if mine:
        row = mine[0]
        about = f"{worklist.client_words(row)}, {clock_words(row)}, {per_week(row['amount'])}"
        return {"title": f"Next: {row['title']}", "text": about, "href": row["href"], "button": "Open it",
                "warm": row["clock"].tag is not None}  # fmt: skip
    waiting = next((each for each in queues if each["counts"].unclaimed), None)
    if waiting is None:
        return {"title": "Nothing needs you now", "text": "New work appears here and in your team's queue."}
    count = waiting["counts"]
    return {
        "title": f"{waiting['name']}: {plural(count.unclaimed, 'task')} to claim",
        "text": f"{count.overdue:,} overdue, {count.today:,} due today.",
        "href": waiting["href"],
        "button": "Go to the queue",
        "warm": bool(count.overdue or count.today),
    }


def clock_words(row: worklist.Row) -> str:
    """The clock of a row inside a sentence."""
    return str(row["clock"].sentence)
