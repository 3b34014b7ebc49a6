"""One-off claims as their model tests see them: one table, written by hand from design, workflows §7."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests import factories as make
from tests.files import staged
from tests.model.process import Call, Everybody, Page, Process, Roles, Somebody, page_of
from workflows.claims import commands
from workflows.claims.models import Claim
from workflows.claims.rules import Asked
from workflows.engine import moment
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor
from workflows.payments import methods
from workflows.payments.models import OneOff, PaymentLine, ScheduledPayment

AMOUNT = Decimal("24.50")
ROLES = Roles(
    answering=("super_user_actuals", "super_user_scheduled", "payments"),
    blind=("administration", "reports", "invoice_only"),
    teams={"payments_residential": "payments"},
)
PROVIDER, PAYMENTS = frozenset({"answerer"}), frozenset({"payments"})
ALLOWED: Mapping[tuple[str, str], tuple[frozenset[str], str]] = {
    ("submitted", "accept"): (PAYMENTS, "accepted"),
    ("submitted", "query"): (PAYMENTS, "queried"),
    ("submitted", "reject"): (PAYMENTS, "rejected"),
    ("queried", "answer"): (PROVIDER, "submitted"),
    ("queried", "take"): (PAYMENTS, "submitted"),
}
HOLDERS = {
    "submitted": ("team", "payments_residential", 1),
    "queried": ("provider", None, 1),
    "accepted": ("nobody", None, 0),
    "rejected": ("nobody", None, 0),
}
VERBS = ("accept", "query", "reject", "answer", "take")


@dataclass
class Claimants(Everybody):
    """Everybody; of the council's teams Payments alone reads claims."""

    roles: Roles = ROLES

    def __post_init__(self) -> None:
        super().__post_init__()
        self.everybody = [self._as_seen(each) for each in self.everybody]

    def _as_seen(self, who: Somebody) -> Somebody:
        staff = who.actor.is_staff and who.group != "system"
        return replace(who, sees=who.group == "payments" or who.name == "auditor") if staff else who

    def _provider(self, role: str, only: Service | None = None) -> Actor:
        """The handbook's Administration has no claims: at a single service it is Payments who may."""
        return super()._provider("payments" if only is not None else role, only)


def submitted(people: Everybody) -> int:
    """A claim for transport of somebody whose contract is paid."""
    line, provider = make.line(people.home), people.named("payments")
    methods.set_method(
        actor=system_actor(), contract_id=line.contract_id, start=moment.today(), calendar="four_weekly", net=False,
        on_actuals=False,
    )  # fmt: skip
    asked = Asked(kind="transport", on=moment.today(), amount=AMOUNT, text="A taxi", line_id=line.pk)
    paper = [staged(provider, "receipt.pdf").pk]
    return commands.submit(actor=provider, asked=asked, file_ids=paper, key=make.key()).case_id


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb, ready to be made."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    seen = Claim.objects.values_list("amount", flat=True).get(pk=page.case_id)
    calls: dict[str, Call] = {
        "accept": lambda: commands.accept(**case, seen=seen, text=words),
        "query": lambda: commands.query(**case, text=words),
        "reject": lambda: commands.reject(**case, reason="not_agreed" if words.strip() else "", text=words),
        "answer": lambda: commands.answer(**case, text=words, amount=seen + 1),
        "take": lambda: commands.take(**case),
    }
    return calls[verb]


def when_late(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """Whoever goes on without an answer does so when the provider's time is over."""
    usual = call(verb, actor, page, key, words)
    due = Task.objects.filter(pk=page.task_id or 0).values_list("due_at", flat=True).first()
    if verb != "take" or due is None:
        return usual

    def late() -> Any:
        with moment.at(due + timedelta(minutes=1)):
            return usual()

    return late


def in_state(state: str, people: Everybody) -> int:
    """A claim that came to a state by the product's own commands."""
    case_id = submitted(people)
    verbs = {"submitted": "", "queried": "query", "accepted": "accept", "rejected": "reject"}
    if verbs[state]:
        who = people.named("payments_residential")
        call(verbs[state], who, page_of(case_id), make.key(), "Words.")()
    return case_id


CLAIMS = Process(
    allowed=ALLOWED,
    holders=HOLDERS,
    verbs=VERBS,
    tables=(Claim, OneOff, ScheduledPayment, PaymentLine),
    call=when_late,
    in_state=in_state,
    needs_words=frozenset({"query", "reject", "answer"}),
    weights={"query": 6, "answer": 4, "take": 3},
)
