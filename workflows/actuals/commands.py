"""The verbs of weeks of actuals: the only writers of their tables (design, workflows §6).

Each goes through the engine's door with the week's case locked, so that two people, an import and the council never
write one week at once. What a command refuses is a `Refused` with a sentence for people, and then nothing was written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction

from workflows.engine import door
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.models import Case, Task
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor

from . import generating, notices, rules
from .filling import OPEN, Bring, Filled, Unchanged, bring, fill, said, sum_up
from .flow import ActualsFlow
from .models import ActualWeek, LineWeek, Standing
from .module import module
from .rules import State
from .topics import DISPUTABLE, NOTICE, PAYABLE
from .visits import boxes

IS_OPEN = "This week is open already."
KEEP = """
INSERT INTO actuals_lineweekversion (line_week_id, version, rows, payable, payable_cost, at, by_id)
SELECT w.id, w.version, w.rows, w.payable, w.payable_cost, %s, %s FROM actuals_lineweek w
WHERE w.case_id = %s AND w.standing IN ('generated', 'saved')
ON CONFLICT (line_week_id, version) DO NOTHING
"""
SUBMIT = """
UPDATE actuals_lineweek SET standing = 'submitted', submitted_version = version
WHERE case_id = %s AND standing IN ('generated', 'saved')
"""


def open_week(*, actor: Actor, service_id: int, week: date, lot: str = "", key: str) -> door.Outcome:
    """Open the case of a service's (or lot's) week; Refused `open` when there is one."""
    service = Service.objects.get(pk=service_id)
    until = rules.cut_off(module().cut_off, week)
    case = Case(organisation_id=service.organisation_id, service_id=service.pk, state=State.RECORDING)

    def act(turn: door.Turn) -> None:
        if ActualWeek.objects.filter(service=service, lot=lot, week=week).exists():
            raise Refused(IS_OPEN, "open")
        turn.work.by = until
        row = ActualWeek(case=turn.case, service=service, lot=lot, week=week, cut_off=until)
        row.save(force_insert=True)
        turn.facts.update({"week": week, "lot": lot, "cut_off": until})

    body = {"verb": "open", "service": service_id, "lot": lot, "week": week.isoformat()}
    begin = partial(door.begin, ActualsFlow, actor=actor, verb="open", case=case, key=key, body=body, act=act)
    try:
        return begin(service_group=service.group)
    except IntegrityError as error:  # somebody else opened it in this very moment
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "actual_week_once":
            raise
        raise Refused(IS_OPEN, "open") from error


def generate(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Fill the week from the live lines (suffolk-user-guide §2 step 7); what somebody saved keeps what they typed."""

    def act(turn: door.Turn) -> None:
        moved = generating.fill([case_id], now=turn.now)
        if visited := boxes.of_case(module(), case_id):
            fill(turn, visited, Standing.SAVED, strict=False)
        turn.facts["lines"] = moved
        ActualWeek.objects.filter(pk=case_id).update(generated_at=turn.now)
        sum_up(turn)

    return _run("generate", act, actor, case_id, task_id, key, {})


def save(*, actor: Actor, case_id: int, task_id: int, filled: Sequence[Filled], key: str) -> door.Outcome:
    """Save what was filled in (bedford-actuals-guide, step 4); it can be incomplete unless saving is submitting.

    Raises Conflicts, and Invalid with faults by "<line's week>-<row>".
    """
    strict = module().submit_mode == "on_save"

    def act(turn: door.Turn) -> None:
        fill(turn, filled, Standing.SAVED, strict=strict)

    return _run("save", act, actor, case_id, task_id, key, {"filled": said(filled)})


def record_visits(*, actor: Actor, case_id: int, task_id: int, filled: Sequence[Filled], key: str) -> door.Outcome:
    """Fill boxes of a week that is being recorded from visits (visits.boxes); what they lack is asked for later."""

    def act(turn: door.Turn) -> None:
        fill(turn, filled, Standing.SAVED, strict=False)

    return _run("record_visits", act, actor, case_id, task_id, key, {"filled": said(filled)})


def change(*, actor: Actor, case_id: int, task_id: int, filled: Sequence[Filled], key: str) -> door.Outcome:
    """Change what was submitted and is not paid: a new version that is checked again (design, workflows §6)."""

    def act(turn: door.Turn) -> None:
        fill(turn, filled, Standing.SAVED, strict=True)
        _changed(turn)

    return then_accepted(partial(_run, "change", act, actor, case_id, task_id, key, {"filled": said(filled)}), key)


def save_from(*, actor: Actor, case_id: int, task_id: int, source: str, brings: Bring, key: str) -> door.Outcome | None:
    """Save a week as a file says (`source`: which; `brings` writes it); None when it changes nothing."""

    def act(turn: door.Turn) -> None:
        bring(turn, brings(turn))

    try:
        return _run("save", act, actor, case_id, task_id, key, {"source": source})
    except Unchanged:
        return None


def change_from(
    *, actor: Actor, case_id: int, task_id: int, source: str, brings: Bring, key: str
) -> door.Outcome | None:
    """Change what was submitted as a file says; None when it changes nothing."""

    def act(turn: door.Turn) -> None:
        bring(turn, brings(turn))
        _changed(turn)

    try:
        return then_accepted(partial(_run, "change", act, actor, case_id, task_id, key, {"source": source}), key)
    except Unchanged:
        return None


def _changed(turn: door.Turn) -> None:
    _submit_rows(turn)
    turn.state(State.SUBMITTED)
    turn.notify(notices.CHANGED, turn.desk("payments"))


def submit(*, actor: Actor, case_id: int, task_id: int, reviewed: bool, key: str) -> door.Outcome:
    """Confirm and submit the whole week, changed or not (bradford-supported-living "Key Messages").

    `reviewed`: the person says that they looked at the lines that differ. Invalid names the lines that lack something.
    """

    def act(turn: door.Turn) -> None:
        changed = generating.fill([case_id], now=turn.now)
        if changed:
            words = "The plan of one line has" if changed == 1 else f"The plans of {changed} lines have"
            raise Refused(f"{words} changed since the week was generated. Generate again and look at it.", "plan")
        _ready(case_id, reviewed=reviewed)
        _submit_rows(turn)
        turn.state(State.SUBMITTED)
        until = ActualWeek.objects.values_list("cut_off", flat=True).get(pk=case_id)
        turn.facts["late"] = until is not None and turn.now > until
        turn.notify(notices.SUBMITTED, turn.desk("payments"))
        if module().notice is not None:
            turn.follow(NOTICE, {"case": case_id, "user": actor.user_id, "organisation": actor.organisation_id})

    return then_accepted(partial(_run, "submit", act, actor, case_id, task_id, key, {"reviewed": reviewed}), key)


def take(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Take a week for checking whose saves are its submission, or that is taken as planned: at its cut-off, or when
    the team opens it (design, workflows §6 "judging happens at the cut-off or when the team opens the week")."""

    def act(turn: door.Turn) -> None:
        waits = module().submit_mode != "on_save" and module().confirm_unchanged
        if waits and not turn.actor.kind == "system":
            raise Refused("The provider has not submitted this week yet.", "not_submitted")
        _submit_rows(turn)
        turn.state(State.SUBMITTED)

    return then_accepted(partial(_run, "take", act, actor, case_id, task_id, key, {}), key)


def accept(*, actor: Actor, case_id: int, task_id: int, lines: Collection[int] | None = None,
           version: int | None = None, key: str) -> door.Outcome:  # fmt: skip
    """Accept these lines (None: all that are submitted): they are payable. The week is checked when none is left.

    `version` is the case's as the person saw it: Stale when the provider has changed the week since.
    """
    earlier = door.answered(actor, key)
    verb = str(earlier.answer.get("verb", "accept")) if earlier else _accepting(case_id, lines)
    while True:
        try:
            return _accept(verb, actor, case_id, task_id, lines, version, key)
        except OtherVerb as other:  # a colleague accepted other lines meanwhile, or the provider changed one
            verb = other.verb


class OtherVerb(Exception):
    """Under the lock, these lines lead elsewhere than they did before it."""

    def __init__(self, verb: str) -> None:
        super().__init__(verb)
        self.verb = verb


def _accepting(case_id: int, lines: Collection[int] | None) -> str:
    """The verb that accepting these lines is: whether any that is submitted is left."""
    submitted = LineWeek.objects.filter(case=case_id, standing=Standing.SUBMITTED)
    left = lines is not None and submitted.exclude(pk__in=lines).exists()
    return "accept_some" if left else "accept"


def _accept(
    verb: str, actor: Actor, case_id: int, task_id: int, lines: Collection[int] | None, version: int | None, key: str
) -> door.Outcome:
    def act(turn: door.Turn) -> None:
        if (under_lock := _accepting(case_id, lines)) != verb:
            raise OtherVerb(under_lock)
        turn.answer["verb"] = verb
        rows = LineWeek.objects.filter(case=case_id, standing=Standing.SUBMITTED)
        chosen = rows if lines is None else rows.filter(pk__in=lines)
        turn.facts["lines"] = chosen.update(standing=Standing.PAYABLE)
        turn.follow(PAYABLE, {"case": case_id})
        if verb == "accept":
            turn.state(State.CHECKED)
            turn.notify(notices.ACCEPTED, turn.provider())

    said = {"lines": None if lines is None else sorted(lines)}
    return _run(verb, act, actor, case_id, task_id, key, said, version=version)


def query(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Ask the provider about the week: it is theirs again, with what is asked beside it."""
    faults = faults_of_text(text, "Say what the provider should look at")
    if faults:
        raise Invalid(faults)

    def act(turn: door.Turn) -> None:
        turn.event.write_down("question", text.strip())
        LineWeek.objects.filter(case=case_id, standing=Standing.SUBMITTED).update(standing=Standing.SAVED)
        turn.work.by = _time_to_answer(turn.now)
        turn.state(State.RECORDING)
        turn.notify(notices.QUERIED, turn.provider())

    return _run("query", act, actor, case_id, task_id, key, {"text": text})


def pay(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Lock what is payable, because it was paid; the week is over when nothing of it is open."""

    def act(turn: door.Turn) -> None:
        LineWeek.objects.filter(case=case_id, standing=Standing.PAYABLE).update(standing=Standing.PAID)
        if LineWeek.objects.filter(case=case_id).exclude(standing__in=[Standing.PAID, Standing.SUSPENDED]).exists():
            raise Refused("Something of this week is not payable yet.", "open")
        turn.state(State.PAID)

    return _run("pay", act, actor, case_id, task_id, key, {})


def close_empty(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Close a week in which nothing was planned (bedford-actuals-guide "There are no actuals for this week")."""

    def act(turn: door.Turn) -> None:
        if LineWeek.objects.filter(case=case_id).exclude(standing=Standing.SUSPENDED).exists():
            raise Refused("Something was planned in this week.", "planned")
        turn.state(State.EMPTY)

    return _run("close_empty", act, actor, case_id, task_id, key, {})


def move_cut_off(*, actor: Actor, case_id: int, task_id: int, until: datetime, key: str) -> door.Outcome:
    """The council announced another cut-off for the week: the open turn takes it, and its story says so."""

    def act(turn: door.Turn) -> None:
        if turn.task is None:
            raise NotFound
        ActualWeek.objects.filter(pk=case_id).update(cut_off=until)
        turn.facts.update({"cut_off": until, **turn.work.retime(turn.task, until)})

    return _run("move_cut_off", act, actor, case_id, task_id, key, {"until": until.isoformat()})


def mark_disputed(turn: door.Turn, lines: Collection[int]) -> list[LineWeek]:
    """Inside the week's own door: these lines are disputed from now on, and are not payable until that is decided.

    Refused for a line that is not submitted or payable.
    """
    rows = list(LineWeek.objects.filter(case=turn.case.pk, pk__in=lines).order_by("pk"))
    able = [each for each in rows if each.standing in {Standing.SUBMITTED, Standing.PAYABLE}]
    if not rows or len(able) != len(set(lines)):
        raise Refused("Only what was submitted and is not paid can be disputed. Look at the week again.", "standing")
    LineWeek.objects.filter(pk__in=[each.pk for each in able]).update(standing=Standing.DISPUTED)
    turn.follow(PAYABLE, {"case": turn.case.pk})
    turn.facts["disputed"] = [each.pk for each in able]
    return able


def _run(
    verb: str,
    act: door.Act,
    actor: Actor,
    case_id: int,
    task_id: int,
    key: str,
    body: Mapping[str, Any],
    version: int | None = None,
) -> door.Outcome:
    run = partial(door.run, ActualsFlow, actor=actor, verb=verb, case_id=case_id, task_id=task_id, version=version)
    return run(key=key, body=body, act=act)


def _ready(case_id: int, *, reviewed: bool) -> None:
    """Refuse to submit a week that lacks something, or whose differences nobody looked at."""
    rows = LineWeek.objects.filter(case=case_id)
    if not rows.exists():
        raise Refused("There are no actuals for this week yet. Generate them first.", "not_generated")
    lacking = list(rows.filter(lacking=True, standing__in=OPEN).order_by("pk").values_list("pk", flat=True))
    if lacking:
        raise Invalid({f"{each}": "Something is still missing here" for each in lacking})
    if rows.filter(differs=True).exists() and not reviewed:
        raise Invalid({"reviewed": "Say that you have reviewed the service users with differences"})


def _submit_rows(turn: door.Turn) -> None:
    """Keep every line's week as it is submitted, and submit it: two statements, however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [turn.now, turn.actor.user_id, turn.case.pk])
        cursor.execute(SUBMIT, [turn.case.pk])
        turn.facts["submitted"] = cursor.rowcount
    own = {"submitted_at": turn.now, "submitted_by": turn.actor.user_id}
    ActualWeek.objects.filter(pk=turn.case.pk).update(**own)
    sum_up(turn)
    turn.follow(PAYABLE, {"case": turn.case.pk})
    if module().raised_by == "system":
        turn.follow(DISPUTABLE, {"case": turn.case.pk})


def then_accepted(run: Callable[[], door.Outcome], key: str) -> door.Outcome:
    """Submit, and accept what needs nobody, both or neither; that it was refused stays noted."""
    came: door.Outcome | Refused
    with transaction.atomic():
        try:
            came = run()
        except Refused as refusal:
            came = refusal
        else:
            _accept_by_itself(came, key)
    if isinstance(came, Refused):
        raise came
    return came


def _accept_by_itself(outcome: door.Outcome, key: str) -> None:
    """Where the council checks nothing that is as its rules want it: accept that at once, in the same transaction."""
    if module().check != "automatic" or outcome.repeated:
        return
    turn = Task.objects.filter(process=outcome.case_id, node=ActualsFlow.check.name, finished=None).first()
    rows = LineWeek.objects.filter(case=outcome.case_id, standing=Standing.SUBMITTED)
    clean = list(rows.filter(disputable=False, lacking=False, unpriced=False).values_list("pk", flat=True))
    if turn is not None and (clean or not rows.exists()):
        accept(actor=system_actor(), case_id=outcome.case_id, task_id=turn.pk, lines=clean, key=f"{key}:accept")


def _time_to_answer(now: datetime) -> datetime:
    within = module().answer_within
    return council_calendar().due(within, now) if within is not None else now
