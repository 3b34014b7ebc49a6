"""Actions as their model tests see them: one table, written by hand from design, workflows §3.

The case is a notice of a death whose line has ended, so that every verb has its place.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests import factories as make
from tests.model.process import Call, Everybody, Page, Process, Roles, Somebody, page_of
from workflows.actions import commands
from workflows.actions.models import Action, Post
from workflows.actions.rules import Asked
from workflows.engine import moment, turns
from workflows.engine.errors import Forbidden, Refused
from workflows.parties.actor import Actor
from workflows.parties.teams import team_id
from workflows.register import commands as register
from workflows.register.models import CarePackageLine, PaymentHold

ROLES = Roles(
    answering=("super_user_actuals", "super_user_scheduled", "payments", "administration", "reports"),
    blind=("invoice_only",),
    teams={"service_brokerage": "team", "fes_admin": "closer", "procurement": "other_team"},
)
PROVIDER, TEAM, CLOSER, SYSTEM = (frozenset({each}) for each in ("answerer", "team", "closer", "system"))
ALLOWED: Mapping[tuple[str, str], tuple[frozenset[str], str]] = {
    ("council", "reply"): (TEAM, "provider"),
    ("council", "update"): (TEAM, "council"),
    ("council", "comment"): (PROVIDER, "council"),
    ("council", "ask_for_closure"): (TEAM, "closing"),
    ("council", "request_closure"): (PROVIDER, "closing"),
    ("council", "take_back"): (TEAM | PROVIDER, "closing"),
    ("council", "claim"): (TEAM, "council"),
    ("council", "hand_over"): (TEAM, "council"),
    ("provider", "comment"): (PROVIDER, "council"),
    ("provider", "update"): (TEAM, "provider"),
    ("provider", "ask_for_closure"): (TEAM, "closing"),
    ("provider", "request_closure"): (PROVIDER, "closing"),
    ("provider", "take_back"): (TEAM | PROVIDER, "closing"),
    ("closing", "close"): (CLOSER, "closed"),
    ("closing", "keep_open"): (CLOSER, "council"),
    ("closing", "comment"): (PROVIDER, "council"),
    ("closing", "claim"): (CLOSER, "closing"),
    ("closing", "hand_over"): (CLOSER, "closing"),
    ("closed", "reopen"): (TEAM | PROVIDER, "council"),
    ("closed", "lapse"): (SYSTEM, "lapsed"),
}
HOLDERS = {
    "council": ("team", "service_brokerage", 1),
    "provider": ("provider", None, 1),
    "closing": ("team", "fes_admin", 1),
    "closed": ("nobody", None, 1),
    "lapsed": ("nobody", None, 0),
}
WRITTEN_DOWN = ("reply", "update", "comment", "ask_for_closure", "take_back", "close", "keep_open", "reopen")
VERBS = (*WRITTEN_DOWN, "request_closure", "lapse", "claim", "release", "hand_over")


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb, ready to be made."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    turn: dict[str, Any] = {"actor": actor, "task_id": page.task_id or 0, "key": key}
    if verb in {"claim", "release"}:
        return lambda: getattr(turns, verb)(**turn)
    if verb == "hand_over":
        other = team_id("service_brokerage" if page.team == "procurement" else "procurement")
        return lambda: turns.hand_over(**turn, reason=words, team_id=other)
    if verb == "lapse":
        return lambda: commands.lapse(**case)
    return lambda: getattr(commands, verb)(**case, text=words)


def opened(people: Everybody, line: CarePackageLine) -> int:
    """A notice of a death, told today."""
    day = moment.today() - timedelta(days=1)
    asked = Asked("death", "client", line.client_id, None, "service_brokerage", "Sad news", "Yesterday.", since=day)
    outcome = commands.open_action(actor=people.named("administration"), asked=asked, key=make.key())
    return outcome.case_id


def end_line(people: Everybody, line: CarePackageLine) -> None:
    """Brokerage ends the line on the day of the death."""
    hold = PaymentHold.objects.filter(line=line).latest("pk")
    register.end_line(
        actor=people.named("officer"), line_id=line.pk, version=None, end=hold.start, reason="Death"
    )  # fmt: skip


def in_state(state: str, people: Everybody) -> int:
    """A notice that came to a state by the product's own commands."""
    line = make.line(people.home)
    case_id = opened(people, line)
    end_line(people, line)
    steps = {
        "council": (),
        "provider": (("reply", "officer"),),
        "closing": (("ask_for_closure", "officer"),),
        "closed": (("ask_for_closure", "officer"), ("close", "fes_admin")),
        "lapsed": (("ask_for_closure", "officer"), ("close", "fes_admin"), ("lapse", "system")),
    }
    for verb, who in steps[state]:
        call(verb, people.named(who), page_of(case_id), make.key(), "Words.")()
    return case_id


def expected(state: str, verb: str, who: Somebody) -> type[Refused] | None:
    """How verbs of turns are refused: what no team has is nobody's to claim, and what nobody claimed to release."""
    if state != "lapsed" and verb in {"claim", "release", "hand_over"}:
        holding = who.group == {"council": "team", "closing": "closer"}.get(state)
        return Refused if holding else Forbidden
    return None


ACTIONS = Process(
    allowed=ALLOWED,
    holders=HOLDERS,
    verbs=VERBS,
    tables=(Action, Post, PaymentHold, CarePackageLine),
    call=call,
    in_state=in_state,
    kept={"lapsed": "closed"},
    needs_words=frozenset({*WRITTEN_DOWN, "hand_over"}),
    weights={"reply": 4, "comment": 4, "close": 6, "reopen": 3, "claim": 3, "hand_over": 2},
    expected=expected,
)
