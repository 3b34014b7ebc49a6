"""Hand a turn over: to another team of the council, or to a person of the team that has it.

Its clock, the clock's start and every pause stay as they are; the holder of the case follows, and whoever gets it is
told. A follow-up date does not go along: who gets the turn should see it.
"""

from workflows.council.profile import current
from workflows.council.teams import Team as TeamInProfile
from workflows.engine import door, keeping, moment, rules
from workflows.engine.errors import NotFound, Refused
from workflows.engine.models import Holder, Task
from workflows.engine.nodes import CHOSEN
from workflows.engine.records import checked_words
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor
from workflows.parties.models import Team, TeamMember, User

from .claiming import free, give
from .running import permitted, refuse, run
from .words import HANDED_OVER


def hand_over(
    *,
    actor: Actor,
    task_id: int,
    reason: str,
    key: str,
    team_id: int | None = None,
    user_id: int | None = None,
    tell: bool = True,
) -> door.Outcome:
    """Give a turn to a team or to a person (one of the two), and say why.

    A person who is away is stood in for: their substitute gets it, "B for A". An outside team's turn is held by its
    keeper, with a letter prepared and a follow-up date. `tell` False: a bulk change tells in one mail at its end.
    """
    if (team_id is None) == (user_id is None):
        raise Refused("Choose a team or a person.", "to_whom")

    def act(turn: door.Turn) -> None:
        task = permitted(turn, "hand_over")
        refuse(rules.refusal_of_reason("hand_over", reason))
        turn.facts.update({"from_team": task.team_id, "from_user": task.owner_id})
        if task.owner_id == actor.user_id:
            turn.work.did = "handed_over"
        audience = _to_team(turn, task, team_id) if team_id is not None else _to_person(turn, task, user_id or 0)
        turn.event.write_down("reason", checked_words("reason", reason))
        task.not_before = task.not_before if task.outside_id else None
        turn.work.change(task)
        if tell:
            turn.notify(HANDED_OVER, audience)

    words = {"team": team_id, "user": user_id, "reason": reason}
    return run(actor, "hand_over", task_id, key, act, words)


def teams_for(task: Task) -> list[Team]:
    """The teams that a turn can go to, by name: those that may open its kind of case, and outside teams."""
    able = [
        team.key
        for team in current().teams
        if task.kind in reads_of(team) and sees(team, task.process.sensitivity) and not _has(team, task)
    ]
    return list(Team.objects.filter(key__in=able).order_by("name"))


def _to_team(turn: door.Turn, task: Task, team_id: int) -> dict[str, object]:
    team = Team.objects.filter(pk=team_id).first()
    wanted = next((each for each in current().teams if team is not None and each.key == team.key), None)
    if team is None or wanted is None:
        raise NotFound
    was = task.outside_id or task.team_id or 0
    may_see = sees(wanted, turn.case.sensitivity)
    refuse(rules.refusal_of_team(task.kind, was, team.pk, team.name, reads_of(wanted), sees=may_see))
    before = task.team_id
    keeping.give_to(task, wanted.key, turn.now)
    free(task)
    turn.facts["to_team"] = team.pk
    if task.outside_id is not None:
        turn.facts["keeper"] = task.team_id
        turn.event.write_down("letter", keeping.letter(wanted, task))
    if task.flow_task.desk == CHOSEN:
        turn.case.team_id = task.team_id
    if not task.optional and (turn.case.holder, turn.case.holder_team_id) == (Holder.TEAM, before):
        turn.work.hold(Holder.TEAM, task.team_id)
    return {"team": task.team_id, "role": None}


def _to_person(turn: door.Turn, task: Task, user_id: int) -> dict[str, object]:
    person = User.objects.filter(pk=user_id, kind=User.Kind.STAFF).first()
    if person is None:
        raise NotFound
    members = set(
        TeamMember.objects.filter(team_id=task.team_id, user__is_active=True).values_list("user_id", flat=True)
    )
    has_it = person.pk == task.owner_id
    refuse(rules.refusal_of_person(person.name, active=person.is_active, member=person.pk in members, has_it=has_it))
    gets = parties.stand_in(person.pk, moment.today())
    if gets not in members:
        raise Refused(f"{person.name} is away, and nobody of this team stands in for them.", "away")
    if gets == task.owner_id:
        raise Refused(f"{person.name} is away, and whoever stands in for them has it already.", "unchanged")
    give(task, gets, turn, standing_in_for=None if gets == person.pk else person.pk)
    turn.facts["to_user"] = gets
    if gets != person.pk:
        turn.facts["for_user"] = person.pk
    return {"user": gets}


def sees(team: TeamInProfile, sensitivity: str) -> bool:
    """Whether a team may read what a case is about; for an outside team, whether its keeper may."""
    keeper = next((each for each in current().teams if each.key == team.keeper), team)
    return not sensitivity or sensitivity in keeper.sensitivities


def reads_of(team: TeamInProfile) -> frozenset[str]:
    """The kinds that a team may open; for an outside team, those that its keeper may."""
    keeper = next((each for each in current().teams if each.key == team.keeper), team)
    return keeper.reads


def _has(team: TeamInProfile, task: Task) -> bool:
    holder = task.outside or task.team
    return holder is not None and holder.key == team.key
