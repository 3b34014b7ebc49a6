"""Judges and takes over files of actuals: weeks change through their doors, one command a week, all or none.

Records are matched by SQL; what they say is worked out in Python by the one place that knows the rules (assessing), a
part of the file at a time, as it is read. What came out is kept, and taken over under each week's lock where nothing
has moved since (keeping); the rest is worked out once more there. A person imports what they may record: lines of
their organisation's services, where their role lets them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection

from workflows.actuals import commands
from workflows.actuals.filling import Came, raised_by
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import Standing
from workflows.actuals.module import module, with_files
from workflows.actuals.writing import figures, write
from workflows.engine import door
from workflows.engine.errors import Forbidden
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for
from workflows.register.imports.commands import layout_of
from workflows.register.imports.rooms import Line, Tell, Told
from workflows.register.imports.stage import Stage
from workflows.register.models import ImportRun

from . import keeping, matching
from .columns import ACTUALS
from .matching import Place, parts
from .weighing import RECORDING, Brought, Note, Record, Scales, given, records_of, write_down

FUNCTION = ActualsFlow.function
CHUNK = 1_000  # lines' weeks that are weighed together


class Importing:
    """The room of files of actuals."""

    kind = ACTUALS

    def require(self, actor: Actor) -> None:
        """Let people of providers pass who may record actuals somewhere."""
        with_files()
        if not actor.is_provider or not actor.may(FUNCTION, "edit"):
            raise Forbidden("Your role does not record actuals.")

    def judge(self, run: ImportRun) -> "Judging":
        """Judges the records as they are read."""
        return Judging(run)

    def take_over(self, run: ImportRun, tell: Tell) -> None:
        """Fill in the weeks, each through its door as the person who decided it."""
        actor, scales = _actor(run), Scales(module(), layout_of(run).given)
        matching.lose(run.pk, actor)
        cases = keeping.cases(run.pk)
        done = run.total - sum(records for _, _, records in cases)
        for case_id, weeks, records in cases:
            _take_over(run, actor, scales, case_id, weeks)
            done += records
            tell(done)
        keeping.forget(run.pk)

    def forget(self, run: ImportRun) -> None:
        """Forget what was made of the records, as nobody wants them."""
        keeping.forget(run.pk)


class Judging:
    """Judges the records of one file, a part of it at a time; what comes of them is written beside them at once.

    A line's week is judged whole, so one that comes in several parts of a file is judged again when all are there.
    """

    def __init__(self, run: ImportRun) -> None:
        self.run, self.actor, layout = run, _actor(run), layout_of(run)
        self.given = layout.given
        self.scales = Scales(module(), self.given)
        self.nodes: dict[int, str] = {}
        self._seen: set[int] = set()
        self._again: set[int] = set()
        keeping.forget(run.pk)  # of a worker that was stopped half way

    def part(self, lines: Sequence[Line]) -> Iterator[Told]:
        """What becomes of each of these records; in the caller's transaction."""
        values = {each.number: each.data for each in lines if not each.problem}
        with connection.cursor() as cursor:
            found = matching.match(Stage(ACTUALS, self.given, cursor), values, self.actor)
        mine = {each.line_week_id for each in found.places}
        self._again |= mine & self._seen
        self._seen |= mine
        notes = self._weighed(
            found.places,
            {each.number: Record(given(each.number, values[each.number]), issue=each.issue) for each in found.places},
        )
        for each in lines:
            note = notes.get(each.number)
            if note is not None:
                yield Told(note.verdict, note.message, note.issue, note.line_week_id)
            else:
                message, issue = found.lost.get(each.number, (each.problem, ""))
                yield Told("rejected", message, issue, None)

    def end(self) -> None:
        """Judge again what came in several parts."""
        if not self._again:
            return
        keeping.forget(self.run.pk, self._again)
        places = matching.again(self.run.pk, self._again)
        issues = {each.number: each.issue for each in places}
        records = records_of(self.run.pk, issues)
        fresh = {number: Record(each.given, issue=issues[number]) for number, each in records.items()}
        write_down(self.run.pk, self._weighed(places, fresh).values())

    def _weighed(self, places: Sequence[Place], records: Mapping[int, Record]) -> dict[int, Note]:
        """Weigh records and keep what comes of them; returns what stands beside each."""
        self.nodes |= _nodes({each.case_id for each in places} - self.nodes.keys())
        notes: dict[int, Note] = {}
        for part in parts(places, CHUNK):
            found = self.scales.weigh(part, records, self.nodes)
            keeping.keep(self.run.pk, self.scales.kept(found, self.nodes))
            notes |= {each.number: each for each in found.notes}
        return notes


def _take_over(run: ImportRun, actor: Actor, scales: Scales, case_id: int, weeks: int) -> None:
    """Save one week, or change it after it was submitted; so many lines' weeks of it are to change."""
    turn = Task.objects.filter(process=case_id, finished=None).values_list("pk", "node").first()
    notes = list[Note]()
    if turn is None:
        list(_weighed_again(run, actor, scales, case_id, {}, [], notes))
    else:
        task_id, node = turn

        def brings(inside: door.Turn) -> Iterator[Came]:
            taken = keeping.take(run.pk, case_id, scales.facts(node), actor, inside.now)
            yield from (Came(*each) for each in taken)
            if len(taken) == weeks:
                return
            for found in _weighed_again(run, actor, scales, case_id, {case_id: node}, [pk for pk, _ in taken], notes):
                saved = ((each.week, Standing.SAVED.value, figures(each.rows, each.found)) for each in found)
                write(saved, at=inside.now, by=actor.user_id)
                yield from (Came(each.week.pk, each.week.line_id, raised_by(each.week.line_id, each.found))
                            for each in found)  # fmt: skip

        verb = commands.save_from if node == RECORDING else commands.change_from
        key = f"import:{run.pk}:{case_id}"
        verb(actor=actor, case_id=case_id, task_id=task_id, source=f"import:{run.pk}", brings=brings, key=key)
    write_down(run.pk, notes)


def _weighed_again(
    run: ImportRun, actor: Actor, scales: Scales, case_id: int, nodes: Mapping[int, str], taken: Sequence[int],
    notes: list[Note],
) -> Iterator[Sequence[Brought]]:  # fmt: skip
    """Weigh what a file changes in a week and was not taken as it was kept, a part of it in memory at a time."""
    for part in parts(keeping.left(run.pk, case_id, taken, actor), CHUNK):
        found = scales.weigh(part, records_of(run.pk, [each.number for each in part]), nodes)
        notes += found.notes
        yield list(found.brought.values())


def _nodes(cases: Iterable[int | None]) -> dict[int, str]:
    """Where the open ones of these cases stand."""
    turns = Task.objects.filter(process__in=[each for each in cases if each is not None], finished=None)
    return dict(turns.values_list("process_id", "node"))


def _actor(run: ImportRun) -> Actor:
    """As whom a file is imported: who decided it (else who sent it), with what their role lets them do today."""
    person = User.objects.get(pk=run.decided_by_id or run.actor_id)
    found = actor_for(person, run.organisation_id)
    if found is None or not found.may(FUNCTION, "edit"):
        raise Forbidden("Your role does not record actuals any more.")
    return found
