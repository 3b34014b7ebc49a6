"""Actions of a made-up year: questions and notices of providers, letters of the council, answers and closures."""

from datetime import timedelta
from functools import partial
from typing import Any

from workflows.actions import commands, entities
from workflows.actions.models import Action, Post
from workflows.actions.rules import Asked, Related, Side, teams_for, types_for
from workflows.council.actions import ActionType
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.models import Task
from workflows.parties.actor import Actor

from .course import Course, Play

#: How many a provider, and the council, begins on a working day.
OF_PROVIDERS, OF_COUNCIL = 2.4, 1.1
#: Sooner or later everything was said.
ENOUGH = 6
TITLES = (
    "Hours of next month", "A remittance that we cannot match", "Change of the care plan", "Review date",
    "Start of a new placement", "Cover over the holidays", "Letter of the family", "Invoice of last quarter",
)  # fmt: skip
ASKS = (
    "Please look into this and tell us what is right. We have attached nothing; the figures are those of our records."
)
ANSWERS = (
    "We have looked at it: the figures of the contract stand as they are.",
    "Thank you. It is put right, and shows in the next payment.",
    "Please send us the dates, and we will look at it again.",
)
THANKS = (
    "Thank you, that answers it.",
    "The dates are the first and the fourteenth of the month.",
    "It is as you say.",
)


def begin(course: Course, providers: list[int]) -> None:
    """Let both sides begin them all year."""
    course.each_day(OF_PROVIDERS, partial(_open, course, providers))
    course.each_day(OF_COUNCIL, partial(_send, course, providers))


def _open(course: Course, providers: list[int]) -> None:
    organisation = course.chance.choice(providers)
    actor = course.crowd.answering(organisation, "actions")
    asked = _asked(course, Side.PROVIDER, actor, organisation) if actor else None
    if actor is not None and asked is not None:
        commands.open_action(actor=actor, asked=asked, key=course.key())


def _send(course: Course, providers: list[int]) -> None:
    organisation = course.chance.choice(providers)
    actor = course.crowd.of_desk("brokerage") if course.likely(0.5) else course.crowd.of_desk("payments")
    asked = _asked(course, Side.COUNCIL, actor, organisation) if actor else None
    if actor is not None and asked is not None and set(current().team(asked.team).reads) & {"action"}:
        commands.send(actor=actor, asked=asked, organisation_id=organisation, key=course.key())


def _asked(course: Course, side: Side, actor: Actor, organisation: int) -> Asked | None:
    """What somebody asks; None where there is nothing for them to ask about."""
    able = [each for each in types_for(current().actions, side) if actor.sees(_sensitivity(each))]
    if not able:
        return None
    kind = course.chance.choices(able, [0.15 if each.notice else 1 for each in able])[0]
    related = course.chance.choice(entities.related_for(actor, kind.related) or [Related.PROVIDER])
    about = entities.choices(actor, related, organisation) if related is not Related.PROVIDER else []
    if related not in kind.related or (related is not Related.PROVIDER and not about):
        return None
    today = moment.today()
    return Asked(
        type=kind.key, related=related, entity=course.chance.choice(about)[0] if about else None,
        wanted_by=today + timedelta(days=14) if course.likely(0.3) else None,
        team=course.chance.choice(teams_for(current().actions, kind)), title=course.chance.choice(TITLES), text=ASKS,
        since=today - timedelta(days=course.chance.randint(0, 4)) if kind.notice else None,
    )  # fmt: skip


def _sensitivity(kind: ActionType) -> str:
    return "" if kind.sensitivity == "general" else kind.sensitivity


def _team(course: Course, task: Task, actor: Actor) -> None:
    """The team answers, writes that it asks somebody else, or has it closed."""
    said = _said(course, task, actor)
    posts, fate = Post.objects.filter(action=task.process_id).count(), course.chance.random()
    if _holds(task):
        commands.take_back(**said, text="This notice was about somebody else.")
    elif posts >= ENOUGH or fate < 0.5:
        commands.ask_for_closure(**said, text=course.chance.choice(ANSWERS))
    elif fate < 0.6:
        commands.update(**said, text="I have asked the social worker and will write again.")
        course.later(course.chance.randrange(200, 1500), partial(course.finish, task.pk, actor))
    else:
        commands.reply(**said, text=course.chance.choice(ANSWERS))


def _provider(course: Course, task: Task, actor: Actor) -> None:
    said = _said(course, task, actor)
    posts = Post.objects.filter(action=task.process_id).count()
    if _holds(task):
        commands.take_back(**said, text="This notice was about somebody else.")
    elif posts >= ENOUGH or course.likely(0.4):
        commands.request_closure(**said)
    else:
        commands.comment(**said, text=course.chance.choice(THANKS))


def _close(course: Course, task: Task, actor: Actor) -> None:
    said = _said(course, task, actor)
    if course.likely(0.06):
        commands.keep_open(**said, text="The second question is not answered yet.")
        return
    commands.close(**said, text="Everything was answered.")
    if course.likely(0.04):
        course.later(course.chance.randrange(500, 2000), partial(_reopen, course, task.process_id))


def _reopen(course: Course, case_id: int) -> None:
    """Take it up again, if it still waits for that."""
    task = Task.objects.select_related("process").filter(process=case_id, finished=None, node="closed").first()
    actor = course.crowd.answering(task.process.organisation_id, "actions") if task else None
    if task is not None and actor is not None:
        commands.reopen(**_said(course, task, actor), text="It has come up again this week.")


def _said(course: Course, task: Task, actor: Actor) -> dict[str, Any]:
    return {"actor": actor, "case_id": task.process_id, "task_id": task.pk, "key": course.key()}


def _holds(task: Task) -> bool:
    """Whether it is a notice that still holds payments: in this year they are all taken back."""
    action = Action.objects.only("type").get(pk=task.process_id)
    kinds = {each.key for each in current().actions.types if each.notice}
    return action.type in kinds and not Post.objects.filter(action=task.process_id, verb="take_back").exists()


PLAYS = {
    "action.with_team": Play(_team),
    "action.with_provider": Play(_provider),
    "action.closing": Play(_close),
}
