"""Decisions on care as their model tests see them: two tables, written by hand from design, workflows §6."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests import care
from tests import factories as make
from tests.model.process import Call, Model, Process, Somebody
from tests.model.process import page_of as plain
from tests.model.weeks import ENDED, SYSTEM, TABLES, People, shared_support
from workflows.actuals import deciding
from workflows.actuals.rules import DAY, WEEK
from workflows.engine import turns
from workflows.engine.errors import Forbidden, Refused
from workflows.parties.actor import Actor

KEEPER = frozenset({"keeper"})


def decision_call(verb: str, actor: Actor, page: Any, key: str, words: str) -> Call:
    """The call of a verb of a decision, ready to be made. A decision that was made is changed without a turn."""
    turn: dict[str, Any] = {"actor": actor, "task_id": page.task_id or 0, "key": key}
    case = {**turn, "case_id": page.case_id}
    decide = {**case, "task_id": page.task_id}
    until = care.WEEK + 10 * WEEK - DAY
    calls: dict[str, Call] = {
        "extend": lambda: deciding.extend(**decide, until=until, text=words),
        "stop": lambda: deciding.stop(**decide, text=words),
        "lapse": lambda: deciding.lapse(**case),
        "noted": lambda: deciding.noted(**case, text=words),
        "claim": lambda: turns.claim(**turn),
        "release": lambda: turns.release(**turn),
    }
    return calls[verb]


@dataclass
class DecisionModel(Model):
    """A decision can be changed when it was made: from a page that shows no turn."""

    until: date | None = None
    decided: bool = False

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """As everywhere, but for the verbs of what was decided."""
        if self.state == "done" and verb in {"extend", "stop"}:
            return who.sees and page.task_id is None and self._may(verb, who)
        return super().allows(verb, who, page)

    def after(self, verb: str, who: Somebody) -> None:
        """The verb has happened."""
        if verb in {"extend", "stop"}:
            self.decided = True
            self.until = care.WEEK + 10 * WEEK - DAY if verb == "extend" else None
        super().after(verb, who)


def asked_for(raised: Any) -> Any:
    """How a case of a kind of decision comes to a state."""

    def begun(state: str, people: People) -> int:
        line = care.line(people.home, shared_support(), "21")
        system = people.named("system")
        outcome = deciding.ask(
            actor=system, line_id=line.pk, raised=raised, cause="hospital", since=care.WEEK, key=make.key()
        )
        assert outcome is not None
        if state == "done":
            verb = "stop" if raised == "funding_decision" else "noted"
            decision_call(verb, people.named("support_options"), plain(outcome.case_id), make.key(), "Words.")()
        return outcome.case_id

    return begun


def of_decisions(state: str, verb: str, who: Somebody) -> type[Refused] | None:
    """How verbs of turns are refused while nobody has claimed it."""
    if (state, verb) == ("open", "release"):
        return Refused if who.group == "keeper" else Forbidden
    return None


OPEN_HELD = ("team", "support_options", 1)
DECISIONS = Process(
    allowed={
        ("open", "extend"): (KEEPER, "done"),
        ("open", "stop"): (KEEPER, "done"),
        ("open", "lapse"): (SYSTEM, "done"),
        ("open", "claim"): (KEEPER, "open"),
        ("done", "extend"): (KEEPER, "done"),
        ("done", "stop"): (KEEPER, "done"),
    },
    holders={"open": OPEN_HELD, "done": ENDED},
    verbs=("extend", "stop", "lapse", "noted", "claim", "release"),
    tables=TABLES,
    call=decision_call,
    in_state=asked_for("funding_decision"),
    needs_words=frozenset({"extend", "stop"}),
    weights={"claim": 4, "release": 3},
    expected=of_decisions,
)
NOTES = Process(
    allowed={
        ("open", "noted"): (KEEPER, "done"),
        ("open", "claim"): (KEEPER, "open"),
    },
    holders={"open": OPEN_HELD, "done": ENDED},
    verbs=("noted", "extend", "stop", "lapse", "claim", "release"),
    tables=TABLES,
    call=decision_call,
    in_state=asked_for("package_review"),
    expected=of_decisions,
)
