"""Change requests of a made-up year: new telephone numbers and addresses of providers and of their services."""

from functools import partial
from typing import Any

from workflows.changes import commands, records
from workflows.changes.models import ChangeRequest
from workflows.changes.rules import FUNCTIONS, What
from workflows.council.profile import current
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Service

from .course import Course, Play

A_DAY = 0.7


def begin(course: Course, providers: list[int]) -> None:
    """Let providers ask for them all year."""
    course.each_day(A_DAY, partial(_ask, course, providers))


def _ask(course: Course, providers: list[int]) -> None:
    organisation = course.chance.choice(providers)
    what = course.chance.choice((What.ORGANISATION, What.SERVICE, What.SERVICE))
    actor = course.crowd.answering(organisation, FUNCTIONS[what])
    if actor is None:
        return
    services = list(Service.objects.filter(organisation=organisation).order_by("pk").values_list("pk", flat=True))
    about: dict[str, Any] = {"service_id": course.chance.choice(services)} if what is What.SERVICE else {}
    shown = records.own(actor, what, **about).values()
    changed = {"telephone": f"01632 960{course.chance.randrange(1000):03}"}
    if course.likely(0.4):
        changed["address_1"] = f"{course.chance.randint(1, 90)} Dune Street"
    seen = records.digest(shown)
    commands.ask(actor=actor, what=what, values=shown | changed, seen=seen, key=course.key(), **about)


def _decide(course: Course, task: Task, actor: Actor) -> None:
    on: dict[str, Any] = {"actor": actor, "case_id": task.process_id, "task_id": task.pk, "key": course.key()}
    request = ChangeRequest.objects.select_related("case", "contact__user").get(pk=task.process_id)
    reasons, fate = current().change_requests.reasons, course.chance.random()
    if fate < 0.12:
        reason = course.chance.choice(reasons).key
        commands.reject(**on, reason=reason, text="Please send the letter that confirms this.")
        return
    asked = list(request.fields.order_by("pk").values_list("field", flat=True))
    part = {asked[0]: reasons[0].key} if fate < 0.2 and len(asked) > 1 else {}
    seen = records.digest(records.of_request(request).values())
    commands.accept_in_part(**on, refused=part, seen=seen)


PLAYS = {"change_request.decide_record": Play(_decide)}
