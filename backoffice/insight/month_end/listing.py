"""The list behind a figure of the month-end board: each thing that holds money up, whose turn it is, and since when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.insight.rooms import rooms
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import date_words, money, plural
from workflows.engine import moment
from workflows.month_end import causes, selectors
from workflows.month_end.models import BlockedMoney
from workflows.month_end.selectors import Narrow
from workflows.parties.actor import Actor

from . import present

HOLDERS = {"providers": "provider", "teams": "team", "provider": "provider", "team": "team"}


def _thing(row: BlockedMoney) -> str:
    if row.payment is not None:
        return row.payment.case.reference
    return row.about.reference if row.about is not None else ""


def _held(row: BlockedMoney) -> str:
    if row.holder == "provider":
        return row.organisation.name
    return row.team.name if row.team is not None else selectors.desk_team_name(row.key)


class Things(ListTable):
    """What is blocked."""

    thing = Cell("Payment or week", _thing, link=lambda row: row.href, more=lambda row: row.words_, name=True,
                 second=lambda row: f"week beginning {date_words(row.week)}" if row.week else
                 row.contract.reference if row.contract else "")  # fmt: skip
    provider = Cell("Provider", lambda row: row.organisation.name)
    cause = Cell("Why it is blocked", lambda row: causes.words(row.key),
                 second=lambda row: "of an earlier period" if row.earlier else "")  # fmt: skip
    about = Cell("Waits for", lambda row: row.about.reference if row.about else "", link=lambda row: row.about_href,
                 more=lambda row: f"for {_thing(row)}, {row.words_}")  # fmt: skip
    held = Cell("Whose turn", _held, second=lambda row: f"since {date_words(row.since)}" if row.since else "",
                tag=lambda row: Tag("Provider", "yellow") if row.holder == "provider" else None)  # fmt: skip
    lines = Cell("Lines", lambda row: f"{row.lines:,}", number=True)
    worth = Cell("Blocked", lambda row: money(row.worth), number=True, strong=True)

    class Meta(ListTable.Meta):
        caption = "What is blocked, most money first"
        empty = "Nothing of this run is blocked in this way any more."


@staff()
@require_GET
def blocked(request: HttpRequest) -> HttpResponse:
    """The things that a figure counts; their sum is that figure."""
    actor = actor_of(request)
    run, narrow = selectors.run_of(actor, moment.now(), request.GET.get("run", "")), asked(request)
    rows = selectors.listed(actor, run, narrow)
    sums = selectors.summed(rows)
    pages = page_by_key(rows, selectors.ORDER, request.GET)
    for row in pages.items:
        _addresses(row, actor)
    context = {
        "run": run,
        "name": present.run_words(run),
        "rooms": rooms(request, "council:month_end"),
        "back": f"{reverse('council:month_end')}?run={run.key}",
        "table": Things(pages.items),
        "pages": pages,
        "facts": [
            Fact("Blocked", money(sums.money), plural(sums.count, "thing")),
            Fact("Cause", causes.words(narrow.cause) if narrow.cause else "All causes"),
            Fact("Whose turn", _holder_words(narrow)),
        ],
        "choices": [("", "All causes"), *((each.key, each.words) for each in causes.of())],
        "holders": [("", "Anybody"), ("providers", "Providers"), ("teams", "Our teams")],
        "narrow": narrow,
        "held_by": request.GET.get("held_by", ""),
    }
    return render(request, "backoffice/insight/month_end/list.html", context)


def asked(request: HttpRequest) -> Narrow:
    """What the address narrows by; what it cannot mean is left out."""
    cause = request.GET.get("cause", "")
    name, _, number = request.GET.get("held_by", "").partition(":")
    known = {each.key for each in causes.of()}
    holder_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    return Narrow(cause if cause in known else "", HOLDERS.get(name, ""), holder_id)


def _addresses(row: Any, actor: Actor) -> None:
    """Where a row leads, as far as this person reads it."""
    row.words_ = f"{causes.words(row.key).lower()}, row {row.pk}"
    kind = "scheduled_payment" if row.payment_id else "actuals"
    case = row.payment_id or row.about_id
    row.href = reverse("council:case", args=[case]) if kind in actor.reads else ""
    readable = row.about is not None and row.about.kind in actor.reads
    row.about_href = reverse("council:case", args=[row.about_id]) if readable else ""


def _holder_words(narrow: Narrow) -> str:
    if narrow.holder_id is None:
        return {"provider": "Providers", "team": "Our teams"}.get(narrow.holder, "Anybody")
    return selectors.holder_name(narrow.holder, narrow.holder_id)
