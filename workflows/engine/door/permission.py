"""Which verbs are possible here, and who may use them."""

from collections.abc import Iterable

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.parties.teams import team_key

from ..atomic import note_refusal
from ..errors import Forbidden, NotFound, Refused, Stale
from ..flow import CaseFlow
from ..models import Case, Task
from ..nodes import CHOSEN, Way

#: Stands in the place of a desk for whatever any team may do that reads this kind of case.
STAFF = "staff"


def may(actor: Actor, verb: str, case: Case, task: Task | None, service_group: str | None) -> Refused | None:
    """Why `run` would not let this person use a verb here, before the command's own rule; None when it would.

    What a page offers, and what it opens, is asked here: the team that was handed a turn may end it.
    """
    way = way_of(case.flow_class, case, task, verb)
    if way is None:
        return Refused("This is not possible any more.", "over")
    try:
        refuse_who_may_not(case.flow_class, actor, way, verb, case, service_group, task)
        refuse_if_claimed(actor, task)
    except Refused as refusal:
        return refusal
    return None


def way_of(flow: type[CaseFlow], case: Case, task: Task | None, verb: str) -> Way | None:
    """Where the verb leads from here; None when it is not (or no longer) possible."""
    if task is None:
        by = flow.afterwards.get(verb) if case.finished is not None else None
        return Way(None, tuple(by.split("|"))) if by else None
    if task.finished is not None:
        return None
    way: Way | None = task.flow_task.ways.get(verb)
    return way


def refuse_who_may_not(
    flow: type[CaseFlow],
    actor: Actor,
    way: Way,
    verb: str,
    case: Case,
    service_group: str | None,
    task: Task | None = None,
) -> None:
    """Refuse whoever is none of `way.by`: `provider`, `system`, `staff` (who may read it), or the team of a desk."""
    if actor.is_provider:
        return _provider_may(flow, actor, way, verb, case)
    if actor.kind == "system" and "system" in way.by:
        return None
    if actor.is_staff and actor.teams and STAFF in way.by and flow.kind in actor.reads and actor.sees(case.sensitivity):
        return None
    teams = teams_that_may(way.by, service_group, task, case)
    if actor.is_staff and teams & set(actor.teams):
        return None
    names = [team.name for team in current().teams if team.key in teams]
    who = " or ".join(names) or ("a team of the council" if STAFF in way.by else "the provider")
    raise Forbidden(f"Only {who} can {verb.replace('_', ' ')} this.")


def teams_that_may(
    by: Iterable[str], service_group: str | None, task: Task | None, case: Case | None = None
) -> set[str]:
    """The keys of the teams that may use a verb: those of its desks.

    The team that has a turn stands in the place of the turn's own desk, so that who was handed it can end it. Of a
    `case` that is closed, `team` is still the one that looks after it.
    """
    held = task is not None and task.team_id is not None
    desk = getattr(task.flow_task, "desk", None) if task is not None and held else None
    holding = team_key(task.team_id) if task is not None and held else ""
    desks = [each for each in by if each not in {"provider", "system", STAFF}]
    return {
        holding if each == desk else _team_of(each, service_group, task.process if task is not None else case)
        for each in desks
    }


def _team_of(desk: str, service_group: str | None, case: Case | None) -> str:
    """The team of a desk; `team` is the one that looks after the case (empty: none does)."""
    if desk != CHOSEN:
        return current().team_for(desk, service_group)
    if case is None or not case.team_id:
        return ""
    team = current().team(team_key(case.team_id))
    return team.keeper if team.outside and team.keeper else team.key


def _provider_may(flow: type[CaseFlow], actor: Actor, way: Way, verb: str, case: Case) -> None:
    """A provider's person needs the flow's function at the case's service: to see it at all, and to answer."""
    if not actor.may(flow.function, "view", case.service_id) or not actor.sees(case.sensitivity):
        raise NotFound
    if "provider" not in way.by:
        raise Forbidden(f"Only the council can {verb.replace('_', ' ')} this.")
    if not actor.may(flow.function, "edit", case.service_id):
        raise Forbidden("Your role lets you read this, not answer it. Ask whoever looks after your users.")


def refuse_if_claimed(actor: Actor, task: Task | None) -> None:
    """Refuse a turn that a colleague has claimed; who leads the team may carry it out all the same."""
    if task is None or task.team_id is None or task.owner_id in {None, actor.user_id} or not actor.is_staff:
        return
    if not actor.manages(team_key(task.team_id)):
        raise Forbidden(f"{task.owner.name if task.owner else 'A colleague'} has claimed this. Ask them to release it.")


def noted(refusal: Stale, actor: Actor, verb: str, case_id: int) -> Stale:
    """The refusal of a page that finds out before the command that somebody was faster: noted like the command's."""
    note_refusal(refusal, actor, verb, case_id)
    return refusal
