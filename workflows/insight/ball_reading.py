"""Reads who had the ball from the sums that are kept, and the cases behind a line of it. Scoped to who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from workflows.engine import folding, holding
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import HolderSpan
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor

from .ageing import working_days
from .ball import COUNCIL, NEITHER, PROVIDER, SIDE_OF, Question, Stretch
from .selectors import Scope

#: Two reads of sums that commands keep changing are the same whole, or are read again so often.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Now:
    """What is open at this moment: turns, and working days since each was opened, added up."""

    turns: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Everything on the page: stretches by kind, holder and team; the same by provider; what is open now."""

    stretches: tuple[Stretch, ...]
    of_providers: tuple[Stretch, ...]
    now: dict[tuple[str, int], Now]  # by side, and team of the council
    providers: dict[int, str]


def read(seen: Scope, asked: Question, today: date) -> Found:
    """What stands on the page. A team, kind or provider that is not theirs to see is as one that does not exist."""
    names = dict(parties.organisation_names())
    if asked.team_id is not None and asked.team_id not in {team.pk for team in seen.teams}:
        raise NotFound
    if asked.kind is not None and asked.kind not in seen.kinds:
        raise NotFound
    if asked.provider_id is not None and asked.provider_id not in names:
        raise NotFound
    for _ in range(TRIES):
        whole, providers = _stretches(seen, asked), _of_providers(seen, asked)
        if sum(each.minutes for each in whole) == sum(each.minutes for each in providers):
            break
    return Found(tuple(whole), tuple(providers), _now(seen, asked, today), names)


def cases_behind(actor: Actor, seen: Scope, asked: Question, side: str) -> QuerySet[HolderSpan]:
    """The stretches that a line counts, of the cases that this person may open; without an order.

    Forbidden for who may open no cases: an administrator sees figures, because lists tell what somebody's case is.
    """
    kinds = seen.kinds & actor.reads if asked.kind is None else {asked.kind} & seen.kinds & actor.reads
    if not actor.reads:
        raise Forbidden("These figures open no cases for you: no team of yours reads any.")
    holders = [holder for holder, of in SIDE_OF.items() if side in {"", of}]
    found = HolderSpan.objects.filter(
        _within(asked), holder__in=holders, case__kind__in=kinds, **_narrowed(asked)
    ).select_related("case", "case__organisation", "team")
    if asked.team_id is not None:
        found = found.filter(team_id=asked.team_id)
    if not actor.reads_all():
        found = found.filter(case__sensitivity__in=["", *actor.sensitivities])
    return found


def _within(asked: Question) -> Q:
    return Q(ended_at__gte=_midnight(asked.first), ended_at__lt=_midnight(asked.last + timedelta(days=1)))


def _narrowed(asked: Question) -> dict[str, object]:
    wanted = {"case__organisation_id": asked.provider_id, "case__service_group": asked.group}
    return {name: value for name, value in wanted.items() if value is not None}


def _stretches(seen: Scope, asked: Question) -> list[Stretch]:
    rows = _figures(seen, asked, ["held"], ("outcome", "kind", "team_id"))
    return [Stretch(row.kind, row.outcome, row.team_id, 0, row.count, row.minutes) for row in rows]


def _of_providers(seen: Scope, asked: Question) -> list[Stretch]:
    """By provider; of one that is asked for by the sums of one."""
    if asked.provider_id is not None:
        rows = _figures(seen, asked, ["held"], ("outcome", "provider_id"))
        return [Stretch("", row.outcome, 0, row.provider_id, row.count, row.minutes) for row in rows]
    found = holding.by_provider(_kinds(seen, asked), asked.first, asked.last, team=asked.team_id, group=asked.group)
    return [Stretch("", row.holder, 0, row.provider_id, row.count, row.minutes) for row in found]


def _kinds(seen: Scope, asked: Question) -> list[str]:
    return sorted(seen.kinds) if asked.kind is None else [asked.kind]


def _now(seen: Scope, asked: Question, today: date) -> dict[tuple[str, int], Now]:
    found: dict[tuple[str, int], Now] = {}
    calendar, days = council_calendar(), dict[date, int]()
    for row in _figures(seen, asked, ["open", "resting"], ("team_id", "day")):
        side = NEITHER if row.metric == "resting" else COUNCIL if row.team_id else PROVIDER
        if row.day not in days:
            days[row.day] = working_days(calendar, row.day, today)
        before = found.get((side, row.team_id), Now())
        found[side, row.team_id] = Now(before.turns + row.count, before.days + row.count * days[row.day])
    return found


def _figures(seen: Scope, asked: Question, metrics: Sequence[str], by: Sequence[folding.By]) -> list[folding.Figure]:
    return folding.figures(
        None if asked.team_id is None else [asked.team_id],
        provider_kinds=seen.kinds if asked.team_id is None else (),
        first=asked.first,
        last=asked.last,
        metrics=metrics,
        kinds=_kinds(seen, asked),
        group=asked.group,
        provider=asked.provider_id,
        by=tuple(by),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
