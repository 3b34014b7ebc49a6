"""Change requests of a demonstration, from `fixtures/demo/<council>/changes.toml`, through the usual commands."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workflows.council.profile import current
from workflows.council.tables import Table
from workflows.engine import moment
from workflows.engine.calendar import council_calendar
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, TeamMember, User
from workflows.parties.selectors import actor_for
from workflows.people.models import Contact

from . import commands, records
from .models import ChangeRequest
from .rules import What, desk_of


class Request(Table):
    """One request and how it was answered; without an answer it waits."""

    by: str
    what: What
    values: Mapping[str, str]
    contact: str = ""
    days_ago: int = 0
    answer: str = ""
    answered_after: int = 0
    reason: str = ""
    refused: Mapping[str, str] = {}
    text: str = ""


class Requests(Table):
    """All of them."""

    requests: tuple[Request, ...] = ()


def read(path: Path) -> Requests:
    """Read the file; pydantic's ValidationError names what is wrong in it."""
    return Requests.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def seed(path: Path) -> int:
    """Make the requests once; returns how many. People who are not there (a smaller demonstration) ask for nothing."""
    if not path.exists() or ChangeRequest.objects.exists():
        return 0
    return sum(_made(number, each) for number, each in enumerate(read(path).requests))


def _made(number: int, wanted: Request) -> bool:
    actor, now = _provider(wanted.by), moment.now()
    contact = Contact.objects.filter(user__email=wanted.contact).first() if wanted.contact else None
    if actor is None or (wanted.contact and contact is None):
        return False
    asked = min(council_calendar().next_open(now - timedelta(days=wanted.days_ago)), now)
    about: dict[str, Any] = {"contact_id": contact.pk if contact else None}
    with moment.at(asked):
        shown = records.own(actor, wanted.what, **about).values()
        case_id = commands.ask(
            actor=actor,
            what=wanted.what,
            values=shown | dict(wanted.values),
            seen=records.digest(shown),
            key=f"demo:change:{number}",
            **about,
        ).case_id
    if wanted.answer:
        _answer(case_id, wanted, actor, min(asked + timedelta(days=wanted.answered_after), now), number)
    return True


def _answer(case_id: int, wanted: Request, asker: Actor, when: datetime, number: int) -> None:
    request = ChangeRequest.objects.select_related("case", "contact__user").get(pk=case_id)
    actor = asker if wanted.answer == "withdraw" else _officer(desk_of(wanted.what))
    if actor is None:
        return
    task = request.case.task_set.values_list("pk", flat=True).get(finished=None)
    case: dict[str, Any] = {"actor": actor, "case_id": case_id, "task_id": task, "key": f"demo:answer:{number}"}
    with moment.at(when):
        if wanted.answer == "withdraw":
            commands.withdraw(**case)
        elif wanted.answer == "reject":
            commands.reject(**case, reason=wanted.reason, text=wanted.text)
        else:
            seen = records.digest(records.of_request(request).values())
            commands.accept_in_part(**case, refused=wanted.refused, seen=seen, text=wanted.text)


def _provider(email: str) -> Actor | None:
    place = Membership.objects.filter(user__email=email).select_related("user").order_by("pk").first()
    return actor_for(place.user, place.organisation_id) if place else None


def _officer(desk: str) -> Actor | None:
    team = current().team_for(desk, None)
    member = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk").first()
    return actor_for(member.user) if member else None
