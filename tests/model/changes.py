"""Change requests as their model tests see them: three tables, written by hand from design, workflows §2.

Details of a home (procurement decides), the end of somebody's access (the helpline confirms), and somebody new, whom
the helpline telephones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests import changes as do
from tests import factories as make
from tests.model.process import Call, Everybody, Model, Page, Process, Roles, Somebody, page_of
from workflows.changes import commands
from workflows.changes.models import ChangeField, ChangeRequest
from workflows.changes.rules import What
from workflows.council.profile import current
from workflows.engine import moment, turns
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, Refused
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, User
from workflows.people.models import Contact

#: Teams that read change requests; any other does not know that there are any.
READING = {"procurement", "fes_admin", "auditor"}
PROVIDER, DESK = frozenset({"answerer"}), frozenset({"desk"})
TABLES = (ChangeRequest, ChangeField, Contact, User, Membership, Organisation, Service)


class People(Everybody):
    """Everybody, as change requests see them."""

    whole = False  # only for whoever may act for the whole organisation

    def _own(self) -> list[Somebody]:
        hidden = {"at_this_service"} if self.whole else set()
        return [replace(each, sees=each.sees and each.name not in hidden) for each in super()._own()]

    def _staff(self) -> list[Somebody]:
        return [replace(each, sees=each.sees and each.name in READING) for each in super()._staff()]


class WholePeople(People):
    """Contacts and roles are the whole organisation's."""

    whole = True


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb, ready to be made. What is recorded is on every screen as it is now."""
    turn: dict[str, Any] = {"actor": actor, "task_id": page.task_id or 0, "key": key}
    case = {**turn, "case_id": page.case_id}
    calls: dict[str, Call] = {
        "accept": lambda: commands.accept(**case, seen=do.seen(page.case_id), text=words),
        "accept_in_part": lambda: commands.accept_in_part(
            **case, seen=do.seen(page.case_id), refused={"fax": "other"}, text=words
        ),
        "reject": lambda: commands.reject(**case, reason="other", text=words),
        "close": lambda: commands.close(**case, text=words),
        "withdraw": lambda: commands.withdraw(**case),
        "undo": lambda: commands.undo(**{**case, "task_id": page.task_id}, text="They have not left."),
        "issue_password": lambda: commands.issue_password(**case, password="Quiet-42-pass"),
        "password_given": lambda: commands.password_given(**case),
        "claim": lambda: turns.claim(**turn),
        "release": lambda: turns.release(**turn),
    }
    return calls[verb]


def of_turns(desk: Mapping[str, str]) -> Any:
    """How verbs of turns are refused while a team has it, and a closing whose record is there."""

    def expected(state: str, verb: str, who: Somebody) -> type[Refused] | None:
        if verb == "close" and state in desk:
            return Refused if who.group == "desk" else Forbidden
        if verb in {"claim", "release"} and state in desk:
            return Refused if who.group == "desk" else Forbidden
        return None

    return expected


def details(state: str, people: Everybody) -> int:
    """Details of the home that came to a state by the product's own commands."""
    asked = {"town": "Diss", "fax": "1"}
    case_id = do.ask(people.named("administration"), What.SERVICE, asked, service_id=people.home.pk).case_id
    steps = {"submitted": (), "accepted": ("accept",), "accepted_in_part": ("accept_in_part",), "rejected": ("reject",)}
    if state == "withdrawn":
        do.withdraw(people.named("reports"), case_id)
    for verb in steps.get(state, ()):
        call(verb, people.named("procurement"), page_of(case_id), make.key(), "Words.")()
    return case_id


DETAILS_ROLES = Roles(
    answering=("super_user_actuals", "super_user_scheduled", "administration", "reports"),
    reading=("payments", "read_only"),
    blind=("invoice_only",),
    teams={"procurement": "desk"},
)
ENDED = ("nobody", None, 0)
DETAILS = Process(
    allowed={
        ("submitted", "accept"): (DESK, "accepted"),
        ("submitted", "accept_in_part"): (DESK, "accepted_in_part"),
        ("submitted", "reject"): (DESK, "rejected"),
        ("submitted", "withdraw"): (PROVIDER, "withdrawn"),
        ("submitted", "claim"): (DESK, "submitted"),
    },
    holders={
        "submitted": ("team", "procurement", 1),
        **dict.fromkeys(("accepted", "accepted_in_part", "rejected", "withdrawn"), ENDED),
    },
    verbs=("accept", "accept_in_part", "reject", "close", "withdraw", "undo", "password_given", "claim", "release"),
    tables=TABLES,
    call=call,
    in_state=details,
    weights={"claim": 6, "release": 3},
    expected=of_turns({"submitted": "procurement"}),
)


def removal(state: str, people: Everybody) -> int:
    """A removal that came to a state by the product's own commands."""
    case_id = do.remove(people.named("administration"), do.contact(people.organisation), has_left=True).case_id
    if state == "accepted":
        call("accept", people.named("fes_admin"), page_of(case_id), make.key(), "Words.")()
    if state == "undone":
        do.undo(people.named("fes_admin"), case_id)
    return case_id


WHOLE_ROLES = Roles(
    answering=("super_user_actuals", "super_user_scheduled", "administration"),
    reading=("payments", "reports", "read_only"),
    blind=("invoice_only",),
    teams={"fes_admin": "desk"},
)
REMOVAL = Process(
    allowed={
        ("submitted", "accept"): (DESK, "accepted"),
        ("submitted", "undo"): (DESK | PROVIDER, "undone"),
        ("submitted", "claim"): (DESK, "submitted"),
        ("accepted", "undo"): (DESK, "undone"),
    },
    holders={"submitted": ("team", "fes_admin", 1), "accepted": ENDED, "undone": ENDED},
    verbs=("accept", "undo", "reject", "withdraw", "claim", "release"),
    tables=TABLES,
    call=call,
    in_state=removal,
    expected=of_turns({"submitted": "fes_admin"}),
)


@dataclass
class RemovalModel(Model):
    """A removal that was confirmed can still be undone, from a page that shows no turn; and none of them for ever."""

    begun: datetime = field(default_factory=moment.now)

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """As everywhere, but for the verb of a closed case, and for the time in which it can be undone."""
        until = council_calendar().due(current().change_requests.undo_within, self.begun)
        if verb == "undo" and moment.now() > until:
            return False
        if verb == "undo" and self.state == "accepted":
            return who.sees and page.task_id is None and self._may(verb, who)
        return super().allows(verb, who, page)


def somebody_new(state: str, people: Everybody) -> int:
    """A new contact that came to a state by the product's own commands."""
    case_id = do.ask_for_john(people.named("administration")).case_id
    steps = {
        "waiting": ("accept",),
        "given": ("accept", "issue_password", "password_given"),
        "rejected": ("reject",),
    }
    if state == "withdrawn":
        do.withdraw(people.named("administration"), case_id)
    for verb in steps.get(state, ()):
        call(verb, people.named("fes_admin"), page_of(case_id), make.key(), "Words.")()
    return case_id


SOMEBODY_NEW = Process(
    allowed={
        ("submitted", "accept"): (DESK, "waiting"),
        ("submitted", "reject"): (DESK, "rejected"),
        ("submitted", "withdraw"): (PROVIDER, "withdrawn"),
        ("submitted", "claim"): (DESK, "submitted"),
        ("waiting", "issue_password"): (DESK, "waiting"),
        ("waiting", "password_given"): (DESK, "given"),
        ("waiting", "claim"): (DESK, "waiting"),
    },
    holders={
        "submitted": ("team", "fes_admin", 1),
        "waiting": ("team", "fes_admin", 1),
        **dict.fromkeys(("given", "rejected", "withdrawn"), ENDED),
    },
    verbs=("accept", "reject", "withdraw", "undo", "issue_password", "password_given", "claim", "release"),
    tables=TABLES,
    call=call,
    in_state=somebody_new,
    kept={"waiting": "accepted", "given": "accepted"},
    weights={"accept": 5, "issue_password": 3, "claim": 3},
    expected=of_turns({"submitted": "fes_admin", "waiting": "fes_admin"}),
)
