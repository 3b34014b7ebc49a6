"""Long reports as files: asked for, made by a worker with progress, kept for a day for whoever asked.

Any report can use this: what makes its file is declared where the pages are (backoffice.web.reports.making).
"""

from __future__ import annotations  # Django's File takes its type argument in stubs only

import hashlib
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, TypeVar

from django.core.files import File
from django.db import transaction

from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import NotFound
from workflows.engine.storage import drop_unnamed
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for

from .models import FILE_KEPT_FOR, KeptQuestion, MadeFile
from .notices import MADE
from .selectors import reach

T = TypeVar("T")
State = MadeFile.State
#: Progress is written down after so many rows.
STEP = 1_000
#: What writes a report: as whom, which question and form, into which file, and what counts its rows.
Make = Callable[[Actor, KeptQuestion, str, IO[bytes], Callable[[Iterable[T]], Iterator[T]]], None]


@command
def ask_for(*, actor: Actor, question: KeptQuestion, form: str, total: int) -> MadeFile:
    """Have a report made as a file by a worker; what is being made already is not begun again."""
    now = moment.now()
    KeptQuestion.objects.select_for_update().get(pk=question.pk)  # one at a time
    found = MadeFile.objects.filter(question=question, form=form).first()
    if found is not None and found.state == State.MAKING and found.reach == reach_of(actor):
        return found
    made, _ = MadeFile.objects.update_or_create(
        question=question, form=form,
        defaults={"state": State.MAKING, "total": total, "progress": 0, "file": "", "reach": reach_of(actor),
                  "asked_at": now, "made_at": None},
    )  # fmt: skip
    if found is not None and found.file:
        drop_unnamed([str(found.file.name)])
    KeptQuestion.objects.filter(pk=question.pk).update(expires_at=now + FILE_KEPT_FOR)
    outbox.put("report.make", f"report:{made.pk}:{now.isoformat()}", {"file": made.pk})
    return made


def made(actor: Actor, file_id: int) -> MadeFile:
    """A file that this person asked for at this provider; NotFound for anybody else's, and for what is forgotten."""
    mine = MadeFile.objects.filter(question__user=actor.user_id, question__organisation_id=actor.organisation_id)
    found = mine.filter(pk=file_id, question__expires_at__gt=moment.now()).select_related("question").first()
    if found is None or found.reach != reach_of(actor):
        raise NotFound
    return found


def made_of(actor: Actor, question: KeptQuestion, form: str) -> MadeFile | None:
    """The file of a question of this person's, made or being made; None: nobody has asked for it as they are now."""
    return MadeFile.objects.filter(question=question, form=form, reach=reach_of(actor)).first()


def make(file_id: int, maker: Make[object]) -> None:
    """Make the file, as the person who asked may read today; what is made already stays. Nothing to do is no error."""
    waiting = MadeFile.objects.filter(pk=file_id, state=State.MAKING).select_related("question").first()
    if waiting is None:
        return
    question = waiting.question
    actor = actor_for(User.objects.get(pk=question.user_id), question.organisation_id)
    if actor is None or reach_of(actor) != waiting.reach:
        MadeFile.objects.filter(pk=file_id).update(state=State.FAILED)
        return
    with TemporaryFile() as out:
        maker(actor, question, waiting.form, out, lambda rows: _counted(file_id, rows))
        out.seek(0)
        _finish(waiting, File(out))


def _counted(file_id: int, rows: Iterable[T]) -> Iterator[T]:
    for number, row in enumerate(rows, start=1):
        if number % STEP == 0:
            MadeFile.objects.filter(pk=file_id).update(progress=number)
        yield row


@transaction.atomic
def _finish(waiting: MadeFile, content: File[bytes]) -> None:
    found = MadeFile.objects.select_for_update().filter(pk=waiting.pk, state=State.MAKING).first()
    if found is None:  # the client was erased meanwhile, or the question forgotten
        return
    found.file.save(f"report.{found.form}", content, save=False)
    found.state, found.progress, found.made_at = State.MADE, found.total, moment.now()
    found.save()
    audience = {"user": found.question.user_id}
    told = {"kind": MADE, "reference": f"{found.pk}", "figures": {}, "audience": audience}
    outbox.put("notify", f"report:{found.pk}:{found.made_at.isoformat()}", told)


def reach_of(actor: Actor) -> str:
    """What a person may read, in a few letters: a file that was made with another reach is not given out."""
    said = (reach(actor), sorted(actor.reads), sorted(actor.sensitivities), sorted(actor.grants))
    return hashlib.sha256(repr(said).encode()).hexdigest()
