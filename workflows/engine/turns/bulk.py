"""A verb for many turns: first what would happen to each, then one batch that does it through the same door.

`preview` and the door ask the same rules; what changed in between is refused per item, with its reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from workflows.council.profile import current
from workflows.council.roles import EVERY_SENSITIVITY
from workflows.engine import batches, moment, outbox, rules, selectors
from workflows.engine.batches import Item, runs_batch
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Batch, BatchItem, Task
from workflows.parties import selectors as parties
from workflows.parties.actor import Actor
from workflows.parties.models import Team, TeamMember, User

from . import claiming, handing, marking
from .running import situation, until
from .words import HANDED_MANY, HANDED_OVER

Verb = Literal["claim", "hand_over", "follow_up", "prioritise"]
VERBS: tuple[Verb, ...] = ("claim", "hand_over", "follow_up", "prioritise")
MOST = 2_000  # turns of one bulk change
COLUMNS = (
    "process", "team", "owner", "outside", "kind", "reference", "title", "finished", "priority", "not_before",
    "team__key", "owner__name", "outside__key", "process__sensitivity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """One turn: whether the verb will happen to it, and why not."""

    task_id: int
    case_id: int
    reference: str
    title: str
    will: bool
    why: str


@dataclass(frozen=True, slots=True)
class Target:
    """To whom turns are handed: a team, or a person with the teams that whoever gets it is in."""

    team: Team | None = None
    reads: frozenset[str] = frozenset()
    sensitivities: frozenset[str] = frozenset()
    person: User | None = None
    gets: int | None = None
    member_of: frozenset[int] = frozenset()
    gets_in: frozenset[int] = frozenset()


def preview(actor: Actor, verb: Verb, task_ids: Iterable[int], words: Mapping[str, Any]) -> list[Preview]:
    """What would happen to each turn, in the order given; the same number of queries for one and for a thousand.

    `words`: {"team": id} or {"user": id} with "reason"; {"day": "2026-05-06" or None, "reason"}; {"priority",
    "reason"}; claim needs none. Raises Refused when there are too many, NotFound when the team or person is none.
    """
    ids = _checked(actor, verb, task_ids)
    turns = selectors.readable_turns(actor).filter(pk__in=ids).select_related("process", "team", "owner", "outside")
    found = turns.only(*COLUMNS).in_bulk()
    away = until(actor.user_id) if verb == "claim" else ""
    target = _target(words) if verb == "hand_over" else Target()
    lines = []
    for each in ids:
        task = found.get(each)
        if task is None:
            lines.append(Preview(each, 0, "", "", False, "It does not exist."))
            continue
        refusal = rules.refusal(verb, situation(task, actor, away=away)) or _refusal(verb, task, words, target)
        why = refusal.reason if refusal else ""
        lines.append(Preview(each, task.process_id, task.reference, task.title, refusal is None, why))
    return lines


def start(actor: Actor, verb: Verb, task_ids: Iterable[int], words: Mapping[str, Any], key: str) -> Batch:
    """Begin one batch that does the verb to each turn; the same key again is the same batch.

    `batches.progress` and the batch's items tell how far it is and what became of each.
    """
    ids = _checked(actor, verb, task_ids)
    wanted = {name: words[name] for name in ("team", "user", "reason", "day", "priority") if name in words}
    refusal = rules.refusal_of_reason(verb, str(wanted.get("reason", "")))
    if refusal is not None:
        raise Refused(refusal.reason, refusal.code)
    return batches.create(f"turns.{verb}", actor, ids, wanted, key=key)


def _checked(actor: Actor, verb: str, task_ids: Iterable[int]) -> list[int]:
    if not actor.is_staff:
        raise Forbidden("Only council staff can do this.")
    if verb not in VERBS:
        raise NotFound
    ids = list(dict.fromkeys(task_ids))
    if not ids:
        raise Refused("Choose at least one task.", "none_chosen")
    if len(ids) > MOST:
        raise Refused(f"Choose {MOST:,} tasks at most; these are {len(ids):,}.", "too_many")
    return ids


def _refusal(verb: Verb, task: Task, words: Mapping[str, Any], target: Target) -> rules.Refusal | None:
    """What the verb's own rule says about one turn."""
    if verb == "prioritise":
        return rules.refusal_of_priority(task.priority, int(words["priority"]))
    if verb == "follow_up":
        return rules.refusal_of_follow_up(task.not_before, _day(words), moment.today())
    if verb == "hand_over" and target.team is not None:
        was = task.outside_id or task.team_id or 0
        sees = not task.process.sensitivity or task.process.sensitivity in target.sensitivities
        return rules.refusal_of_team(task.kind, was, target.team.pk, target.team.name, target.reads, sees=sees)
    return _refusal_of_person(task, target) if verb == "hand_over" else None


def _refusal_of_person(task: Task, target: Target) -> rules.Refusal | None:
    person = target.person
    if person is None:
        raise NotFound
    refusal = rules.refusal_of_person(
        person.name,
        active=person.is_active,
        member=task.team_id in target.member_of,
        has_it=task.owner_id == person.pk,
    )
    if refusal is None and task.team_id not in target.gets_in:
        return rules.Refusal("away", f"{person.name} is away, and nobody of this team stands in for them.")
    if refusal is None and task.owner_id == target.gets:
        return rules.Refusal("unchanged", f"{person.name} is away, and whoever stands in for them has it already.")
    return refusal


def _target(words: Mapping[str, Any]) -> Target:
    if words.get("team") is not None:
        team = Team.objects.filter(pk=words["team"]).first()
        wanted = next((each for each in current().teams if team is not None and each.key == team.key), None)
        if team is None or wanted is None:
            raise NotFound
        kept = frozenset(each for each in EVERY_SENSITIVITY if handing.sees(wanted, each))
        return Target(team=team, reads=handing.reads_of(wanted), sensitivities=kept)
    person = User.objects.filter(pk=words.get("user") or 0, kind=User.Kind.STAFF).first()
    if person is None:
        raise NotFound
    gets = parties.stand_in(person.pk, moment.today())
    rows = TeamMember.objects.filter(user_id__in=[person.pk, gets or 0]).values_list("user_id", "team_id")
    of = {who: frozenset(team for user, team in rows if user == who) for who in (person.pk, gets or 0)}
    return Target(person=person, gets=gets, member_of=of[person.pk], gets_in=of[gets or 0])


def _day(words: Mapping[str, Any]) -> date | None:
    day = words.get("day")
    return date.fromisoformat(day) if isinstance(day, str) and day else day or None


@runs_batch("turns.claim")
def _claim(actor: Actor, target: int, _words: Mapping[str, Any], key: str) -> Item:
    return Item("Claimed", claiming.claim(actor=actor, task_id=target, key=key).case_id)


@runs_batch("turns.follow_up")
def _follow_up(actor: Actor, target: int, words: Mapping[str, Any], key: str) -> Item:
    reason = str(words.get("reason", ""))
    done = marking.follow_up(actor=actor, task_id=target, day=_day(words), reason=reason, key=key)
    return Item("Follow-up date set" if words.get("day") else "Follow-up date taken away", done.case_id)


@runs_batch("turns.prioritise")
def _prioritise(actor: Actor, target: int, words: Mapping[str, Any], key: str) -> Item:
    priority = int(words["priority"])
    done = marking.prioritise(actor=actor, task_id=target, priority=priority, reason=words["reason"], key=key)
    return Item(f"Priority: {rules.Priority(priority).words.lower()}", done.case_id)


def _tell(batch: Batch) -> None:
    """One mail to whom the turns were handed, at the end, and not one for each."""
    done = batch.items.filter(result=BatchItem.Result.DONE).order_by("pk")
    count, first = done.count(), done.first()
    audience = _audience(batch.parameters)
    if first is None or audience is None:
        return
    task = Task.objects.only("reference", "process").get(pk=first.target)
    kind = HANDED_OVER if count == 1 else HANDED_MANY
    told = {"kind": kind, "case": task.process_id, "reference": task.reference, "audience": audience}
    outbox.put("notify", f"batch:{batch.pk}:handed", {**told, "figures": {"count": count}})


def _audience(words: Mapping[str, Any]) -> dict[str, Any] | None:
    if words.get("team") is not None:
        key = Team.objects.values_list("key", flat=True).get(pk=words["team"])
        keeper = current().team(key).keeper
        return {"team": Team.objects.get(key=keeper).pk if keeper else words["team"], "role": None}
    gets = parties.stand_in(words["user"], moment.today())
    return {"user": gets} if gets is not None else None


@runs_batch("turns.hand_over", at_end=_tell)
def _hand_over(actor: Actor, target: int, words: Mapping[str, Any], key: str) -> Item:
    to: dict[str, Any] = {"team_id": words.get("team"), "user_id": words.get("user"), "reason": words["reason"]}
    done = handing.hand_over(actor=actor, task_id=target, key=key, tell=False, **to)
    return Item("Handed over", done.case_id)
