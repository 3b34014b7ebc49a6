"""The four ways in: a new case, a verb of a case, and what every turn or every case has."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from workflows.parties.actor import Actor

from .. import moment, reading
from ..errors import NotFound
from ..flow import CaseFlow
from ..models import Case
from ..nodes import Walked, Way
from .once import Outcome, once
from .permission import refuse_if_claimed, refuse_who_may_not, way_of
from .turn import Act, Turn, opened
from .writing import write


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
        refuse_who_may_not(flow, actor, node.ways[verb], verb, case, service_group)
        now = moment.now()
        reading.number(case, flow, now)
        turn = opened(actor, case, None, verb, now, service_group)
        act(turn)
        activation = Walked.begin(node, case)
        activation.complete()
        activation.activate_next()
        return write(turn, key, body, from_state="", read_version=None)

    return once(attempt, actor=actor, key=key, body=body, case_id=None, verb=verb)


def run(
    flow: type[CaseFlow],
    *,
    actor: Actor,
    verb: str,
    case_id: int,
    task_id: int | None,
    key: str,
    body: Mapping[str, Any],
    act: Act,
    version: int | None = None,
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
        way = way_of(flow, case, task, verb)
        if way is None or (version is not None and version != case.version):
            raise reading.stale(case, flow, actor)
        refuse_who_may_not(flow, actor, way, verb, case, read.service_group, task)
        refuse_if_claimed(actor, task)
        turn = opened(actor, case, task, verb, moment.now(), read.service_group)
        from_state, read_version = case.state, case.version
        act(turn)
        _walk(turn, way)
        return write(turn, key, said, from_state=from_state, read_version=read_version)

    said = {"verb": verb, "case": case_id, **body}
    return once(attempt, actor=actor, key=key, body=said, case_id=case_id, verb=verb)


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
        turn = opened(actor, read.case, read.task, verb, moment.now(), read.service_group)
        turn.away = read.away
        return _stay(turn, key, body, act)

    case_id = partial(reading.case_of, which) if isinstance(which, int) else None
    return once(attempt, actor=actor, key=key, body=body, case_id=case_id, verb=verb)


def on_case(*, actor: Actor, verb: str, case_id: int, key: str, act: Act, body: Mapping[str, Any]) -> Outcome:
    """Carry out a verb that every case has, open or closed, on none of its turns; `act` says who may.

    Raises NotFound, and what `act` refuses.
    """

    def attempt() -> Outcome:
        read = reading.locked(case_id, None, actor)
        return _stay(opened(actor, read.case, None, verb, moment.now(), read.service_group), key, body, act)

    return once(attempt, actor=actor, key=key, body=body, case_id=case_id, verb=verb)


def _stay(turn: Turn, key: str, body: Mapping[str, Any], act: Act) -> Outcome:
    """Do what moves nothing in the workflow, and write it down."""
    from_state, read_version = turn.case.state, turn.case.version
    act(turn)
    return write(turn, key, body, from_state=from_state, read_version=read_version)


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
