"""How an action begins, whoever begins it: what is checked before it, and what is written with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import door, moment
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, Refused
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.parties.models import Client
from workflows.parties.teams import team_id
from workflows.register import holds

from . import posting, rules
from .entities import Entity, entity_of
from .flow import ActionFlow
from .models import Action
from .rules import MISSING, Asked, Related, Side, State
from .switching import switched


@dataclass(frozen=True, slots=True)
class Opening:
    """An action that may begin: what was asked, what it is about, and its case, not yet written."""

    asked: Asked
    side: Side
    kind: ActionType
    entity: Entity
    case: Case


def checked(
    *, actor: Actor, asked: Asked, side: Side, organisation_id: int | None, team: str, line_id: int | None = None
) -> Opening:
    """What is to begin; Invalid with the faults by field, Forbidden for a type that the person does not read."""
    faults = rules.faults(asked, current().actions, side, moment.today(), switched(organisation_id))
    if faults:
        raise Invalid(faults)
    entity = entity_of(actor, asked.related, asked.entity, line_id, organisation_id)
    kind = _type(asked)
    _readable(actor, kind)
    case = _new_case(organisation_id or 0, entity, kind, State.COUNCIL if side is Side.PROVIDER else State.PROVIDER)
    case.team_id = team_id(team)
    return Opening(asked, side, kind, entity, case)


def write(turn: door.Turn, new: Opening, file_ids: Sequence[int], *, sender: str = "", copy: bool = False) -> None:
    """Write the action with its first post, and hold what it holds; Refused `duplicate` for the same notice twice."""
    turn.work.title = f"Answer: {new.kind.label}"
    _lock_client(new.entity)
    _hold(turn, new.kind, new.asked, new.entity)
    _new_action(turn, new, sender)
    posting.post(turn, new.asked.text, file_ids, copy=copy)


def through_the_door(
    verb: str, *, actor: Actor, new: Opening, file_ids: Sequence[int], key: str, act: door.Act
) -> door.Outcome:
    """Open the case; the same key with anything else asked, or other files, is refused."""
    said = {name: getattr(new.asked, name) for name in Asked.__slots__}
    body = {"verb": verb, "organisation": new.case.organisation_id, **said, **posting.files_of(actor, file_ids)}
    group = new.entity.service_group
    return door.begin(
        ActionFlow, actor=actor, verb=verb, case=new.case, key=key, body=body, act=act, service_group=group
    )


def _new_case(organisation_id: int, entity: Entity, kind: ActionType, state: State) -> Case:
    return Case(
        organisation_id=organisation_id,
        service_id=entity.service_id,
        client_id=entity.client_id,
        sensitivity="" if kind.sensitivity == "general" else kind.sensitivity,
        state=state,
    )


def _new_action(turn: door.Turn, new: Opening, sender: str) -> None:
    asked, entity = new.asked, new.entity
    action = Action(
        case=turn.case,
        type=asked.type,
        related=asked.related,
        contract_id=entity.contract_id,
        contact_id=entity.contact_id,
        line_id=entity.line_id,
        title_id=turn.event.write_down("title", asked.title.strip()) or "",
        sender=sender,
        wanted_by=asked.wanted_by,
        since=asked.since,
        until=asked.until,
        begun_by=new.side,
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


def _type(asked: Asked) -> ActionType:
    kind = rules.type_of(current().actions, asked.type)
    if kind is None:
        raise KeyError(asked.type)
    return kind


def _readable(actor: Actor, kind: ActionType) -> None:
    """Nobody begins what they could not read afterwards."""
    if kind.sensitivity != "general" and not actor.sees(kind.sensitivity):
        raise Forbidden("Your role does not read conversations of this type.")
