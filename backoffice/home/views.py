"""The council's home page: what needs you, your teams' queues, what you were told."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework import worklist
from backoffice.casework.asking import actor_of
from backoffice.queues import bulk
from backoffice.web import news
from backoffice.web.clock import clock_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.words import capped_count, date_words, money, plural
from workflows.engine import moment, selectors
from workflows.engine.calendar import LONDON
from workflows.parties.actor import Actor
from workflows.people import absences

from .tables import MyWork, TeamQueues, Unanswerable

SHOWN = 25


@staff()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everything that needs this person."""
    actor, now = actor_of(request), moment.now()
    work = page_by_key(worklist.rows(selectors.my_work(actor)), selectors.ORDERS["due"], request.GET)
    helpless = list(worklist.rows(selectors.unanswerable(actor)).order_by(*selectors.ORDERS["due"])[: SHOWN + 1])
    for row in (*work.items, *helpless):
        row |= {"clock": clock_of(row, now), "href": _case(actor, row)}
    queues = _queues(actor, now)
    context = {
        "now": now,
        "todo": _todo(work.items, queues),
        "work": work,
        "work_table": MyWork(work.items),
        "queue_table": TeamQueues(queues),
        "helpless": Unanswerable(helpless[:SHOWN]),
        "helpless_count": capped_count(len(helpless), SHOWN),
        "changes": bulk.last(actor),
        "away": _away(actor, now),
        "news": news.on_home(actor),
    }
    return render(request, "backoffice/home/home.html", context)


@staff()
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read what was on the page."""
    news.mark_read(request, actor_of(request))
    return redirect("council:home")


def _away(actor: Actor, now: datetime) -> str:
    """What is recorded about the person's own absence: the present one, or the next."""
    found = absences.current_of(actor.user_id)
    if found is None:
        return "When you are away, a colleague of your team can have your work."
    if found.first_day <= now.astimezone(LONDON).date():
        return f"You are recorded as away until {date_words(found.last_day)}. {found.substitute.name} has your work."
    return f"You are away from {date_words(found.first_day)}. {found.substitute.name} has your work then."


def _case(actor: Actor, row: worklist.Row) -> str:
    """The page of a row's case, for whoever may open it."""
    return reverse("council:case", args=[row["process_id"]]) if row["kind"] in actor.reads else ""


def _queues(actor: Actor, now: Any) -> list[dict[str, Any]]:
    """Each team's figures; all of them are one query, however many teams there are."""
    teams = selectors.teams(actor)
    by = worklist.narrows(selectors.Narrow(), actor.user_id)
    figures = [each for each in by if each != "mine"]
    lists = {
        f"{team.pk} {figure}": selectors.narrowed(selectors.queue(actor, [team.pk]), by[figure], now)
        for team in teams
        for figure in figures
    }
    found = selectors.counts(lists)
    return [
        {
            "name": team.name,
            "href": reverse("council:queue", args=[team.pk]),
            "counts": {figure: found[f"{team.pk} {figure}"] for figure in figures},
        }
        for team in teams
    ]


def _todo(mine: list[worklist.Row], queues: list[dict[str, Any]]) -> dict[str, Any]:
    """The one thing to do first: one's own work, else the queue's, else nothing."""
    if mine:
        row = mine[0]
        stake = f"{money(row['amount'])} {worklist.stake_words(row)}".strip()
        about = f"{worklist.client_words(row)}, {clock_words(row)}, {stake}"
        return {"title": f"Next: {row['title']}", "text": about, "href": row["href"], "button": "Open it",
                "warm": row["clock"].tag is not None}  # fmt: skip
    waiting = next((each for each in queues if each["counts"]["unclaimed"]), None)
    if waiting is None:
        return {"title": "Nothing needs you now", "text": "New work appears here and in your team's queue."}
    count = waiting["counts"]
    return {
        "title": f"{waiting['name']}: {plural(count['unclaimed'], 'task')} to claim",
        "text": f"{count['breached']:,} breached, {count['at_risk']:,} at risk.",
        "href": waiting["href"],
        "button": "Go to the queue",
        "warm": bool(count["breached"] or count["at_risk"]),
    }


def clock_words(row: worklist.Row) -> str:
    """The clock of a row inside a sentence."""
    return str(row["clock"].sentence)
