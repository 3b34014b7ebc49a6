"""What the finance team has before it: the weeks to check by provider and cause, what is late, and many at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.cases.rooms import rooms
from backoffice.casework import worklist
from backoffice.casework.asking import day_in, key_of, number_in
from backoffice.casework.batch_page import page_of
from backoffice.web.clock import clock_of
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tab
from backoffice.web.words import capped_count, date_words, money, plural
from workflows.actuals import batches, checking
from workflows.actuals.checking import Figures, Filters
from workflows.actuals.models import Standing
from workflows.actuals.rules import NOTHING
from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine import batches as engine_batches
from workflows.engine import moment
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor

from .entering import entered
from .present import KIND
from .tables import Caused, Grouped, Items, Late, Preview, ToCheck
from .why import cause_label

PROVIDERS = 10
SHOWN = 100
OTHERS = ("more", "more_stake", "silent", "silent_stake", "unpriced", "lacking")


@staff()
@require_GET
def weeks(request: HttpRequest) -> HttpResponse:
    """The weeks that await the check, with what of them needs a person, grouped; late ones on a tab of their own."""
    actor, actuals = entered(request, KIND)
    asked, late = _asked(request, actuals), request.GET.get("show") == "late"
    now = moment.now()
    to_check, missing = checking.to_check(actor, asked), checking.not_submitted(actor, asked, now)
    page = page_by_key(checking.rows(missing if late else to_check), checking.ORDER, request.GET)
    rows = _filled(page.items, late=late)
    context = {
        "table": Late(rows) if late else ToCheck(rows),
        "late": late,
        "pages": page,
        "name": actuals.name,
        "tabs": _tabs(to_check, missing, late=late),
        "rooms": rooms(actor),
        "may": batches.accepts(actor),
        "may_import_visits": actuals.monitoring is not None and batches.accepts(actor),
        "query": _query(asked),
        "asked": asked,
        **_choices(actor, actuals, asked),
    }
    if not late:
        context |= _groups(to_check, asked)
    return render(request, "backoffice/actuals/list.html", context)


@staff()
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What would be accepted of each week that was ticked, or of all that match, and for how much; nothing is done."""
    actor = _checker(request)
    ids = _chosen(request, actor)
    if not ids:
        messages.info(request, "Tick at least one week.")
        return redirect("council:actuals")
    return _check(request, actor, ids, moved=False)


@staff()
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Hand the weeks to a worker. When they are not as they were shown, they are shown again first."""
    actor = _checker(request)
    key = key_of(request)
    earlier = engine_batches.begun(actor, key)
    if earlier is not None:
        return redirect("council:actuals_batch", earlier.pk)
    ids = sorted(_numbers(request.POST.get("weeks", "").split(",")))
    if not ids or request.POST.get("seen") != _seen(ids, checking.figures_of(ids)):
        return _check(request, actor, ids, moved=True)
    batch = batches.accept_many(actor=actor, case_ids=ids, seen=request.POST["seen"][:2_000], key=key)
    return redirect("council:actuals_batch", batch.pk)


@staff()
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far it is, and what became of each week. It goes on when the browser is closed."""
    actor, _ = entered(request, KIND)
    found = engine.batches_of(actor, [batches.ACCEPT]).filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    context = page_of(
        request, found, checking.items_of(found), of="week", done="Accepted", refused="Not accepted", own=True
    )
    names = checking.named(actor, [row["target"] for row in context["pages"].items])
    for row in context["pages"].items:
        row.update(names.get(row["target"], {"reference": "", "week": None}))
        row["href"] = reverse("council:case", args=[row["target"]]) if row["reference"] else ""
    return render(request, "backoffice/actuals/batch.html", context | {"table": Items(context["pages"].items)})


def _checker(request: HttpRequest) -> Actor:
    """Who asks, of a team that checks. Forbidden for who only reads: what they could not begin they are not shown."""
    actor, _ = entered(request, KIND)
    if not batches.accepts(actor):
        raise Forbidden("Only the team that pays accepts weeks.")
    return actor


def _check(request: HttpRequest, actor: Actor, ids: Sequence[int], *, moved: bool) -> HttpResponse:
    """The preview: what each week would be accepted for."""
    weeks = checking.to_check(actor, Filters()).filter(pk__in=ids)
    rows = _filled(list(checking.rows(weeks).order_by(*checking.ORDER)), late=False)
    able = [row for row in rows if row["figures"].clean]
    found = sorted(row["case_id"] for row in able)
    figures = {row["case_id"]: row["figures"] for row in able}
    context = {
        "table": Preview(able[:SHOWN]),
        "rest": max(0, len(able) - SHOWN),
        "count": len(able),
        "without": len(ids) - len(able),
        "lines": sum(each.clean for each in figures.values()),
        "sum": sum((each.clean_payable for each in figures.values()), NOTHING),
        "left": sum((each.at_stake for each in figures.values()), NOTHING),
        "weeks": ",".join(map(str, found)),
        "seen": _seen(found, figures),
        "client_key": uuid4(),
        "moved": moved,
    }
    return render(request, "backoffice/actuals/check.html", context)


def _seen(ids: Sequence[int], figures: dict[int, Figures]) -> str:
    """What was on the page, in one word: how many weeks and lines, and for how much."""
    told = [figures[each] for each in ids if each in figures]
    return f"{len(told)}:{sum(each.clean for each in told)}:{sum((each.clean_payable for each in told), NOTHING)}"


def _filled(items: Sequence[dict[str, Any]], *, late: bool) -> list[dict[str, Any]]:
    """Rows with their figures and whose turn they are: two queries for any number of them."""
    ids, now = [row["case_id"] for row in items], moment.now()
    figures = checking.figures_of(ids, None if late else Standing.SUBMITTED)
    turns = {} if late else checking.turns_of(ids)
    for row in items:
        row.update(turns.get(row["case_id"], checking.NO_TURN))
        row["figures"] = figures.get(row["case_id"], Figures())
        row["href"] = reverse("council:case", args=[row["case_id"]])
        row["where"] = ", ".join(filter(None, [row["place"], row["lot"]]))
        row["clock"] = clock_of(row, now)
        row["owner"] = row["owner_name"] or (f"{row['team_name']}, unclaimed" if row["team_name"] else "")
    return list(items)


def _groups(weeks: Any, asked: Filters) -> dict[str, Any]:
    """What needs a person, by provider and by cause."""
    providers = checking.by_provider(weeks)
    others = {name: sum((row[name] for row in providers), NOTHING) for name in OTHERS}
    for row in providers:
        row["href"] = f"?{urlencode(_query_of(asked) | {'provider': row['key']})}"
    causes = checking.by_cause(weeks)
    for row in causes:
        row["name"] = cause_label(row["cause"])
    facts = [
        Fact("More than planned", plural(int(others["more"]), "line"), f"{money(others['more_stake'])} at stake"),
        Fact(
            "Less, without a cause", plural(int(others["silent"]), "line"), f"{money(others['silent_stake'])} at stake"
        ),
        Fact("Without a price", plural(int(others["unpriced"]), "line")),
        Fact("Something missing", plural(int(others["lacking"]), "line")),
    ]
    return {"providers": Grouped(providers[:PROVIDERS]), "causes": Caused(causes), "others": facts}


def _tabs(to_check: Any, missing: Any, *, late: bool) -> list[Tab]:
    lists = {"to_check": to_check, "missing": missing}
    counts = {name: capped_count(number) for name, number in engine.counts(lists).items()}
    return [
        Tab("To check", reverse("council:actuals"), counts["to_check"], not late),
        Tab("Not submitted", f"{reverse('council:actuals')}?show=late", counts["missing"], late),
    ]


def _asked(request: HttpRequest, actuals: Actuals) -> Filters:
    """What the address narrows by; what it cannot mean is left out."""
    groups = {each.service_group for each in actuals.kinds}
    group = request.GET.get("group", "")
    return Filters(
        organisation_id=number_in(request, "provider"),
        group=group if group in groups else "",
        week=day_in(request, "week"),
        differing="differing" in request.GET,
    )


def _query_of(asked: Filters) -> dict[str, Any]:
    said = {"provider": asked.organisation_id, "group": asked.group, "differing": "1" if asked.differing else "",
            "week": asked.week.isoformat() if asked.week else ""}  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _query(asked: Filters) -> list[tuple[str, Any]]:
    """The filters as hidden fields, for what is done with all that match."""
    return list(_query_of(asked).items())


def _choices(actor: Actor, actuals: Actuals, asked: Filters) -> dict[str, Any]:
    """The entries of the filters."""
    groups = {each.key: each.name for each in current().service_groups}
    own = dict.fromkeys(each.service_group for each in actuals.kinds)
    return {
        "provider_choices": [("", "Any provider"), *((str(pk), name) for pk, name in worklist.providers())],
        "group_choices": [("", "Any service group"), *((key, groups.get(key, key)) for key in own)],
        "week_choices": [("", "Any week"), *((each.isoformat(), date_words(each)) for each in checking.mondays(actor))],
        "chosen_provider": str(asked.organisation_id or ""),
        "chosen_week": asked.week.isoformat() if asked.week else "",
    }


def _chosen(request: HttpRequest, actor: Actor) -> list[int]:
    """The weeks that were ticked, or all that match the filters that the form names."""
    if not request.POST.get("all"):
        return sorted(_numbers(request.POST.getlist("week")))
    given = request.POST
    organisation = given.get("provider", "")
    asked = Filters(
        organisation_id=int(organisation) if organisation.isascii() and organisation.isdigit() else None,
        group=given.get("group", ""),
        week=_day(given.get("of", "")),
        differing=bool(given.get("differing")),
    )
    found = checking.to_check(actor, asked).order_by(*checking.ORDER)
    return list(found.values_list("pk", flat=True)[: batches.MOST])


def _numbers(texts: Sequence[str]) -> set[int]:
    return {int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
