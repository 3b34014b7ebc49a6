"""The verbs of disputes: the only writers of their tables (design, workflows §4).

What is disputed and what is decided stands in the week's own tables as well: both are written in one transaction, the
week's case locked before the dispute's (design, architecture "line < actuals < dispute").
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from workflows.actuals import commands as actuals
from workflows.actuals import settling
from workflows.actuals.entry import FilledRow
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import LineWeek
from workflows.actuals.rules import NOTHING
from workflows.engine import door, files
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.models import Case
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor

from . import amending, deciding, notices, rules
from .files import EVIDENCE
from .flow import DisputeFlow
from .models import Dispute, DisputedRow
from .rules import ASK_AGAIN, Awaits, Choice, State


def raise_dispute(
    *, actor: Actor, week_id: int, task_id: int, lines: Collection[int], reason: str, key: str
) -> door.Outcome:
    """Dispute lines of a week that was submitted (bedford-actuals-guide: "the Finance Team will dispute the received
    Actuals"): one case for all of them. `lines` are ids of lines' weeks.

    The outcome is the week's; its answer names the "dispute". A person may dispute whatever differs from the plan; the
    council's rule says what the engine disputes by itself. Refused for a line that does not differ.
    """
    if faults := faults_of_text(reason, "Say why it is disputed: the provider reads this", field="reason"):
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        disputed = actuals.mark_disputed(turn, lines)
        if not all(each.differs or each.disputable for each in disputed):
            raise Refused("One of these lines does not differ from what was planned.", "not_disputable")
        begun = _begin(turn, disputed, reason, key)
        turn.facts["dispute"] = turn.answer["dispute"] = begun.case_id

    return door.run(
        ActualsFlow,
        actor=actor,
        verb="dispute",
        case_id=week_id,
        task_id=task_id,
        version=None,
        key=key,
        body={"lines": sorted(lines), "reason": reason},
        act=act,
    )


def amend(
    *,
    actor: Actor,
    case_id: int,
    task_id: int,
    row_id: int,
    seen: int,
    filled: Sequence[FilledRow],
    removed: frozenset[int] = frozenset(),
    key: str,
) -> door.Outcome:
    """The provider gives other actuals for a row (bedford-actuals-guide "Add/Edit the Actuals"); the week itself stays
    as it was submitted until that is decided.

    `seen` counts the changes that the form was opened after. Invalid with faults by row number; Refused `conflict`.
    """

    def act(turn: door.Turn) -> None:
        row = _row(case_id, row_id)
        if row.awaits != Awaits.PROVIDER:
            raise Refused("This row does not await your answer.", "awaits")
        if row.changes != seen:
            raise Refused("A colleague changed this row since you opened it. Nothing of yours was saved.", "conflict")
        amending.amend(row, filled, removed)
        turn.facts["row"] = row.pk

    said = [[repr(each) for each in filled], sorted(removed)]
    return _run("amend", act, actor, case_id, task_id, key, {"row": row_id, "seen": seen, "filled": said})


def answer(*, actor: Actor, case_id: int, task_id: int, text: str, file_ids: Sequence[int] = (), key: str
           ) -> door.Outcome:  # fmt: skip
    """The provider's response, with its evidence (bedford-actuals-guide "Update Request Resolution"): it is the
    council's turn."""

    def act(turn: door.Turn) -> None:
        rows = DisputedRow.objects.filter(dispute=case_id, awaits=Awaits.PROVIDER)
        amended = rows.exclude(amended=None).exists()
        if faults := rules.faults_of_answer(text, files=bool(file_ids), amended=amended):
            raise Invalid(faults)
        turn.event.write_down("response", text.strip())
        if file_ids:
            files.attach(turn, file_ids, kind=EVIDENCE, owner_id=case_id)
        turn.facts["rows"] = rows.update(awaits=Awaits.COUNCIL)
        turn.state(State.ANSWERED)
        turn.notify(notices.ANSWERED, turn.desk("payments"))

    body = {"text": text, **({"files": files.body_of(actor, file_ids)} if file_ids else {})}
    return _run("answer", act, actor, case_id, task_id, key, body)


def take(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The provider's time to answer is over: the council goes on without."""

    def act(turn: door.Turn) -> None:
        if refusal := rules.refusal_of_taking(turn.task.due_at if turn.task else None, turn.now):
            raise Refused(refusal, "in_time")
        rows = DisputedRow.objects.filter(dispute=case_id, awaits=Awaits.PROVIDER)
        turn.facts["rows"] = rows.update(awaits=Awaits.COUNCIL)
        turn.state(State.ANSWERED)
        turn.notify(notices.TAKEN, turn.provider())

    return _run("take", act, actor, case_id, task_id, key, {})


def decide(*, actor: Actor, case_id: int, task_id: int, choices: Sequence[Choice], key: str) -> door.Outcome:
    """Decide rows, or ask again about some; the dispute ends with its last row. Invalid with faults by row.

    What is decided is written to the week in the same transaction and is payable.
    """
    earlier = door.answered(actor, key)
    verb = str(earlier.answer.get("verb", "")) if earlier else _verb(case_id, choices)
    while True:
        try:
            return _decide(verb, actor, case_id, task_id, choices, key)
        except _OtherVerb as other:  # a colleague decided other rows meanwhile
            verb = other.verb


class _OtherVerb(Exception):
    """Under the lock, these choices lead elsewhere than they did before it."""

    def __init__(self, verb: str) -> None:
        super().__init__(verb)
        self.verb = verb


def _decide(verb: str, actor: Actor, case_id: int, task_id: int, choices: Sequence[Choice], key: str) -> door.Outcome:
    week_id = Dispute.objects.filter(pk=case_id).values_list("week_id", flat=True).first()
    if week_id is None:
        raise NotFound

    def act(turn: door.Turn) -> None:
        under_lock = _verb(case_id, choices)
        rows = deciding.rows_of(case_id)
        awaits = {each.pk: each.awaits for each in rows.values()}
        amended = {each.pk for each in rows.values() if each.amended is not None}
        if faults := rules.faults_of_choices(choices, awaits, amended):
            raise Invalid(faults)
        if under_lock != verb:
            raise _OtherVerb(under_lock)
        turn.answer["verb"] = verb
        deciding.write(turn, rows, choices, week_id=week_id, key=key)
        _go_on(turn, choices)

    body = {"choices": [[each.row, each.way, each.reason] for each in choices]}
    first = partial(settling.lock_week, week_id)
    return _run(verb, act, actor, case_id, task_id, key, body, first=first)


def _go_on(turn: door.Turn, choices: Sequence[Choice]) -> None:
    """Where the dispute stands after these choices, and who is told."""
    if turn.verb == "ask_again":
        asked = [each.row for each in choices if each.way == ASK_AGAIN]
        DisputedRow.objects.filter(pk__in=asked).update(awaits=Awaits.PROVIDER)
        turn.state(State.RAISED)
        turn.notify(notices.ASKED_AGAIN, turn.provider())
        return
    if turn.verb == "resolve":
        turn.state(State.DECIDED)
    turn.notify(notices.DECIDED, turn.provider())


def _verb(case_id: int, choices: Collection[Choice]) -> str:
    left = DisputedRow.objects.filter(dispute=case_id).exclude(awaits=Awaits.NOTHING)
    return rules.verb_of(choices, set(left.values_list("pk", flat=True)))


def _begin(turn: door.Turn, disputed: Sequence[LineWeek], reason: str, key: str) -> door.Outcome:
    """Open the dispute's case, in the week's own transaction."""
    week = turn.case
    case = Case(organisation_id=week.organisation_id, service_id=week.service_id, state=State.RAISED)

    def act(inner: door.Turn) -> None:
        inner.case.amount = sum((each.at_stake for each in disputed), start=NOTHING)
        words = inner.event.write_down("reason", reason.strip())
        dispute = Dispute(
            case=inner.case, week_id=week.pk, reason_id=words, raised_by_id=inner.actor.user_id, raised_at=inner.now
        )
        dispute.save(force_insert=True)
        DisputedRow.objects.bulk_create(deciding.raised(dispute, disputed))
        inner.facts.update({"week": week.pk, "lines": [each.pk for each in disputed]})
        inner.notify(notices.RAISED, inner.provider())

    body = {"verb": "raise", "week": week.pk, "lines": [each.pk for each in disputed], "reason": reason}
    return door.begin(
        DisputeFlow,
        actor=turn.actor,
        verb="raise",
        case=case,
        key=f"{key}:dispute",
        body=body,
        act=act,
        service_group=turn.work.service_group,
    )


def _row(case_id: int, row_id: int) -> DisputedRow:
    related = ("line_week__line__service", "line_week__line__service_level", "dispute__week")
    found = DisputedRow.objects.select_related(*related).filter(dispute=case_id, pk=row_id).first()
    if found is None:
        raise NotFound
    return found


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
    run = partial(door.run, DisputeFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, version=None)
    return run(key=key, body=body, act=act, first=first)
