"""The verbs of actions: the only writers of their tables (design, workflows §3).

Each takes who acts, what it is about, and the client's key; each goes through the engine's door. What a command
refuses is a `Refused` with a sentence for people (`Invalid` with faults by field), and then nothing has been written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import definitions, door, files, moment
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, Refused
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.parties.teams import team_id, team_key
from workflows.register import holds

from . import notices, rules
from .entities import Entity, entity_of
from .flow import ANSWER, FIRST, ActionFlow
from .models import Action, Post
from .rules import MISSING, Asked, Related, Side, State
from .switching import switched

WINDOW_OVER = "action.window_over"
#: The kind under which files belong to posts (engine.files).
FILES = "action.post"
#: Rides in the door's statement: a post is counted where it is written.
COUNTED = (
    'UPDATE "actions_action" SET "last_post_at" = %s, "posts_count" = "posts_count" + 1'
    ' WHERE "case_id" = %s RETURNING 1'
)


def open_action(*, actor: Actor, asked: Asked, file_ids: Sequence[int] = (), line_id: int | None = None, key: str
                ) -> door.Outcome:  # fmt: skip
    """A provider's person begins an action (suffolk-user-guide §4 "New action"); the team's clock begins.

    Raises Invalid with the faults by field; Refused `duplicate` when the same notice is open already.
    """
    profile = current().actions
    faults = rules.faults(asked, profile, Side.PROVIDER, moment.today(), switched(actor.organisation_id))
    if faults:
        raise Invalid(faults)
    entity = entity_of(actor, asked.related, asked.entity, line_id)
    kind = _type(asked)
    _readable(actor, kind)
    case = _new_case(actor.organisation_id or 0, entity, kind, State.COUNCIL)
    case.team_id = team_id(asked.team)

    def act(turn: door.Turn) -> None:
        turn.work.clock = FIRST
        turn.work.title = f"Answer: {kind.label}"
        _lock_client(entity)
        _hold(turn, kind, asked, entity)
        _new_action(turn, asked, entity, Side.PROVIDER)
        _post(turn, asked.text, file_ids)
        turn.notify(notices.OPENED, {"team": turn.case.team_id})
        turn.notify(notices.RECEIPT, {"user": actor.user_id})

    return _begin("open", actor, case, asked, file_ids, key, act, entity)


def send(
    *,
    actor: Actor,
    asked: Asked,
    organisation_id: int,
    sender: str = "",
    file_ids: Sequence[int] = (),
    copy: bool = False,
    key: str,
) -> door.Outcome:
    """The council begins an action with a provider, such as a care plan (norfolk-handbook §9).

    `asked.team` is the team that has the conversation, unless `sender` is a name of the profile that only sends: then
    its answers go to the team that the profile says. `copy` keeps the files for the other cases of a batch.
    """
    profile = current().actions
    team = next((each.answers_to for each in profile.senders if each.name == sender), asked.team)
    faults = rules.faults(asked, profile, Side.COUNCIL, moment.today(), switched(organisation_id))
    if faults:
        raise Invalid(faults)
    entity = entity_of(actor, asked.related, asked.entity, None, organisation_id)
    kind = _type(asked)
    _readable(actor, kind)
    case = _new_case(organisation_id, entity, kind, State.PROVIDER)
    case.team_id = team_id(team)

    def act(turn: door.Turn) -> None:
        turn.work.title = f"Answer: {kind.label}"
        _lock_client(entity)
        _hold(turn, kind, asked, entity)
        _new_action(turn, asked, entity, Side.COUNCIL, sender=sender)
        _post(turn, asked.text, file_ids, copy=copy)
        turn.notify(notices.FOR_PROVIDER, turn.provider())

    return _begin("send", actor, case, asked, file_ids, key, act, entity)


def comment(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
            ) -> door.Outcome:  # fmt: skip
    """The provider writes: an answer when it had the turn, one more word when the council has it."""

    def act(turn: door.Turn) -> None:
        _write(turn, text, file_ids)
        if turn.case.state != State.COUNCIL:
            turn.state(State.COUNCIL)
        turn.notify(notices.COMMENTED, {"team": turn.case.team_id})

    return _run("comment", act, actor, case_id, task_id, key, {"text": text, **_files(actor, file_ids)})


def reply(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
          ) -> door.Outcome:  # fmt: skip
    """The team answers, and it is the provider's turn (bedford-actuals-guide "this will change to Provider")."""

    def act(turn: door.Turn) -> None:
        _write(turn, text, file_ids)
        turn.state(State.PROVIDER)
        turn.notify(notices.FOR_PROVIDER, turn.provider())

    return _run("reply", act, actor, case_id, task_id, key, {"text": text, **_files(actor, file_ids)})


def update(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
           ) -> door.Outcome:  # fmt: skip
    """The team writes to the provider and keeps the turn, such as "I am asking the social worker".

    A first response keeps the first promise; from then on the answer's own holds.
    """

    def act(turn: door.Turn) -> None:
        _write(turn, text, file_ids)
        _responded(turn)
        turn.notify(notices.UPDATED, turn.provider())

    return _run("update", act, actor, case_id, task_id, key, {"text": text, **_files(actor, file_ids)})


def ask_for_closure(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
                    ) -> door.Outcome:  # fmt: skip
    """The team answers and asks for the action to be closed."""
    return _to_closing("ask_for_closure", actor, case_id, task_id, text, file_ids, key)


def request_closure(*, actor: Actor, case_id: int, task_id: int, text: str = "", key: str) -> door.Outcome:
    """The provider no longer needs it (norfolk-handbook §9 "press the Request Closure button")."""
    return _to_closing("request_closure", actor, case_id, task_id, text, (), key, required=False)


def take_back(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """A notice was a mistake: its holds on payments are lifted at once, and it goes to be closed."""

    def act(turn: door.Turn) -> None:
        if _type_of(turn).notice is None:
            raise Refused("Only a notice can be taken back. Request its closure instead.", "no_notice")
        if Post.objects.filter(action=case_id, verb=turn.verb).exists():
            raise Refused("This notice was taken back already: nothing is held because of it.", "taken_back")
        _write(turn, text, (), missing="Say what was wrong with the notice")
        turn.facts["lifted"] = holds.lift(case_id, actor)
        _close_soon(turn)
        if turn.actor.is_provider:
            turn.notify(notices.TAKEN_BACK, {"team": turn.case.team_id})
        else:
            turn.notify(notices.UPDATED, turn.provider())

    first = partial(holds.lock_held, case_id)
    return _run("take_back", act, actor, case_id, task_id, key, {"text": text}, first=first)


def close(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Close it and say why: both sides read it (design, workflows §3). Refused while a notice is not yet dealt with."""

    def act(turn: door.Turn) -> None:
        _explained(turn, text, "Say why it is closed: the provider reads this")
        waiting = holds.unanswered(case_id).count()
        if waiting:
            words = "a line still goes on" if waiting == 1 else f"{waiting} lines still go on"
            reason = f"Payments are held by this notice, and {words}. End the line, or take the notice back first."
            raise Refused(reason, "held")
        turn.state(State.CLOSED)
        turn.notify(notices.CLOSED, turn.provider())
        payload = {"case": case_id, "closed": turn.now.isoformat()}
        turn.follow(WINDOW_OVER, payload, name="lapse", due_at=_window_end(turn))

    first = partial(holds.lock_held, case_id)
    return _run("close", act, actor, case_id, task_id, key, {"text": text}, first=first)


def keep_open(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """It is not to be closed yet, for a reason; the team of the conversation has it again."""

    def act(turn: door.Turn) -> None:
        _explained(turn, text, "Say why it stays open: the provider reads this")
        turn.state(State.COUNCIL)
        turn.notify(notices.KEPT_OPEN, {"team": turn.case.team_id})
        turn.notify(notices.UPDATED, turn.provider())

    return _run("keep_open", act, actor, case_id, task_id, key, {"text": text})


def reopen(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
           ) -> door.Outcome:  # fmt: skip
    """Take a closed action up again, while the council's profile allows it."""

    def act(turn: door.Turn) -> None:
        _write(turn, text, file_ids, missing="Say why it is needed again")
        turn.state(State.COUNCIL)
        turn.notify(notices.REOPENED, {"team": turn.case.team_id} if actor.is_provider else turn.provider())

    return _run("reopen", act, actor, case_id, task_id, key, {"text": text, **_files(actor, file_ids)})


def lapse(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The time to reopen it is over: the case ends."""
    return _run("lapse", lambda _turn: None, actor, case_id, task_id, key, {})


def _begin(
    verb: str,
    actor: Actor,
    case: Case,
    asked: Asked,
    file_ids: Sequence[int],
    key: str,
    act: door.Act,
    entity: Entity,
) -> door.Outcome:
    said = {name: getattr(asked, name) for name in Asked.__slots__}
    body = {"verb": verb, "organisation": case.organisation_id, **said, **_files(actor, file_ids)}
    group = entity.service_group
    return door.begin(ActionFlow, actor=actor, verb=verb, case=case, key=key, body=body, act=act, service_group=group)


def _run(
    verb: str,
    act: door.Act,
    actor: Actor,
    case_id: int,
    task_id: int,
    key: str,
    body: Mapping[str, Any],
    first: Callable[[], object] | None = None,
) -> door.Outcome:
    return door.run(
        ActionFlow,
        actor=actor,
        verb=verb,
        case_id=case_id,
        task_id=task_id,
        version=None,
        key=key,
        body=body,
        act=act,
        first=first,
    )


def _to_closing(
    verb: str,
    actor: Actor,
    case_id: int,
    task_id: int,
    text: str,
    file_ids: Sequence[int],
    key: str,
    *,
    required: bool = True,
) -> door.Outcome:
    def act(turn: door.Turn) -> None:
        if text.strip() or file_ids or required:
            _write(turn, text, file_ids)
        _close_soon(turn)
        if turn.actor.is_staff:
            turn.notify(notices.UPDATED, turn.provider())

    return _run(verb, act, actor, case_id, task_id, key, {"text": text, **_files(actor, file_ids)})


def _close_soon(turn: door.Turn) -> None:
    """Give it to whoever closes; their team is told."""
    turn.state(State.CLOSING)
    desk = current().actions.closing_desk
    turn.notify(notices.TO_CLOSE, turn.desk(desk) if desk else {"team": turn.case.team_id})


def _new_case(organisation_id: int, entity: Entity, kind: ActionType, state: State) -> Case:
    return Case(
        organisation_id=organisation_id,
        service_id=entity.service_id,
        client_id=entity.client_id,
        sensitivity="" if kind.sensitivity == "general" else kind.sensitivity,
        state=state,
    )


def _new_action(turn: door.Turn, asked: Asked, entity: Entity, side: Side, *, sender: str = "") -> None:
    title = turn.event.write_down("title", asked.title.strip()) or ""
    action = Action(
        case=turn.case,
        type=asked.type,
        related=asked.related,
        contract_id=entity.contract_id,
        contact_id=entity.contact_id,
        line_id=entity.line_id,
        title_id=title,
        sender=sender,
        wanted_by=asked.wanted_by,
        since=asked.since,
        until=asked.until,
        begun_by=side,
        last_post_at=turn.now,
        posts_count=1,
    )
    action.save(force_insert=True)
    turn.facts.update({"type": asked.type, "related": asked.related, "wanted_by": asked.wanted_by})


def _lock_client(entity: Entity) -> None:
    """Lock the client that it is about, before any line: of two notices at once one sees the other, also where no line
    goes on. Invalid for a client who was erased meanwhile."""
    if entity.client_id is None:
        return
    found = Client.objects.select_for_update(no_key=True).filter(pk=entity.client_id, erased_at=None)
    if found.first() is None:
        raise Invalid({"entity": MISSING[Related.CLIENT]})


def _hold(turn: door.Turn, kind: ActionType, asked: Asked, entity: Entity) -> None:
    """Hold the payments that a notice is about, whose client is locked; the same notice twice is one."""
    if kind.notice is None or asked.since is None or entity.client_id is None:
        return
    organisation = turn.case.organisation_id
    earlier = _told_already(kind, asked, entity.client_id, organisation)
    if earlier is not None:
        known = engine.cases(turn.actor, ActionFlow.function).filter(pk=earlier.pk).exists()
        words = f"{earlier.reference} tells" if known else "Another action of this provider tells"
        raise Refused(f"{words} the same already. Write there what you would add.", "duplicate")
    lines = holds.lock_lines(entity.client_id, organisation, asked.since)
    placed = holds.place(
        lines, case_id=turn.case.pk, cause=kind.notice, start=asked.since, end=asked.until, actor=turn.actor
    )
    turn.facts.update({"since": asked.since, "until": asked.until, "held": len(placed)})


def _told_already(kind: ActionType, asked: Asked, client_id: int, organisation_id: int) -> Case | None:
    """The case in which the same was told and is not dealt with; what was taken back tells nothing."""
    alike = [each.key for each in current().actions.types if each.notice == kind.notice]
    rows = Action.objects.filter(case__client=client_id, case__organisation=organisation_id, type__in=alike)
    rows = rows.exclude(case__state=State.CLOSED).exclude(posts__verb="take_back").select_related("case")
    same = (each.case for each in rows.order_by("pk") if rules.tells_the_same(asked, each.since, each.until, kind))
    return next(same, None)


def _write(
    turn: door.Turn, text: str, file_ids: Sequence[int], *, missing: str = "Write something for the other side"
) -> None:
    """Add what somebody wrote to the conversation."""
    faults = faults_of_text(text, missing) if text.strip() or not file_ids else {}
    if faults:
        raise Invalid(faults)
    _post(turn, text, file_ids)
    turn.work.also(COUNTED, [turn.now, turn.case.pk])


def _post(turn: door.Turn, text: str, file_ids: Sequence[int], *, copy: bool = False) -> None:
    """Write a post with its files, told in the event; the words go to the stream of the case."""
    post = Post(
        action_id=turn.case.pk,
        side=Side.PROVIDER if turn.actor.is_provider else Side.COUNCIL,
        verb=turn.verb,
        author_id=turn.actor.user_id,
        author_of=_author_of(turn),
        at=turn.now,
        words_id=turn.event.write_down("post", text.strip()),
    )
    post.save(force_insert=True)
    turn.facts["post"] = post.pk
    if file_ids:
        files.attach(turn, file_ids, kind=FILES, owner_id=post.pk, copy=copy)


def _explained(turn: door.Turn, text: str, missing: str) -> None:
    _write(turn, text, (), missing=missing)


def _author_of(turn: door.Turn) -> str:
    """For whom somebody writes: their provider, or the team that has the turn or the conversation, if it is theirs."""
    if turn.actor.is_provider:
        return turn.actor.organisation_name
    task, own = turn.task, turn.actor.teams
    team = team_key((task.team_id if task is not None else None) or turn.case.team_id)
    return current().team(team if team in own or not own else next(iter(own))).name


def _responded(turn: door.Turn) -> None:
    """A first response was given: the turn's clock is the answer's from now on."""
    task = turn.task
    if task is None or task.node != ActionFlow.with_team.name or task.clock_id is None:
        return
    if definitions.by_id({task.clock_id})[task.clock_id].key == FIRST:
        turn.facts.update(turn.work.reclock(task, ANSWER))


def _window_end(turn: door.Turn) -> datetime:
    """When a closed action can no longer be reopened."""
    return turn.now + timedelta(days=current().actions.reopen_days)


def _files(actor: Actor, file_ids: Sequence[int]) -> dict[str, Any]:
    return {"files": files.body_of(actor, file_ids)} if file_ids else {}


def _type(asked: Asked) -> ActionType:
    kind = rules.type_of(current().actions, asked.type)
    if kind is None:
        raise KeyError(asked.type)
    return kind


def _type_of(turn: door.Turn) -> ActionType:
    action = Action.objects.only("type").get(pk=turn.case.pk)
    kind = rules.type_of(current().actions, action.type)
    if kind is None:
        raise Refused(f"The council's profile no longer has the type {action.type}.", "type")
    return kind


def _readable(actor: Actor, kind: ActionType) -> None:
    """Nobody begins what they could not read afterwards."""
    if kind.sensitivity != "general" and not actor.sees(kind.sensitivity):
        raise Forbidden("Your role does not read conversations of this type.")
