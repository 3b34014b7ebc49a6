"""What the model tests share: who may try a verb, the one table of what then happens, and what a refusal may leave.

The table is written by hand from design, workflows §1; it knows nothing of flow.py or rules.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests import factories as make
from tests.files import staged
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine import turns
from workflows.engine.models import Access, Attachment, Case, Content, Event, Notice, Outbox, Receipt, StoredFile, Task
from workflows.engine.reading import stale
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine

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
#: Everything that a command writes, save the note of a refusal.
WRITTEN = (
    Case, Task, Event, Content, Receipt, Outbox, Notice, StoredFile, Attachment, ContractDocument, DocumentVersion,
    CarePackageLine,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who tries: `group` is a word of the table, `sees` whether the document exists for them."""

    name: str
    actor: Actor
    group: str = ""
    sees: bool = True


@dataclass
class People:
    """Everybody who may try a verb on a document of `home`: every role of the profile, and every team."""

    organisation: Organisation = field(default_factory=make.organisation)
    home: Service = field(init=False)
    everybody: list[Somebody] = field(init=False)

    def __post_init__(self) -> None:
        self.home = make.service(self.organisation)
        self.everybody = [
            *self._own(),
            *self._strangers(),
            *self._staff(),
            Somebody("system", system_actor(), "system"),
        ]

    def named(self, name: str) -> Actor:
        """One of them."""
        return next(each.actor for each in self.everybody if each.name == name)

    def _own(self) -> list[Somebody]:
        answering = ("super_user_actuals", "super_user_scheduled", "payments", "administration")
        found = [Somebody(role, self._provider(role), "answerer") for role in answering]
        found.append(Somebody("at_this_service", self._provider("administration", self.home), "answerer"))
        found.append(Somebody("read_only", self._provider("read_only"), "reader"))
        found += [Somebody(role, self._provider(role), sees=False) for role in ("reports", "invoice_only")]
        other = make.service(self.organisation)
        return [*found, Somebody("at_another_service", self._provider("super_user_scheduled", other), sees=False)]

    def _provider(self, role: str, only: Service | None = None) -> Actor:
        return make.actor(make.provider_user(self.organisation, role=role, only=only))

    def _strangers(self) -> list[Somebody]:
        elsewhere = make.service().organisation
        roles = ("super_user_actuals", "super_user_scheduled", "read_only")
        return [
            Somebody(f"other_{role}", make.actor(make.provider_user(elsewhere, role=role)), sees=False)
            for role in roles
        ]

    def _staff(self) -> list[Somebody]:
        found = [
            Somebody("officer", make.actor(make.staff_user()), "brokerage"),
            Somebody("colleague", make.actor(make.staff_user()), "brokerage"),
            Somebody("manager", make.actor(make.staff_user(role="manager")), "brokerage"),
        ]
        teams = ("payments_residential", "procurement", "fes_admin")
        found += [Somebody(team, make.actor(make.staff_user(team)), "other_team") for team in teams]
        found.append(Somebody("auditor", make.actor(make.staff_user("", duty="auditor")), "other_team"))
        administrator = make.actor(make.staff_user("", duty="administrator"))
        return [*found, Somebody("administrator", administrator, sees=False)]


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
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in WRITTEN}


def refusals_noted() -> int:
    """How many refusals were noted."""
    return Access.objects.filter(what__startswith="refused:").count()


def last_word(document: ContractDocument) -> tuple[str, str]:
    """Who did what last, as whoever is slower is told."""
    case = Case.objects.get(pk=document.pk)
    told = stale(case, case.flow_class)
    return told.who, told.what
