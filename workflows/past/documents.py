"""Contract documents of a made-up year: agreed, rejected, put right and published again, withdrawn, terminated."""

from decimal import Decimal
from functools import partial
from typing import Any

from workflows.contracts import commands
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.register import commands as register
from workflows.register.selectors import line_terms

from . import pace
from .course import Course, Play

REJECTED = 0.24
#: What a provider writes, and by what the weekly price is then put right (nothing: it was right).
WORDS = (
    ("The weekly cost does not include the increase that was agreed by telephone.", Decimal("1.40")),
    ("The start date is the day of assessment. The stay began two days later.", Decimal(0)),
    ("Please check the quantity: one placement was agreed, with a top up.", Decimal("3.50")),
    ("This should be the higher service level.", Decimal("4.80")),
)
#: After so many versions nobody rejects any more, but some withdraw.
ENOUGH = 4


def _respond(course: Course, task: Task, actor: Actor) -> None:
    version = DocumentVersion.objects.filter(document=task.process_id).latest("number")
    on: dict[str, Any] = {
        "actor": actor, "case_id": task.process_id, "task_id": task.pk, "number": version.number,
        "sha256": version.sha256, "key": course.key(),
    }  # fmt: skip
    share = REJECTED * pace.inclined(f"provider:{task.organisation_id}", "reject") * (1.6 if version.number > 1 else 1)
    if version.number >= ENOUGH or not course.likely(share):
        commands.agree(**on)
        return
    reasons = current().contract_documents.reasons
    weights = [1 / (1 + (place + (task.organisation_id or 0)) % len(reasons)) for place in range(len(reasons))]
    [reason] = course.chance.choices(reasons, weights)
    commands.reject(**on, reason=reason.key, text=course.chance.choice(WORDS)[0])


def _amend(course: Course, task: Task, actor: Actor) -> None:
    on: dict[str, Any] = {"actor": actor, "case_id": task.process_id, "task_id": task.pk, "version": None}
    fate = course.chance.random()
    if fate < 0.05:
        commands.withdraw(**on, text="The placement did not begin.", key=course.key())
    elif fate < 0.08:
        commands.terminate(**on, text="A contract with another provider takes its place.", key=course.key())
    else:
        line = ContractDocument.objects.values_list("line", flat=True).get(pk=task.process_id)
        more = course.chance.choice(WORDS)[1]
        price = line_terms(line, on=moment.today()).unit_cost + more
        change = partial(
            register.change_line, actor=actor, line_id=line, version=None, unit_cost=price, turn_id=task.pk
        )
        words = "" if more else "The dates are those of the assessment that was agreed."
        commands.republish(**on, explanation=words, key=course.key(), amend=change if more else None)


PLAYS = {"contract_document.respond": Play(_respond), "contract_document.amend": Play(_amend)}
