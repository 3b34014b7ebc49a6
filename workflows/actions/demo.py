"""Gives the demo conversations in every state, read from `fixtures/demo/<council>/actions.toml`.

Everything goes through the commands, at the moments at which it would have happened. Run once: an action that is there
already is left as people have made it since.
"""

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from workflows.council.tables import Table
from workflows.engine import batches as engine_batches
from workflows.engine import door, files, moment, turns
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Client, Organisation, Service, User
from workflows.parties.selectors import actor_for
from workflows.register.models import Contract

from . import batches, commands, entities
from .rules import Asked, Related

#: In a working day, as far as a made-up past must be right about it.
FIRST_HOUR = 9


class File(Table):
    """A text file that somebody sent."""

    name: str
    text: str


class Step(Table):
    """What somebody did some hours after the beginning."""

    who: str
    verb: str
    hours: int
    text: str = ""
    file: File | None = None


class Begun(Table):
    """What somebody began some working days ago."""

    key: str
    begun_by: str
    type: str
    team: str
    title: str
    text: str
    days: int
    wanted_in: int | None = None  # calendar days from today
    since_days: int | None = None  # calendar days ago
    sender: str = ""


class One(Begun):
    """An action of one provider."""

    provider: str
    related: Related
    entity: str = ""
    file: File | None = None
    steps: tuple[Step, ...] = ()


class Many(Begun):
    """An action sent to many providers at once."""

    providers: tuple[str, ...]


class Demo(Table):
    """Every conversation of a demonstration."""

    actions: tuple[One, ...] = ()
    many: tuple[Many, ...] = ()


def seed(path: Path) -> int:
    """Begin what is not there yet and let it run its course; returns how many actions were begun."""
    wanted = Demo.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return sum(_one(each) for each in wanted.actions) + sum(_many(each) for each in wanted.many)


def _one(wanted: One) -> int:
    organisation = Organisation.objects.filter(reference=wanted.provider).first()
    who = _actor(wanted.begun_by, organisation)
    if organisation is None or who is None or door.answered(who, _key(wanted)) is not None:
        return 0
    begun = _days_ago(wanted.days)
    with moment.at(begun):
        entity = _entity(who, wanted, organisation)
        if entity is None and wanted.related != Related.PROVIDER:
            return 0
        asked, ids = _asked(wanted, wanted.related, entity), _staged(who, wanted.file)
        if who.is_provider:
            outcome = commands.open_action(actor=who, asked=asked, file_ids=ids, key=_key(wanted))
        else:
            outcome = commands.send(
                actor=who, asked=asked, organisation_id=organisation.pk, sender=wanted.sender, file_ids=ids,
                key=_key(wanted),
            )  # fmt: skip
    for number, step in enumerate(wanted.steps):
        _step(step, outcome.case_id, organisation, begun, f"{_key(wanted)}:{number}")
    return 1


def _step(step: Step, case_id: int, organisation: Organisation, begun: datetime, key: str) -> None:
    who = _actor(step.who, organisation)
    if who is None:
        return
    when = min(council_calendar().next_open(begun + timedelta(hours=step.hours)), moment.now())
    turn = Task.objects.values_list("pk", flat=True).get(process=case_id, finished=None)
    with moment.at(when):
        if step.verb == "note":
            turns.note(actor=who, case_id=case_id, text=step.text, key=key)
        elif step.verb == "claim":
            turns.claim(actor=who, task_id=turn, key=key)
        else:
            sent: dict[str, Any] = {"file_ids": _staged(who, step.file)} if step.file else {}
            verb = getattr(commands, step.verb)
            verb(actor=who, case_id=case_id, task_id=turn, text=step.text, key=key, **sent)


def _many(wanted: Many) -> int:
    who = _actor(wanted.begun_by, None)
    ids = list(Organisation.objects.filter(reference__in=wanted.providers).values_list("pk", flat=True))
    if who is None or not ids or engine_batches.begun(who, _key(wanted)) is not None:
        return 0
    with moment.at(_days_ago(wanted.days)):
        batch = batches.send_to_many(
            actor=who, asked=_asked(wanted, Related.PROVIDER, None), organisation_ids=ids, sender=wanted.sender,
            file_ids=[], key=_key(wanted),
        )  # fmt: skip
        engine_batches.run_slice(batch.pk, 0)
    return len(ids)


def _key(wanted: Begun) -> str:
    return f"demo:action:{wanted.key}"


def _asked(wanted: Begun, related: Related, entity: int | None) -> Asked:
    """Dates count from today: what was wanted by then is still to come."""
    now = moment.today()
    return Asked(
        type=wanted.type,
        related=related,
        entity=entity,
        wanted_by=now + timedelta(days=wanted.wanted_in) if wanted.wanted_in is not None else None,
        team=wanted.team,
        title=wanted.title,
        text=wanted.text,
        since=now - timedelta(days=wanted.since_days) if wanted.since_days is not None else None,
    )


def _entity(who: Actor, wanted: One, organisation: Organisation) -> int | None:
    """The id of what an action is about; None when it is not there."""
    able = [pk for pk, _ in entities.choices(who, wanted.related, organisation.pk)]
    if wanted.entity == "first":
        return able[0] if able else None
    named: dict[Related, Any] = {
        Related.CLIENT: lambda: Client.objects.filter(ss_ref=wanted.entity),
        Related.SERVICE: lambda: Service.objects.filter(reference=wanted.entity),
        Related.CONTRACT: lambda: Contract.objects.filter(reference=wanted.entity),
        Related.CONTACT: lambda: User.objects.filter(email=wanted.entity),
        Related.PROVIDER: Organisation.objects.none,
    }
    found: int | None = named[wanted.related]().filter(pk__in=able).values_list("pk", flat=True).first()
    return found


def _actor(email: str, organisation: Organisation | None) -> Actor | None:
    user = User.objects.filter(email=email).first()
    if user is None:
        return None
    return actor_for(user, organisation.pk if organisation and user.kind == User.Kind.PROVIDER else None)


def _staged(who: Actor, file: File | None) -> Sequence[int]:
    if file is None:
        return ()
    return [files.stage(who, SimpleUploadedFile(file.name, file.text.encode())).pk]


def _days_ago(days: int) -> datetime:
    """A morning, some working days ago; never later than now."""
    calendar, day, left = council_calendar(), moment.now(), days
    while left:
        day -= timedelta(days=1)
        left -= calendar.minutes_on(day.date()) > 0
    return min(calendar.next_open(day.replace(hour=FIRST_HOUR, minute=12, second=0, microsecond=0)), moment.now())
