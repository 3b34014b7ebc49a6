"""Judges and takes over files of recorded visits: visits are kept, and fill the boxes of their weeks through the doors.

The council imports for everybody, a provider for lines of its own services. All of a file is taken over, or nothing:
what a person corrected stays, and the record says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice

from django.db import connection

from workflows.actuals import commands
from workflows.actuals.assessing import Assessment, assess
from workflows.actuals.entry import merged, read
from workflows.actuals.filling import LACKS, OPEN, Filled
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.history import before
from workflows.actuals.models import LineWeek
from workflows.actuals.module import module
from workflows.actuals.monitoring import Filling
from workflows.actuals.rules import kind_of
from workflows.council.actuals import Actuals, Kind
from workflows.council.profile import current
from workflows.engine.calendar import WEEKDAYS
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for
from workflows.register.imports.commands import layout_of, require_importer
from workflows.register.imports.rooms import AtTheEnd, Judging, Tell
from workflows.register.imports.stage import Stage
from workflows.register.models import ImportRun
from workflows.register.rules import plain

from . import boxes
from .columns import VISITS
from .staging import staged

FUNCTION = ActualsFlow.function
RECORDING = ActualsFlow.record.name
CHUNK = 1_000  # lines' weeks in memory at a time

#: The lines' weeks that a file moves: those of its visits, those in which they stood before, and, as a later day is
#: recorded now, those of the same service and week that are being recorded and have visits.
MOVED = """
WITH moved AS MATERIALIZED (
    SELECT line_id, service_id, week, target_id FROM {stage} WHERE message = '' AND verdict <> 'unchanged'
), places AS MATERIALIZED (SELECT DISTINCT service_id, week FROM moved)
SELECT DISTINCT w.case_id, w.id, w.line_id, w.week FROM actuals_lineweek w JOIN (
    SELECT line_id, week FROM moved
    UNION SELECT v.line_id, v.week FROM actuals_recordedvisit v JOIN moved s ON s.target_id = v.id
    UNION SELECT o.line_id, o.week FROM places s
        JOIN register_carepackageline l ON l.service_id = s.service_id
        JOIN actuals_lineweek o ON o.line_id = l.id AND o.week = s.week AND o.standing IN ('generated', 'saved')
        JOIN engine_task t ON t.process_id = o.case_id AND t.finished IS NULL AND t.node = 'record'
        WHERE EXISTS (SELECT FROM actuals_recordedvisit v WHERE v.line_id = o.line_id AND v.week = o.week)
) m ON m.line_id = w.line_id AND m.week = w.week
ORDER BY w.case_id, w.id
"""
KEEP = """
INSERT INTO actuals_recordedvisit AS v (organisation_id, line_id, identity, reference, carer, day, week, planned_start,
    planned_end, planned_minutes, actual_start, actual_end, minutes, run_id)
SELECT organisation_id, line_id, identity, reference, carer, day, week, planned_start, planned_end, planned_minutes,
    actual_start, actual_end, minutes, %s FROM {stage} WHERE message = '' AND verdict <> 'unchanged' ORDER BY row_id
ON CONFLICT (organisation_id, identity) DO UPDATE SET line_id = EXCLUDED.line_id, carer = EXCLUDED.carer,
    day = EXCLUDED.day, week = EXCLUDED.week, planned_start = EXCLUDED.planned_start,
    planned_end = EXCLUDED.planned_end, planned_minutes = EXCLUDED.planned_minutes,
    actual_start = EXCLUDED.actual_start, actual_end = EXCLUDED.actual_end, minutes = EXCLUDED.minutes,
    run_id = EXCLUDED.run_id
"""
IDS = """
UPDATE {stage} s SET target_id = v.id FROM actuals_recordedvisit v
WHERE v.organisation_id = s.organisation_id AND v.identity = s.identity
"""


class Recording:
    """The room of files of recorded visits."""

    kind = VISITS

    def require(self, actor: Actor) -> None:
        """Let people of providers pass who may record actuals somewhere, and the council's team that checks them."""
        actuals = current().actuals
        if actuals is None or actuals.monitoring is None:
            raise NotFound
        if not actor.is_provider:
            require_importer(actor, self.kind)
        elif not actor.may(FUNCTION, "edit"):
            raise Forbidden("Your role does not record actuals.")

    def judge(self, run: ImportRun) -> Judging:
        """What says what each record would do."""
        return AtTheEnd(partial(self._judge, run))

    def forget(self, run: ImportRun) -> None:
        """Nothing is kept but the records."""

    def _judge(self, run: ImportRun) -> None:
        with connection.cursor() as cursor:
            stage, _ = self._stage(run, Stage(VISITS, layout_of(run).given, cursor), locked=False)
            stage.keep_verdicts(run.pk)

    def take_over(self, run: ImportRun, tell: Tell) -> None:  # noqa: ARG002 (it writes all visits at once)
        """Keep the visits, and fill the boxes of their weeks as the person who decided it."""
        with connection.cursor() as cursor:
            stage, filled = self._stage(run, Stage(VISITS, layout_of(run).given, cursor), locked=True)
            stage.do(KEEP, [run.pk])
            for case_id, weeks in sorted(filled.items()):
                _fill_in(run, _actor(run), case_id, weeks)
            stage.do(IDS)
            stage.keep_verdicts(run.pk)

    def _stage(self, run: ImportRun, stage: Stage, *, locked: bool) -> tuple[Stage, Mapping[int, list[Filled]]]:
        """Stage and judge the records; gives what is to be filled in, by the week's case."""
        actor, filled = _actor(run), defaultdict[int, list[Filled]](list)
        services = actor.services_for(FUNCTION, "edit") if actor.is_provider else None
        staged(stage, run.pk, actor, module(), None if services is None else sorted(services), locked=locked)
        for case_id, weeks in _judged(stage):
            filled[case_id] += weeks
        stage.do("UPDATE {stage} SET verdict = 'rejected' WHERE message <> ''")
        return stage, filled


def _actor(run: ImportRun) -> Actor:
    """As whom a file is imported: who decided it (else who sent it), with what they may do today."""
    person = User.objects.get(pk=run.decided_by_id or run.actor_id)
    found = actor_for(person, run.organisation_id)
    if found is None or (found.is_provider and not found.may(FUNCTION, "edit")):
        raise Forbidden("You do not record actuals any more.")
    return found


def _judged(stage: Stage) -> Iterator[tuple[int, list[Filled]]]:
    """Work out the boxes of the weeks that a file moves, a part of them at a time."""
    actuals, moved = module(), stage.fetch(MOVED)
    for case_id, places in groupby(moved, key=lambda each: each[0]):
        node = Task.objects.filter(process=case_id, finished=None).values_list("node", flat=True).first()
        waiting = (each for _, each, _, _ in places)
        while chunk := list(islice(waiting, CHUNK)):
            yield case_id, _chunk(stage, actuals, chunk, strict=node != RECORDING)


def _chunk(stage: Stage, actuals: Actuals, ids: Sequence[int], *, strict: bool) -> list[Filled]:
    rows = LineWeek.objects.filter(pk__in=ids, standing__in=OPEN).select_related("line__service", "line__service_level")
    weeks = list(rows.order_by("pk"))
    if not weeks:
        return []
    found = boxes.fillings(actuals, weeks, boxes.recorded(weeks, staged=True))
    known = before(actuals, [each.line_id for each in weeks], weeks[0].week) if strict else {}
    notes: list[_Note] = []
    refused: set[int] = set()
    for each in weeks:
        kind = kind_of(actuals, each.line.service.group, each.line.service_level.key)
        if kind is None or each.pk not in found:
            continue
        changed = boxes.filled([each], found)
        if strict and changed:
            rows_after = merged(read(each.rows), changed[0].rows, frozenset(), each.week, {})
            problems = _lacking(assess(actuals, kind, each.week, rows_after, known[each.line_id]))
            if problems:
                refused.add(each.pk)
                notes.append(_Note(each.pk, problem=_sentences(problems)))
                continue
        notes += _notes(actuals, kind, each, found[each.pk])
    _write_down(stage, notes)
    return boxes.filled([each for each in weeks if each.pk not in refused], found)


@dataclass(frozen=True, slots=True)
class _Note:
    """What is said of the records of a line's week, or (`record`) of one of them."""

    line_week: int
    problem: str = ""
    doubt: str = ""
    record: int | None = None


def _lacking(found: Assessment) -> list[str]:
    """Why a week that was submitted could not be submitted so."""
    return [*(said for faults in found.faults.values() for said in faults), *(LACKS[each] for each in found.lacks)]


def _notes(actuals: Actuals, kind: Kind, week: LineWeek, found: Filling) -> Iterator[_Note]:
    """What people should know: boxes that stay, what is cut off, visits that count nowhere or had another plan."""
    rows = {each.number: each for each in found.rows}
    for left in found.left:
        where = WEEKDAYS[left.place[1]].capitalize() if rows[left.place[0]].by_day else "The figure"
        yield _Note(week.pk, doubt=f"{where} stays at {plain(left.stands)}, as somebody corrected it:"
                                   f" the visits come to {plain(left.visits)}.")  # fmt: skip
    if found.cut:
        units = kind.unit.replace("_", " ")
        yield _Note(
            week.pk, doubt=f"{plain(found.cut)} {units} above the plan are not filled in. {actuals.over_plan_advice}"
        )
    for each in found.counted:
        if each.visit.id > 0:
            continue
        if each.place is None:
            yield _Note(week.pk, doubt="No row plans that day, so the visit counts nowhere.", record=-each.visit.id)
        elif each.plan is not None and each.visit.planned not in {None, each.plan}:
            said = f"It was planned for {each.visit.planned} minutes, and the council plans {each.plan}."
            yield _Note(week.pk, doubt=said, record=-each.visit.id)


def _sentences(said: Iterable[str]) -> str:
    return " ".join(f"{each.rstrip('.')}." for each in dict.fromkeys(said))


def _write_down(stage: Stage, notes: Sequence[_Note]) -> None:
    columns = [[getattr(each, name) for each in notes] for name in ("line_week", "record", "problem", "doubt")]
    stage.do(
        "UPDATE {stage} s SET message = concat_ws(' ', NULLIF(s.message, ''), n.problem),"
        " issue = concat_ws(' ', NULLIF(s.issue, ''), n.doubt)"
        " FROM (SELECT s.row_id, string_agg(NULLIF(n.problem, ''), ' ') AS problem,"
        " string_agg(NULLIF(n.doubt, ''), ' ') AS doubt FROM {stage} s"
        " JOIN unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS n (line_week, record, problem, doubt)"
        " ON n.line_week = s.line_week_id AND coalesce(n.record, s.row_id) = s.row_id"
        " WHERE s.message = '' AND s.verdict <> 'unchanged' GROUP BY s.row_id) n WHERE n.row_id = s.row_id",
        columns,
    )


def _fill_in(run: ImportRun, actor: Actor, case_id: int, filled: list[Filled]) -> None:
    """Fill in one week, or change it after it was submitted."""
    if not filled:
        return
    turn = Task.objects.filter(process=case_id, finished=None).first()
    if turn is None:
        raise Refused("A week of this file was closed meanwhile.", "closed")
    verb = commands.record_visits if turn.node == RECORDING else commands.change
    verb(actor=actor, case_id=case_id, task_id=turn.pk, filled=filled, key=f"import:{run.pk}:{case_id}")
