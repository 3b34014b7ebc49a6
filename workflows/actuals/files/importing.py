"""Judges and takes over files of actuals: weeks change through their doors, one command a week, all or none.

Records are matched by SQL; what they say is worked out in Python by the one place that knows the rules (assessing), a
part of one week at a time: once when the file is read, and once more under each week's lock when it is taken over. A
person imports what they may record: lines of their organisation's services, where their role lets them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby

from django.db import connection

from workflows.actuals import commands
from workflows.actuals.filling import Brought
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.module import module, with_files
from workflows.engine.errors import Forbidden
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for
from workflows.register.imports.commands import layout_of
from workflows.register.imports.stage import Stage
from workflows.register.models import ImportRun

from . import matching
from .columns import ACTUALS
from .matching import Place, parts
from .weighing import RECORDING, Note, Scales, write_down

FUNCTION = ActualsFlow.function
CHUNK = 1_000  # lines' weeks in memory at a time


class Importing:
    """The room of files of actuals."""

    kind = ACTUALS

    def require(self, actor: Actor) -> None:
        """Let people of providers pass who may record actuals somewhere."""
        with_files()
        if not actor.is_provider or not actor.may(FUNCTION, "edit"):
            raise Forbidden("Your role does not record actuals.")

    def judge(self, run: ImportRun) -> None:
        """Say what each record would do."""
        given = layout_of(run).given
        with connection.cursor() as cursor:
            stage, scales = Stage(self.kind, given, cursor), Scales(module(), given)
            matching.match(stage, run.pk, _actor(run))
            stage.do("UPDATE {stage} SET verdict = 'rejected' WHERE message <> ''")
            stage.keep_verdicts(run.pk, "s.message <> '' OR s.issue <> ''")
            nodes = _nodes(each for (each,) in stage.fetch("SELECT DISTINCT case_id FROM {stage}"))
            with closing(matching.staged()) as staged:
                for part in parts(staged, CHUNK):
                    write_down(scales.weigh(part, nodes).notes)

    def take_over(self, run: ImportRun) -> None:
        """Fill in the weeks, each through its door as the person who decided it.

        Judged again are the lines' weeks in which something was to change when the file was read.
        """
        actor, scales = _actor(run), Scales(module(), layout_of(run).given)
        with closing(matching.changing(run.pk, actor)) as changing:
            for case_id, places in groupby(changing, key=lambda each: each.case_id):
                _take_over(run, actor, scales, case_id, places)


def _take_over(run: ImportRun, actor: Actor, scales: Scales, case_id: int, places: Iterable[Place]) -> None:
    """Save one week, or change it after it was submitted."""
    turn = Task.objects.filter(process=case_id, finished=None).values_list("pk", "node").first()
    nodes, notes = ({case_id: turn[1]} if turn else {}), list[Note]()

    def weighed() -> Iterator[Sequence[Brought]]:
        for part in parts(places, CHUNK):
            found = scales.weigh(part, nodes)
            notes.extend(found.notes)
            yield found.brought

    if turn is None:
        list(weighed())
    else:
        key = f"import:{run.pk}:{case_id}"
        verb = commands.save_from if turn[1] == RECORDING else commands.change_from
        verb(actor=actor, case_id=case_id, task_id=turn[0], source=f"import:{run.pk}", parts=weighed, key=key)
    write_down(notes)


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
