"""Gives the demo claims in every state, read from `fixtures/demo/<council>/claims.toml`.

Everything goes through the commands, at the moments at which it would have happened. Where there are claims already,
nothing is done: what people did stays.
"""

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.core.files.uploadedfile import SimpleUploadedFile

from workflows.council.profile import current
from workflows.council.tables import Table
from workflows.engine import files, moment
from workflows.engine.calendar import council_calendar
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Service, TeamMember, User
from workflows.parties.selectors import actor_for
from workflows.payments import opening
from workflows.register.models import CarePackageLine

from . import commands
from .models import Claim
from .rules import Asked


class File(Table):
    """A text file that somebody sent."""

    name: str
    text: str


class Step(Table):
    """What somebody did some days after the beginning."""

    verb: Literal["query", "answer", "accept", "reject"]
    days: int
    text: str = ""
    reason: str = ""
    amount: Decimal | None = None
    line: str = ""
    file: File | None = None


class Claimed(Table):
    """What a provider claimed some days ago, for a day some days before that."""

    by: str
    kind: str
    amount: Decimal
    text: str
    days: int
    before: int = 1
    line: str = ""
    service: str = ""
    file: File | None = None
    steps: tuple[Step, ...] = ()


class Demo(Table):
    """Every claim of a demonstration."""

    claims: tuple[Claimed, ...] = ()


def seed(path: Path) -> int:
    """Make the claims once; returns how many. What is not there (a smaller demonstration) is claimed for by nobody."""
    if current().claims is None or not path.exists() or Claim.objects.exists():
        return 0
    wanted = Demo.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    made = sum(_made(number, each) for number, each in enumerate(wanted.claims))
    opening.work_out_changed()
    return made


def _made(number: int, wanted: Claimed) -> bool:
    provider, payer = _provider(wanted.by), _payer()
    line = CarePackageLine.objects.filter(reference=wanted.line).first() if wanted.line else None
    service = Service.objects.filter(reference=wanted.service).first() if wanted.service else None
    if provider is None or payer is None or (line or service) is None:
        return False
    begun = _morning(moment.now() - timedelta(days=wanted.days))
    with moment.at(begun):
        asked = Asked(
            kind=wanted.kind, on=moment.today() - timedelta(days=wanted.before), amount=wanted.amount,
            text=wanted.text, line_id=line.pk if line else None, service_id=service.pk if service else None,
        )  # fmt: skip
        case = commands.submit(
            actor=provider, asked=asked, file_ids=_staged(provider, wanted.file), key=f"demo:claim:{number}"
        ).case_id
    for place, step in enumerate(wanted.steps):
        with moment.at(_morning(begun + timedelta(days=step.days))):
            _step(step, case, provider, payer, f"demo:claim:{number}:{place}")
    return True


def _step(step: Step, case: int, provider: Actor, payer: Actor, key: str) -> None:
    turn = Task.objects.values_list("pk", flat=True).get(process=case, finished=None)
    said: dict[str, Any] = {"case_id": case, "task_id": turn, "text": step.text, "key": key}
    amount = Claim.objects.values_list("amount", flat=True).get(pk=case)
    if step.verb == "answer":
        sent = _staged(provider, step.file)
        commands.answer(actor=provider, amount=step.amount or amount, file_ids=sent, **said)
    elif step.verb == "accept":
        line = CarePackageLine.objects.filter(reference=step.line).values_list("pk", flat=True).first()
        commands.accept(actor=payer, seen=amount, line_id=line, **said)
    elif step.verb == "reject":
        commands.reject(actor=payer, reason=step.reason, **said)
    else:
        commands.query(actor=payer, **said)


def _provider(email: str) -> Actor | None:
    place = Membership.objects.filter(user__email=email).select_related("user").order_by("pk").first()
    return actor_for(place.user, place.organisation_id) if place else None


def _payer() -> Actor | None:
    team = current().team_for("payments", None)
    member = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk").first()
    return actor_for(member.user) if member else None


def _staged(who: Actor, file: File | None) -> list[int]:
    return [files.stage(who, SimpleUploadedFile(file.name, file.text.encode())).pk] if file else []


def _morning(when: datetime) -> datetime:
    """When the council works next; never later than now."""
    return min(council_calendar().next_open(when), moment.now())
