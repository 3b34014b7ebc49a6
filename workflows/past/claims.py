"""One-off claims of a made-up year: claimed by providers for a line, asked about, accepted or rejected."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from workflows.claims import commands
from workflows.claims.models import Claim
from workflows.claims.rules import Asked
from workflows.council.profile import current
from workflows.engine import files, moment
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.payments.models import PaymentMethod
from workflows.register.models import CarePackageLine

from .course import Course, Play

A_DAY = 0.8
WORDS = "Paid by us in advance, as agreed with the care manager by telephone; the receipt is attached."


def begin(course: Course, providers: list[int]) -> None:
    """Let providers claim all year."""
    if current().claims is not None:
        course.each_day(A_DAY, partial(_claim, course, providers))


def _claim(course: Course, providers: list[int]) -> None:
    claims, organisation = current().claims, course.chance.choice(providers)
    actor = course.crowd.answering(organisation, "one_off_claims")
    kinds = [each for each in claims.kinds if "line" in each.about] if claims else []
    day = moment.today() - timedelta(days=course.chance.randint(1, 12))
    paid = PaymentMethod.objects.filter(start__lte=day).values("contract")
    lines = CarePackageLine.objects.filter(
        service__organisation=organisation, contract__in=paid, start__lte=day, end=None
    )
    ids = list(lines.order_by("pk").values_list("pk", flat=True))
    if actor is None or not kinds or not ids:
        return
    kind = course.chance.choice(kinds)
    asked = Asked(
        kind=kind.key, on=day, amount=Decimal(course.chance.randint(15, 240)) + Decimal("0.50"), text=WORDS,
        line_id=course.chance.choice(ids),
    )  # fmt: skip
    sent = [files.stage(actor, SimpleUploadedFile("receipt.txt", b"Receipt: taxi")).pk] if kind.evidence else []
    commands.submit(actor=actor, asked=asked, file_ids=sent, key=course.key())


def _check(course: Course, task: Task, actor: Actor) -> None:
    on: dict[str, Any] = {"actor": actor, "case_id": task.process_id, "task_id": task.pk, "key": course.key()}
    asked_before = Task.objects.filter(process=task.process_id, node="respond").exists()
    fate, claims = course.chance.random(), current().claims
    if fate < 0.2 and not asked_before:
        commands.query(**on, text="Which day was this for, and who agreed to it?")
    elif fate < 0.32 and claims is not None:
        commands.reject(**on, reason=course.chance.choice(claims.reasons).key)
    else:
        commands.accept(**on, seen=Claim.objects.values_list("amount", flat=True).get(pk=task.process_id))


def _respond(course: Course, task: Task, actor: Actor) -> None:
    amount = Claim.objects.values_list("amount", flat=True).get(pk=task.process_id)
    text = "It was for the day on the receipt; the care manager agreed to it that morning."
    commands.answer(actor=actor, case_id=task.process_id, task_id=task.pk, text=text, amount=amount, key=course.key())


PLAYS = {"claim.check": Play(_check), "claim.respond": Play(_respond)}
