"""The one door: every change of a case goes through `begin` or `run`.

One lock, one transaction, in this order: scope, lock, version, rule, the command's own writes, the walk, one event,
one statement that writes it all with the receipt. A refusal writes nothing but the refusal.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id, team_key

from . import keeping, moment, reading, work
from . import outbox as outboxes
from .atomic import note_refusal
from .errors import Busy, Forbidden, KeyReused, NotFound, Refused, Stale
from .events import Draft, canonical
from .flow import CaseFlow
from .models import Case, Outbox, Receipt, Task
from .nodes import CHOSEN, Walked, Way

LOCK_NOT_AVAILABLE = "55P03"
#: Stands in the place of a desk for whatever any team may do that reads this kind of case.
STAFF = "staff"


@dataclass(slots=True)
class Turn:
    """What a command sees inside the door: the locked case and task, and where to write down what must follow."""

    actor: Actor
    case: Case
    task: Task | None
    verb: str
    now: datetime
    work: work.Work
    event: Draft
    away: date | None = None  # the actor's, where `on_turn` was to ask
    outbox: list[Outbox] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of this command's event."""
        return self.event.facts

    def state(self, state: str) -> None:
        """Set the case's state: a word of its process."""
        self.case.state = state

    def follow(self, topic: str, payload: Mapping[str, Any], *, name: str = "", due_at: datetime | None = None) -> None:
        """Write down that something must follow this event, once."""
        key = f"case:{self.case.pk}:{self.case.version + 1}:{name or topic}"
        self.outbox.append(outboxes.row(topic, key, payload, due_at))

    def notify(self, kind: str, audience: Mapping[str, Any]) -> None:
        """Tell people about this event: `audience` names an organisation and function, a team, or a user."""
        payload = {"kind": kind, "case": self.case.pk, "seq": self.case.version + 1, "audience": dict(audience)}
        self.follow("notify", payload, name=f"notify:{kind}")

    def provider(self) -> dict[str, Any]:
        """The audience of the case's provider: whoever may answer it."""
        case = self.case
        function = case.flow_class.function
        audience = {"organisation": case.organisation_id, "service": case.service_id, "function": function}
        return audience | ({"sensitivity": case.sensitivity} if case.sensitivity else {})

    def desk(self, desk: str) -> dict[str, Any]:
        """The audience of the team that has a desk's work for this case."""
        return {"team": team_id(current().team_for(desk, self.work.service_group))}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answered: the case, its new version and state; `repeated` when the same key came again."""

    case_id: int
    version: int
    state: str
    answer: Mapping[str, Any]
    repeated: bool = False


Act = Callable[[Turn], None]


def begin(
    flow: type[CaseFlow],
    *,
    actor: Actor,
    verb: str,
    case: Case,
    key: str,
    body: Mapping[str, Any],
    act: Act,
    service_group: str | None,
) -> Outcome:
    """Open a new case with `verb`. `case` is unsaved and says whom and what it is about.

    Raises Forbidden when the actor may not begin it, KeyReused when `key` came with another body.
    """

    def attempt() -> Outcome:
        node = flow.beginning()
        _may(flow, actor, node.ways[verb], verb, case, service_group)
        now = moment.now()
        reading.number(case, flow, now)
        turn = _turn(actor, case, None, verb, now, service_group)
        act(turn)
        activation = Walked.begin(node, case)
        activation.complete()
        activation.activate_next()
        return _write(turn, key, body, from_state="", read_version=None)

    return _once(attempt, actor=actor, key=key, body=body, case_id=None, verb=verb)


def run(
    flow: type[CaseFlow],
    *,
    actor: Actor,
    verb: str,
    case_id: int,
    task_id: int | None,
    version: int | None,
    key: str,
    body: Mapping[str, Any],
    act: Act,
    first: Callable[[], object] | None = None,
) -> Outcome:
    """Carry out `verb` on a case. `task_id` names the turn (None: a verb for a closed case), `version` the case as
    the person saw it (None: it does not matter). `first` writes what is locked before a case, in this transaction.
    `body` is what else was said; the same key with another verb, case or body is refused.

    Raises NotFound, Forbidden, Stale, Busy, KeyReused, or the Refused of the command's own rule.
    """

    def attempt() -> Outcome:
        if first is not None:
            first()
        read = reading.locked(case_id, task_id, actor)
        case, task = read.case, read.task
        if task is not None:
            task.process = case
        way = _way(flow, case, task, verb)
        if way is None or (version is not None and version != case.version):
            raise reading.stale(case, flow, actor)
        _may(flow, actor, way, verb, case, read.service_group, task)
        _free(actor, task)
        turn = _turn(actor, case, task, verb, moment.now(), read.service_group)
        from_state, read_version = case.state, case.version
        act(turn)
        _walk(turn, way)
        return _write(turn, key, said, from_state=from_state, read_version=read_version)

    said = {"verb": verb, "case": case_id, **body}
    return _once(attempt, actor=actor, key=key, body=said, case_id=case_id, verb=verb)


def on_turn(
    *,
    actor: Actor,
    verb: str,
    which: int | Callable[[], reading.Read],
    key: str,
    act: Act,
    body: Mapping[str, Any],
    away: bool = False,
) -> Outcome:
    """Carry out a verb that every turn has (engine.turns): nothing is walked, and `act` says who may.

    `which` is the turn, or what finds and locks one in this transaction where nobody has named it; `away`: the command
    asks whether the actor is recorded as absent. Raises NotFound, Stale when the turn is over, and what `which` and
    `act` refuse.
    """

    def attempt() -> Outcome:
        read = reading.turn(which, actor, away=away) if isinstance(which, int) else which()
        if read is None:
            raise NotFound
        if read.task is None or read.task.finished is not None:
            raise reading.stale(read.case, read.case.flow_class, actor)
        turn = _turn(actor, read.case, read.task, verb, moment.now(), read.service_group)
        turn.away = read.away
        return _stay(turn, key, body, act)

    case_id = partial(reading.case_of, which) if isinstance(which, int) else None
    return _once(attempt, actor=actor, key=key, body=body, case_id=case_id, verb=verb)


def on_case(*, actor: Actor, verb: str, case_id: int, key: str, act: Act, body: Mapping[str, Any]) -> Outcome:
    """Carry out a verb that every case has, open or closed, on none of its turns; `act` says who may.

    Raises NotFound, and what `act` refuses.
    """

    def attempt() -> Outcome:
        read = reading.locked(case_id, None, actor)
        return _stay(_turn(actor, read.case, None, verb, moment.now(), read.service_group), key, body, act)

    return _once(attempt, actor=actor, key=key, body=body, case_id=case_id, verb=verb)


def _stay(turn: Turn, key: str, body: Mapping[str, Any], act: Act) -> Outcome:
    """Do what moves nothing in the workflow, and write it down."""
    from_state, read_version = turn.case.state, turn.case.version
    act(turn)
    return _write(turn, key, body, from_state=from_state, read_version=read_version)


def _turn(actor: Actor, case: Case, task: Task | None, verb: str, now: datetime, service_group: str | None) -> Turn:
    unit = work.Work(case=case, verb=verb, now=now, service_group=service_group)
    if case.version and case.finished is None:
        unit.held = (case.holder, case.holder_team_id, case.holder_since)
    case.work = unit
    if task is not None:
        task.process = case
        unit.reading(task)
    draft = Draft(f"case:{case.pk}", f"{case.kind}.{verb}", actor.user_id)
    return Turn(actor=actor, case=case, task=task, verb=verb, now=now, work=unit, event=draft)


def _walk(turn: Turn, way: Way) -> None:
    """Complete the turn and walk on; a verb that stays, or of a closed case, moves nothing."""
    if way.to is None or turn.task is None:
        return
    if turn.actor.is_staff and turn.task.team_id is not None:
        turn.task.owner_id = turn.actor.user_id
    activation = turn.task.flow_task.activation_class(turn.task)
    activation.start()
    activation.complete()
    activation.activate_next()


def _way(flow: type[CaseFlow], case: Case, task: Task | None, verb: str) -> Way | None:
    """Where the verb leads from here; None when it is not (or no longer) possible."""
    if task is None:
        by = flow.afterwards.get(verb) if case.finished is not None else None
        return Way(None, tuple(by.split("|"))) if by else None
    if task.finished is not None:
        return None
    way: Way | None = task.flow_task.ways.get(verb)
    return way


def _may(
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
    teams = teams_that_may(way.by, service_group, task)
    if actor.is_staff and teams & set(actor.teams):
        return None
    names = [team.name for team in current().teams if team.key in teams]
    who = " or ".join(names) or ("a team of the council" if STAFF in way.by else "the provider")
    raise Forbidden(f"Only {who} can {verb.replace('_', ' ')} this.")


def teams_that_may(by: Iterable[str], service_group: str | None, task: Task | None) -> set[str]:
    """The keys of the teams that may use a verb: those of its desks.

    The team that has a turn stands in the place of the turn's own desk, so that who was handed it can end it.
    """
    held = task is not None and task.team_id is not None
    desk = getattr(task.flow_task, "desk", None) if task is not None and held else None
    holding = team_key(task.team_id) if task is not None and held else ""
    desks = [each for each in by if each not in {"provider", "system", STAFF}]
    return {holding if each == desk else _team_of(each, service_group, task) for each in desks}


def _team_of(desk: str, service_group: str | None, task: Task | None) -> str:
    """The team of a desk; `team` is the one that looks after the case (empty: none does)."""
    if desk != CHOSEN:
        return current().team_for(desk, service_group)
    return team_key(task.process.team_id) if task is not None and task.process.team_id else ""


def _provider_may(flow: type[CaseFlow], actor: Actor, way: Way, verb: str, case: Case) -> None:
    """A provider's person needs the flow's function at the case's service: to see it at all, and to answer."""
    if not actor.may(flow.function, "view", case.service_id) or not actor.sees(case.sensitivity):
        raise NotFound
    if "provider" not in way.by:
        raise Forbidden(f"Only the council can {verb.replace('_', ' ')} this.")
    if not actor.may(flow.function, "edit", case.service_id):
        raise Forbidden("Your role lets you read this, not answer it. Ask whoever looks after your users.")


def _free(actor: Actor, task: Task | None) -> None:
    """Refuse a turn that a colleague has claimed; who leads the team may carry it out all the same."""
    if task is None or task.team_id is None or task.owner_id in {None, actor.user_id} or not actor.is_staff:
        return
    if not actor.manages(team_key(task.team_id)):
        raise Forbidden(f"{task.owner.name if task.owner else 'A colleague'} has claimed this. Ask them to release it.")


def _write(turn: Turn, key: str, body: Mapping[str, Any], *, from_state: str, read_version: int | None) -> Outcome:
    case = turn.case
    turn.facts.update(
        {
            "verb": turn.verb,
            "from": from_state,
            "to": case.state,
            "path": turn.work.path,
            "holder": case.holder,
            "holder_team": case.holder_team_id,
            "task": turn.task.pk if turn.task else None,
        }
    )
    if turn.task is not None and turn.task.standing_in_for_id and turn.task.owner_id == turn.actor.user_id:
        turn.facts["on_behalf_of"] = turn.task.standing_in_for_id
    _prepare_letters(turn)
    moved = turn.work.moved()
    if moved:
        turn.facts["moved"] = moved
    case.version += 1
    turn.facts.update(turn.work.timed(case.version))
    event = turn.event.seal(case.version, bytes(case.head), turn.now, case.pk)
    case.head = event.hash
    answer = {"version": case.version, "state": case.state, **turn.answer}
    receipt = Receipt(key=_key(turn.actor, key), body_hash=_body_hash(body), case_id=case.pk, answer=answer)
    work.flush(turn.work, event, turn.event.contents, receipt, turn.outbox, read_version)
    if turn.outbox:
        outboxes.wake_after_commit()
    return Outcome(case.pk, case.version, case.state, answer)


def may(actor: Actor, verb: str, case: Case, task: Task | None, service_group: str | None) -> Refused | None:
    """Why `run` would not let this person use a verb here, before the command's own rule; None when it would.

    What a page offers, and what it opens, is asked here: the team that was handed a turn may end it.
    """
    way = _way(case.flow_class, case, task, verb)
    if way is None:
        return Refused("This is not possible any more.", "over")
    try:
        _may(case.flow_class, actor, way, verb, case, service_group, task)
        _free(actor, task)
    except Refused as refusal:
        return refusal
    return None


def noted(refusal: Stale, actor: Actor, verb: str, case_id: int) -> Stale:
    """The refusal of a page that finds out before the command that somebody was faster: noted like the command's."""
    note_refusal(refusal, actor, verb, case_id)
    return refusal


def answered(actor: Actor, key: str) -> Outcome | None:
    """What this key has done, if it has: for commands that choose between verbs before they come to the door."""
    receipt = Receipt.objects.filter(key=_key(actor, key)).first()
    return _as_answered(receipt) if receipt is not None else None


def _prepare_letters(turn: Turn) -> None:
    """Keep the letters of turns that open for an outside team: what was to be sent is part of the story."""
    for task in turn.work.opened:
        if task.outside_id is not None:
            turn.facts["outside"] = task.outside_id
            turn.event.write_down("letter", keeping.letter_of(task))


def _once(
    attempt: Callable[[], Outcome],
    *,
    actor: Actor,
    key: str,
    body: Mapping[str, Any],
    case_id: int | Callable[[], int | None] | None,
    verb: str,
) -> Outcome:
    """Make one attempt in one transaction, and answer a repeated key as the first time.

    A repeated key is found out late on purpose: the happy path asks nothing, and whoever waited for the lock sees the
    winner's receipt. `case_id` may be how to find it: only a refusal asks.
    """
    try:
        with transaction.atomic():
            return attempt()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise Busy from error
        raise
    except (Stale, IntegrityError, work.GuardMissed) as error:
        earlier = _earlier(actor, key, body)
        if earlier is not None:
            return earlier
        known = _known(case_id)
        lost = _lost(error, known, actor)
        if isinstance(lost, Stale):
            note_refusal(lost, actor, verb, known)
        raise lost from error
    except NotFound as refusal:
        note_refusal(refusal, actor, verb, _known(case_id))
        raise
    except Refused as refusal:
        # What the first sending did may be why the second is refused: who has claimed a turn cannot claim it again.
        earlier = _earlier(actor, key, body)
        if earlier is not None:
            return earlier
        note_refusal(refusal, actor, verb, _known(case_id))
        raise


def _known(case_id: int | Callable[[], int | None] | None) -> int | None:
    return case_id() if callable(case_id) else case_id


def _earlier(actor: Actor, key: str, body: Mapping[str, Any]) -> Outcome | None:
    """What this key answered the first time; KeyReused when its body was another."""
    receipt = Receipt.objects.filter(key=_key(actor, key)).first()
    if receipt is None:
        return None
    if bytes(receipt.body_hash) != _body_hash(body):
        raise KeyReused
    return _as_answered(receipt)


def _as_answered(receipt: Receipt) -> Outcome:
    answer = dict(receipt.answer)
    return Outcome(receipt.case_id or 0, answer["version"], answer["state"], answer, repeated=True)


def _lost(error: Exception, case_id: int | None, actor: Actor) -> Exception:
    """The refusal for whoever was slower; an integrity error of the command's own tables is passed on as it is."""
    if isinstance(error, Stale):
        return error
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if case_id is not None and (isinstance(error, work.GuardMissed) or constraint == "event_once_in_stream"):
        case = Case.objects.get(pk=case_id)
        return reading.stale(case, case.flow_class, actor)
    return error


def _key(actor: Actor, key: str) -> str:
    return f"{actor.user_id}:{key}"


def _body_hash(body: Mapping[str, Any]) -> bytes:
    """The hash of what was asked; the caller leaves secrets out of it."""
    return hashlib.sha256(canonical(body).encode()).digest()
