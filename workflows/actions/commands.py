"""The verbs of actions: the only writers of their tables (design, workflows §3).

Each takes who acts, what it is about, and the client's key; each goes through the engine's door. What a command
refuses is a `Refused` with a sentence for people (`Invalid` with faults by field), and then nothing has been written.
How an action begins is in `opening`, how a post is written in `posting`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.register import holds

from . import notices, opening, posting, rules
from .flow import FIRST, ActionFlow
from .models import Action, Post
from .rules import Asked, Side, State

WINDOW_OVER = "action.window_over"
_run = partial(door.run, ActionFlow)


def open_action(*, actor: Actor, asked: Asked, file_ids: Sequence[int] = (), line_id: int | None = None, key: str
                ) -> door.Outcome:  # fmt: skip
    """A provider's person begins an action (suffolk-user-guide §4 "New action"); the team's clock begins.

    Raises Invalid with the faults by field; Refused `duplicate` when the same notice is open already.
    """
    own, side = actor.organisation_id, Side.PROVIDER
    new = opening.checked(actor=actor, asked=asked, side=side, organisation_id=own, team=asked.team, line_id=line_id)

    def act(turn: door.Turn) -> None:
        turn.work.clock = FIRST
        opening.write(turn, new, file_ids)
        turn.notify(notices.OPENED, {"team": turn.case.team_id})
        turn.notify(notices.RECEIPT, {"user": actor.user_id})

    return opening.through_the_door("open", actor=actor, new=new, file_ids=file_ids, key=key, act=act)


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
    senders = current().actions.senders
    team = next((each.answers_to for each in senders if each.name == sender), asked.team)
    new = opening.checked(actor=actor, asked=asked, side=Side.COUNCIL, organisation_id=organisation_id, team=team)

    def act(turn: door.Turn) -> None:
        opening.write(turn, new, file_ids, sender=sender, copy=copy)
        turn.notify(notices.FOR_PROVIDER, turn.provider())

    return opening.through_the_door("send", actor=actor, new=new, file_ids=file_ids, key=key, act=act)


def comment(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
            ) -> door.Outcome:  # fmt: skip
    """The provider writes: an answer when it had the turn, one more word when the council has it."""

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, file_ids)
        if turn.case.state != State.COUNCIL:
            turn.state(State.COUNCIL)
        turn.notify(notices.COMMENTED, {"team": turn.case.team_id})

    body = posting.body_of(actor, text, file_ids)
    return _run(verb="comment", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def reply(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
          ) -> door.Outcome:  # fmt: skip
    """The team answers, and it is the provider's turn (bedford-actuals-guide "this will change to Provider")."""

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, file_ids)
        turn.state(State.PROVIDER)
        turn.notify(notices.FOR_PROVIDER, turn.provider())

    body = posting.body_of(actor, text, file_ids)
    return _run(verb="reply", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def update(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
           ) -> door.Outcome:  # fmt: skip
    """The team writes to the provider and keeps the turn, such as "I am asking the social worker".

    A first response keeps the first promise; from then on the answer's own holds.
    """

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, file_ids)
        posting.responded(turn)
        turn.notify(notices.UPDATED, turn.provider())

    body = posting.body_of(actor, text, file_ids)
    return _run(verb="update", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


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
        posting.write(turn, text, (), missing="Say what was wrong with the notice")
        turn.facts["lifted"] = holds.lift(case_id, actor)
        _close_soon(turn)
        if turn.actor.is_provider:
            turn.notify(notices.TAKEN_BACK, {"team": turn.case.team_id})
        else:
            turn.notify(notices.UPDATED, turn.provider())

    first = partial(holds.lock_held, case_id)
    body = {"text": text}
    return _run(
        verb="take_back", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act, first=first
    )


def close(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Close it and say why: both sides read it (design, workflows §3). Refused while a notice is not yet dealt with."""

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, (), missing="Say why it is closed: the provider reads this")
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
    body = {"text": text}
    return _run(verb="close", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act, first=first)


def keep_open(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """It is not to be closed yet, for a reason; the team of the conversation has it again."""

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, (), missing="Say why it stays open: the provider reads this")
        turn.state(State.COUNCIL)
        turn.notify(notices.KEPT_OPEN, {"team": turn.case.team_id})
        turn.notify(notices.UPDATED, turn.provider())

    return _run(verb="keep_open", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def reopen(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
           ) -> door.Outcome:  # fmt: skip
    """Take a closed action up again, while the council's profile allows it."""

    def act(turn: door.Turn) -> None:
        posting.write(turn, text, file_ids, missing="Say why it is needed again")
        turn.state(State.COUNCIL)
        turn.notify(notices.REOPENED, {"team": turn.case.team_id} if actor.is_provider else turn.provider())

    body = posting.body_of(actor, text, file_ids)
    return _run(verb="reopen", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def lapse(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The time to reopen it is over: the case ends."""
    return _run(verb="lapse", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=lambda _turn: None)


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
            posting.write(turn, text, file_ids)
        _close_soon(turn)
        if turn.actor.is_staff:
            turn.notify(notices.UPDATED, turn.provider())

    body = posting.body_of(actor, text, file_ids)
    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def _close_soon(turn: door.Turn) -> None:
    """Give it to whoever closes; their team is told."""
    turn.state(State.CLOSING)
    desk = current().actions.closing_desk
    turn.notify(notices.TO_CLOSE, turn.desk(desk) if desk else {"team": turn.case.team_id})


def _window_end(turn: door.Turn) -> datetime:
    """When a closed action can no longer be reopened."""
    return turn.now + timedelta(days=current().actions.reopen_days)


def _type_of(turn: door.Turn) -> ActionType:
    action = Action.objects.only("type").get(pk=turn.case.pk)
    kind = rules.type_of(current().actions, action.type)
    if kind is None:
        raise Refused(f"The council's profile no longer has the type {action.type}.", "type")
    return kind
