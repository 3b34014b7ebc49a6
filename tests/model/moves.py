"""Contract documents as their model tests see them: the one table, written by hand from design, workflows §1.

It knows nothing of flow.py or rules.py. What every process shares is in process.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests import factories as make
from tests.files import staged
from tests.model.process import Everybody, Process, Roles, Somebody, refusals_noted
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine import turns
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine

__all__ = [
    "ALLOWED", "DOCUMENTS", "HOLDERS", "STATES", "VERBS", "People", "Somebody", "Target", "everything_written",
    "in_state", "refusals_noted", "seen", "verb_call",
]  # fmt: skip
STATES = ("published", "rejected", "accepted", "terminated", "superseded")

#: Per state and verb: who may (a group of `People.groups`), and the state afterwards. What is not here is refused.
ALLOWED: Mapping[tuple[str, str], tuple[frozenset[str], str]] = {
    ("published", "agree"): (frozenset({"answerer"}), "accepted"),
    ("published", "reject"): (frozenset({"answerer"}), "rejected"),
    ("published", "attach"): (frozenset({"answerer"}), "published"),
    ("published", "terminate"): (frozenset({"brokerage"}), "terminated"),
    ("published", "supersede"): (frozenset({"brokerage", "system"}), "superseded"),
    ("rejected", "republish"): (frozenset({"brokerage", "system"}), "published"),
    ("rejected", "withdraw"): (frozenset({"brokerage"}), "terminated"),
    ("rejected", "terminate"): (frozenset({"brokerage"}), "terminated"),
    ("rejected", "supersede"): (frozenset({"brokerage", "system"}), "superseded"),
    ("rejected", "claim"): (frozenset({"brokerage"}), "rejected"),
    ("accepted", "terminate"): (frozenset({"brokerage"}), "terminated"),
    ("accepted", "attach"): (frozenset({"answerer"}), "accepted"),
}
VERBS = (
    "agree", "reject", "attach", "terminate", "supersede", "deem", "republish", "withdraw", "claim", "release",
)  # fmt: skip
#: Whom the state gives the turn to: (holder, the team's key, open turns).
HOLDERS = {
    "published": ("provider", None, 1),
    "rejected": ("team", "service_brokerage", 1),
    "accepted": ("nobody", None, 0),
    "terminated": ("nobody", None, 0),
    "superseded": ("nobody", None, 0),
}
ROLES = Roles(
    answering=("super_user_actuals", "super_user_scheduled", "payments", "administration"),
    blind=("reports", "invoice_only"),
    teams={"service_brokerage": "brokerage"},
)


@dataclass
class People(Everybody):
    """Everybody who may try a verb on a contract document of `home`."""

    roles: Roles = ROLES


@dataclass(frozen=True, slots=True)
class Target:
    """A document as somebody has it on the screen: its turn, and the version shown."""

    case_id: int
    task_id: int | None
    version: int
    number: int
    sha256: str


def seen(document: ContractDocument) -> Target:
    """The document as it is now; without a turn, its last one."""
    case = Case.objects.get(pk=document.pk)
    task = Task.objects.filter(process_id=document.pk, finished=None).order_by("-pk").first()
    shown = DocumentVersion.objects.filter(document=document).latest("number")
    return Target(case.pk, task.pk if task else None, case.version, shown.number, shown.sha256)


def verb_call(
    verb: str, actor: Actor, at: Target, key: str, *, words: str = "Because.", file_id: int = 0
) -> Callable[[], Any]:
    """The call of a verb, ready to be made: a file that it needs is chosen already (`file_id`, or one of its own)."""
    chosen = file_id or (staged(actor, "signed.pdf").pk if verb == "attach" else 0)
    case: dict[str, Any] = {"actor": actor, "case_id": at.case_id, "task_id": at.task_id, "key": key}
    shown = {"number": at.number, "sha256": at.sha256}
    turn = {"actor": actor, "task_id": at.task_id or 0, "key": key}
    calls: dict[str, Callable[[], Any]] = {
        "agree": lambda: commands.agree(**case, **shown),
        "reject": lambda: commands.reject(**case, **shown, reason="cost" if words else "", text=words),
        "attach": lambda: commands.attach_signed_copy(**case, file_id=chosen),
        "terminate": lambda: commands.terminate(**case, version=at.version, text=words),
        "supersede": lambda: commands.supersede(**case),
        "deem": lambda: commands.deem_accepted(**case),
        "republish": lambda: commands.republish(**case, version=at.version, explanation=words),
        "withdraw": lambda: commands.withdraw(**case, version=at.version, text=words),
        "claim": lambda: turns.claim(**turn),
        "release": lambda: turns.release(**turn),
    }
    return calls[verb]


def in_state(state: str, people: People) -> ContractDocument:
    """A document that came to a state by the product's own commands."""
    document = make.published(make.line(people.home))
    provider, officer = people.named("administration"), people.named("officer")
    steps = {
        "published": (),
        "rejected": (("reject", provider),),
        "accepted": (("agree", provider),),
        "terminated": (("terminate", officer),),
        "superseded": (("supersede", officer),),
    }
    for verb, actor in steps[state]:
        verb_call(verb, actor, seen(document), make.key())()
    return document


def everything_written() -> dict[str, list[Any]]:
    """Every row of every table that a command writes, to be compared before and after a refusal."""
    return DOCUMENTS.everything_written()


def expected(state: str, verb: str, who: Somebody) -> type[Refused] | None:
    """How verbs of turns are refused, and the deeming that this council does not know."""
    if verb in {"claim", "release"} and state in {"published", "rejected"}:
        unclaimed = (state, verb, who.group) == ("rejected", "release", "brokerage")
        return Refused if unclaimed else Forbidden
    if (state, verb) == ("published", "deem"):
        return Refused if who.group == "system" else Forbidden
    return None


DOCUMENTS = Process(
    allowed=ALLOWED,
    holders=HOLDERS,
    verbs=VERBS,
    tables=(ContractDocument, DocumentVersion, CarePackageLine),
    call=lambda verb, actor, page, key, words: verb_call(verb, actor, page, key, words=words),
    in_state=lambda state, people: in_state(state, people).pk,
    page=lambda case_id: seen(ContractDocument.objects.get(pk=case_id)),
    expected=expected,
)
