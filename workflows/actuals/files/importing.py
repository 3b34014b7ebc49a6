"""Judges and takes over files of actuals: weeks change through their doors, one command a week, all or none.

Records are staged and matched by SQL; what they say is worked out by assessing.assess, a part of the weeks in memory at
a time. A person imports what they may record: lines of their organisation's services, where their role lets them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from django.db import connection
from psycopg.sql import SQL, Identifier

from workflows.actuals import commands
from workflows.actuals.assessing import Assessment, assess, faults_of_figures
from workflows.actuals.entry import Row, merged, read
from workflows.actuals.filling import LACKS, LOCKED, Filled
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.history import before
from workflows.actuals.models import LineWeek
from workflows.actuals.module import module
from workflows.actuals.rules import kind_of
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for
from workflows.register.imports.commands import layout_of
from workflows.register.imports.stage import Stage
from workflows.register.models import ImportRun

from .columns import ACTUALS
from .reading import Found, Given, Sheet

FUNCTION = ActualsFlow.function
CHUNK = 1_000  # lines' weeks in memory at a time

#: A line's week of the person's own, however the record names its line.
MINE = """
UPDATE {stage} s SET target_id = k.id, case_id = k.case_id
FROM (
    SELECT w.id, w.case_id, w.week, l.reference, c.ss_ref, v.name AS level,
        count(*) OVER (PARTITION BY w.week, c.ss_ref, v.name) AS alike,
        count(*) OVER (PARTITION BY w.week, ltrim(l.reference, '0')) AS bare
    FROM actuals_lineweek w
    JOIN register_carepackageline l ON l.id = w.line_id
    JOIN parties_service p ON p.id = l.service_id
    JOIN parties_client c ON c.id = l.client_id
    JOIN register_servicelevel v ON v.id = l.service_level_id
    WHERE p.organisation_id = %s AND (%s::bigint[] IS NULL OR p.id = ANY(%s))
        AND w.week IN (SELECT DISTINCT week FROM {stage})
) k
WHERE s.target_id IS NULL AND k.week = s.week AND {match}
"""
MATCHES = (
    "k.reference = s.line",
    "k.bare = 1 AND ltrim(k.reference, '0') = ltrim(s.line, '0')",
    "s.line IS NULL AND k.id = s.id",
    "s.line IS NULL AND s.id IS NULL AND k.alike = 1 AND k.level = s.level"
    " AND ltrim(k.ss_ref, '0') = ltrim(s.ss_ref, '0')",
)
OPEN = "EXISTS (SELECT FROM engine_task t WHERE t.process_id = s.case_id AND t.finished IS NULL)"


class Importing:
    """The room of files of actuals."""

    kind = ACTUALS

    def require(self, actor: Actor) -> None:
        """Let people of providers pass who may record actuals somewhere."""
        if current().actuals is None:
            raise NotFound
        if not actor.is_provider or not actor.may(FUNCTION, "edit"):
            raise Forbidden("Your role does not record actuals.")

    def judge(self, run: ImportRun) -> None:
        """Say what each record would do."""
        with connection.cursor() as cursor:
            stage = Stage(self.kind, layout_of(run).given, cursor)
            _matched(stage, run)
            for _ in _judged(stage, run):
                pass
            stage.keep_verdicts(run.pk)

    def take_over(self, run: ImportRun) -> None:
        """Fill in the weeks, each through its door as the person who decided it."""
        with connection.cursor() as cursor:
            stage = Stage(self.kind, layout_of(run).given, cursor)
            _matched(stage, run)
            for case_id, filled in _by_case(_judged(stage, run)):
                _fill_in(run, _actor(run), case_id, filled)
            stage.keep_verdicts(run.pk)


def _actor(run: ImportRun) -> Actor:
    """As whom a file is imported: who decided it (else who sent it), with what their role lets them do today."""
    person = User.objects.get(pk=run.decided_by_id or run.actor_id)
    found = actor_for(person, run.organisation_id)
    if found is None or not found.may(FUNCTION, "edit"):
        raise Forbidden("Your role does not record actuals any more.")
    return found


def _matched(stage: Stage, run: ImportRun) -> None:
    """Stage the records and find the line's week of each; what cannot be filled in is rejected with its reason."""
    stage.create(run.pk)
    stage.do("ALTER TABLE {stage} ADD COLUMN case_id bigint")
    actor = _actor(run)
    services = actor.services_for(FUNCTION, "edit")
    mine = None if services is None else sorted(services)
    for match in MATCHES:
        stage.do(MINE.replace("{match}", match), [actor.organisation_id, mine, mine])
    stage.reject("extract(isodow FROM s.week) <> 1", "to_char(s.week, 'DD/MM/YYYY') || ' is not a Monday.'")
    stage.reject(
        "s.target_id IS NULL AND extract(isodow FROM s.week) = 1",
        "'There are no actuals of yours for this line in this week. Generate the week first.'",
    )
    for standing, sentence in LOCKED.items():
        stage.reject(
            "EXISTS (SELECT FROM actuals_lineweek w WHERE w.id = s.target_id AND w.standing = %s)", "%s::text",
            [sentence, standing.value],
        )  # fmt: skip
    stage.reject("s.target_id IS NOT NULL AND NOT " + OPEN, "'This week is closed.'")
    stage.doubt(
        "s.target_id IS NOT NULL AND s.line IS NOT NULL AND NOT EXISTS (SELECT FROM actuals_lineweek w"
        " JOIN register_carepackageline l ON l.id = w.line_id WHERE w.id = s.target_id AND l.reference = s.line)",
        "'CarePackageRef ' || s.line || ' was read without its leading zeros.'",
    )
    stage.do("CREATE INDEX ON {stage} (case_id, target_id)")


@dataclass(frozen=True, slots=True)
class _Week:
    """A line's week as the file wants it."""

    stored: LineWeek
    found: Found


def _judged(stage: Stage, run: ImportRun) -> Iterator[_Week]:
    """Read the matched records week by week, and write down what becomes of each; gives the weeks that change."""
    actuals = module()
    sheet = Sheet(actuals, layout_of(run).given)
    waiting = stage.fetch(
        "SELECT DISTINCT case_id, target_id FROM {stage} WHERE message = '' ORDER BY case_id, target_id"
    )
    for case_id, places in groupby(waiting, key=lambda each: each[0]):
        node = Task.objects.filter(process=case_id, finished=None).values_list("node", flat=True).first()
        strict = actuals.submit_mode == "on_save" or node != ActualsFlow.record.name
        while chunk := [target for _, target in islice(places, CHUNK)]:
            yield from _chunk(stage, sheet, chunk, strict=strict)
    stage.do("UPDATE {stage} SET verdict = 'rejected' WHERE message <> ''")


def _chunk(stage: Stage, sheet: Sheet, ids: list[int], *, strict: bool) -> list[_Week]:
    records = _records(stage, ids)
    rows = LineWeek.objects.filter(pk__in=ids).select_related("line__service", "line__service_level").order_by("pk")
    weeks = list(rows)
    known = before(sheet.actuals, [each.line_id for each in weeks], weeks[0].week)
    changed, said = [], []
    for each in weeks:
        kind = kind_of(sheet.actuals, each.line.service.group, each.line.service_level.key)
        if kind is None:
            raise NotFound
        stored = read(each.rows)
        found = sheet.read(kind, each.week, each.version, stored, records[each.pk])
        after = merged(stored, found.filled, frozenset(), each.week, {}) if found.filled else stored
        if found.filled and not found.problems:
            _faults(found, after, assess(sheet.actuals, kind, each.week, after, known[each.line_id]),
                    {row.number: faults_of_figures(kind, row) for row in after}, strict=strict)  # fmt: skip
        if found.problems:
            _reject_others(found, records[each.pk])
        elif found.filled:
            changed.append(_Week(each, found))
        said += [(record.id, found) for record in records[each.pk]]
    _write_down(stage, said)
    return changed


def _records(stage: Stage, ids: list[int]) -> dict[int, list[Given]]:
    names = [each.name for each in ACTUALS.columns if each.name in stage.given]
    rows = stage.fetch(
        "SELECT s.target_id, s.row_id, s.number, {columns} FROM {stage} s"
        " WHERE s.target_id = ANY(%s) AND s.message = '' ORDER BY s.number",
        [ids],
        columns=SQL(", ").join(SQL("s.{}").format(Identifier(name)) for name in names),
    )
    found: dict[int, list[Given]] = {each: [] for each in ids}
    for target, row_id, number, *values in rows:
        found[target].append(Given(row_id, number, dict(zip(names, values, strict=True))))
    return found


def _faults(
    found: Found, after: Sequence[Row], judged: Assessment, figures: Mapping[int, Sequence[str]], *, strict: bool
) -> None:
    """Where the week could not be saved so, the records that say it are refused; what it only lacks is a doubt."""
    faults: Mapping[int, Sequence[str]] = judged.faults if strict else {k: each for k, each in figures.items() if each}
    lacks = [] if judged.faults else [LACKS[each] for each in sorted(judged.lacks)]
    last = max(row.number for row in after)
    for record, number in found.rows.items():
        if found.verdicts[record] == "unchanged":
            continue
        refused = [*faults.get(number or last, ()), *(lacks if strict else ())]
        doubted = [] if strict else [*judged.faults.get(number or last, ()), *lacks]
        if refused:
            found.problems[record] = _sentences(refused)
        elif doubted:
            found.doubts[record] = _sentences(doubted)
    if faults and not found.problems:
        found.problems[max(found.rows)] = _sentences(next(iter(faults.values())))


def _sentences(said: Iterable[str]) -> str:
    return " ".join(f"{each.rstrip('.')}." for each in dict.fromkeys(said))


def _reject_others(found: Found, records: Iterable[Given]) -> None:
    """A line's week is taken whole: the other records of one that has an error wait for it."""
    first = min(each.number for each in records if each.id in found.problems)
    for each in records:
        found.problems.setdefault(each.id, f"Line {first} of the file, for the same line and week, has an error.")


def _write_down(stage: Stage, said: list[tuple[int, Found]]) -> None:
    ids = [record for record, _ in said]
    verdicts = ["rejected" if record in found.problems else found.verdicts[record] for record, found in said]
    problems = [found.problems.get(record, "") for record, found in said]
    doubts = [found.doubts.get(record, "") for record, found in said]
    stage.do(
        "UPDATE {stage} s SET verdict = n.verdict, message = n.message,"
        " issue = concat_ws(' ', NULLIF(s.issue, ''), NULLIF(n.issue, ''))"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS n (row_id, verdict, message, issue)"
        " WHERE n.row_id = s.row_id",
        [ids, verdicts, problems, doubts],
    )


def _by_case(weeks: Iterable[_Week]) -> Iterator[tuple[int, list[Filled]]]:
    for case_id, each in groupby(weeks, key=lambda week: week.stored.case_id):
        yield case_id, [Filled(one.stored.pk, one.stored.version, tuple(one.found.filled)) for one in each]


def _fill_in(run: ImportRun, actor: Actor, case_id: int, filled: list[Filled]) -> None:
    """Save one week, or change it after it was submitted."""
    turn = Task.objects.filter(process=case_id, finished=None).first()
    if turn is None:
        raise Refused("A week of this file was closed meanwhile.", "closed")
    verb = commands.save if turn.node == ActualsFlow.record.name else commands.change
    verb(actor=actor, case_id=case_id, task_id=turn.pk, filled=filled, key=f"import:{run.pk}:{case_id}")
