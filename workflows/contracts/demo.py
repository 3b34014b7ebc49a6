"""Gives the demo's lines a life in the last days: documents published, agreed, rejected and republished.

Everything goes through the commands at the moments it would have happened. Run once: lines that have a document are
left alone.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.calendar import council_calendar
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, TeamMember, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.register import commands as register
from workflows.register.selectors import line_terms

from . import commands
from .models import ContractDocument, DocumentVersion

SEED = 20180409
#: What a generated home writes when it rejects: reason, words, and by what the weekly price is then put right.
REJECTIONS = (
    ("cost", "The weekly cost does not include the increase that was agreed by telephone.", Decimal("1.40")),
    ("dates", "The start date is the day of assessment. The stay began two days later.", Decimal(0)),
    ("quantity", "Please check the quantity: one placement was agreed, with a top up.", Decimal("3.50")),
    ("service_level", "This should be the higher service level.", Decimal("4.80")),
)


def seed(own: Sequence[int], others: Sequence[int]) -> int:
    """Publish the documents of the handbook's lines (`own`), and give those of other homes a life.

    Returns how many documents were published.
    """
    calendar, now = council_calendar(), moment.now()
    yesterday = calendar.next_open(now - timedelta(days=4))
    done = sum(_publish(line, min(yesterday, now)) for line in own)
    chance = random.Random(SEED)  # noqa: S311 (a demo that is the same each time)
    for line in others:
        done += _live(line, chance, now)
    return done


def _publish(line_id: int, when: datetime) -> bool:
    if ContractDocument.objects.filter(line_id=line_id).exists():
        return False
    with moment.at(when):
        commands.publish_line(actor=system_actor(), line_id=line_id, key=f"demo:{line_id}:publish")
    return True


def _live(line_id: int, chance: random.Random, now: datetime) -> bool:
    """One line of another home: published some days ago or not yet, then answered or not, amended or not."""
    begun = council_calendar().next_open(now - timedelta(days=chance.randint(1, 16), hours=chance.randint(0, 7)))
    fate, rejection = chance.random(), chance.choice(REJECTIONS)
    if fate > 0.9 or not _publish(line_id, min(begun, now)):
        return False
    document = ContractDocument.objects.select_related("case").get(line_id=line_id)
    answered = min(council_calendar().next_open(begun + timedelta(hours=chance.randint(2, 60))), now)
    provider = _who_answers(document)
    if provider is None or fate < 0.3:
        return True
    if fate < 0.6:
        _answer(document, provider, answered, "agree")
        return True
    _answer(document, provider, answered, "reject", reason=_reason(rejection[0]), text=rejection[1])
    if fate > 0.78:
        _amend(document, council_calendar().next_open(answered + timedelta(hours=5)), rejection[2], now)
    return True


def _answer(document: ContractDocument, actor: Actor, when: datetime, verb: str, **words: str) -> None:
    version = DocumentVersion.objects.filter(document=document).latest("number")
    with moment.at(when):
        getattr(commands, verb)(
            actor=actor,
            case_id=document.pk,
            task_id=_turn(document),
            number=version.number,
            sha256=version.sha256,
            key=f"demo:{document.line_id}:{verb}",
            **words,
        )


def _amend(document: ContractDocument, when: datetime, more: Decimal, now: datetime) -> None:
    officer = _officer(document.line.service.group)
    if officer is None:
        return
    price = line_terms(document.line_id, on=moment.today()).unit_cost + more
    change = partial(register.change_line, actor=officer, line_id=document.line_id, version=None, unit_cost=price)
    with moment.at(min(when, now)):
        commands.republish(
            actor=officer,
            case_id=document.pk,
            task_id=_turn(document),
            version=None,
            explanation="" if more else "The dates are those of the assessment that was agreed.",
            key=f"demo:{document.line_id}:republish",
            amend=change if more else None,
        )


def _turn(document: ContractDocument) -> int:
    turn: int = document.case.task_set.values_list("pk", flat=True).get(finished=None)
    return turn


def _reason(wanted: str) -> str:
    """The reason, or the first that the council has, where it has other ones."""
    keys = [each.key for each in current().contract_documents.reasons]
    return wanted if wanted in keys else keys[0]


def _who_answers(document: ContractDocument) -> Actor | None:
    """Somebody of the provider who may answer; None when the demo gave them nobody."""
    roles = [role.key for role in current().roles if "contract_documents" in role.edit]
    who = Membership.objects.filter(organisation_id=document.case.organisation_id, role__in=roles, service=None).first()
    return actor_for(who.user, document.case.organisation_id) if who else None


def _officer(service_group: str) -> Actor | None:
    team = current().team_for("brokerage", service_group)
    member = TeamMember.objects.filter(team__key=team, user__kind=User.Kind.STAFF).order_by("pk").first()
    return actor_for(member.user) if member else None
