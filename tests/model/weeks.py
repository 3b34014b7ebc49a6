"""Weeks of actuals as their model tests see them: a table, written by hand from design, workflows §6. They are tried as
the council whose own document names the rules (tests.councils.served); decisions on care are in decisions.py.

A week has two lines: one on which everything is said (`save` and `change` put an absence there or take it back), one
that stays as planned. Whoever has an old page has old versions of its lines.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.councils import served
from tests.model.process import Call, Everybody, Model, Process, Roles, Somebody
from workflows.actuals import commands, rejudging
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.filling import OPEN, Filled
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import (
    ActualWeek,
    Authorisation,
    CareDecision,
    LineWeek,
    LineWeekVersion,
    Standing,
)
from workflows.actuals.rules import DAY, WEEK, State, monday_of
from workflows.disputes import commands as disputes
from workflows.disputes.models import Dispute, DisputedRow
from workflows.engine import door, moment, turns
from workflows.engine.calendar import LONDON
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor
from workflows.register.models import ServiceLevel

COUNCIL, GROUP = "bradford", "supported_living"
PROVIDER, PAYMENTS, SYSTEM = frozenset({"answerer"}), frozenset({"payments"}), frozenset({"system"})
KEEPER = frozenset({"keeper"})
TABLES = (ActualWeek, LineWeek, LineWeekVersion, CareDecision, Authorisation, Dispute, DisputedRow)
ENDED = ("nobody", None, 0)


@pytest.fixture
def bradford(quick: None) -> Iterator[None]:
    """Everything runs as the council of the profile."""
    with served(COUNCIL):
        yield


@dataclass
class People(Everybody):
    """Everybody, in the roles and teams of the council."""

    roles: Roles

    def __post_init__(self) -> None:
        care.level("shared_support", group=GROUP)
        super().__post_init__()
        self.home = make.service(self.organisation, group=GROUP)
        self.everybody = [self._placed(each) for each in self.everybody]

    def _placed(self, who: Somebody) -> Somebody:
        return Somebody(who.name, self._provider("actuals", self.home), who.group) if who.name == HERE else who

    def _own(self) -> list[Somebody]:
        found = [Somebody(role, self._provider(role), "answerer") for role in self.roles.answering]
        found.append(Somebody(HERE, self._provider("actuals", self.home), "answerer"))
        found += [Somebody(role, self._provider(role), "reader") for role in self.roles.reading]
        other = make.service(self.organisation, group=GROUP)
        return [*found, Somebody("at_another_service", self._provider("main_user", other), sees=False)]

    def _strangers(self) -> list[Somebody]:
        elsewhere = make.service(group=GROUP).organisation
        roles = ("main_user", "actuals", "read_only")
        return [Somebody(f"other_{each}", make.actor(make.provider_user(elsewhere, role=each)), sees=False)
                for each in roles]  # fmt: skip

    def _staff(self) -> list[Somebody]:
        own, reading = self.roles.teams, {"support_options", "fss_payments"}
        found = []
        for team in ("fss_payments", "support_options", "contracts", "provider_portal"):
            roles = {"": "member", "_colleague": "member", "_manager": "manager"} if team in own else {"": "member"}
            for name, role in roles.items():
                actor = make.actor(make.staff_user(team, role=role))
                found.append(Somebody(f"{team}{name}", actor, self._group(team), sees=team in reading))
        found.append(Somebody("auditor", make.actor(make.staff_user("", duty="auditor")), "other_team"))
        administrator = make.actor(make.staff_user("", duty="administrator"))
        return [*found, Somebody("administrator", administrator, sees=False)]


HERE = "at_this_service"
WEEK_ROLES = Roles(answering=("main_user", "actuals"), blind=(), teams={"fss_payments": "payments"})
DECISION_ROLES = Roles(answering=("main_user", "actuals"), blind=(), teams={"support_options": "keeper"})


@dataclass(frozen=True, slots=True)
class Page:
    """A week as somebody has it on the screen: its turn, its lines and which versions of them were shown."""

    case_id: int
    task_id: int | None
    version: int
    lines: tuple[int, ...]
    versions: tuple[int, ...]
    until: datetime
    turn: str = ""


def page_of(case_id: int) -> Page:
    """The week as it is now."""
    case = Case.objects.get(pk=case_id)
    task = Task.objects.filter(process_id=case_id, finished=None).order_by("-pk").first()
    lines = list(LineWeek.objects.filter(case=case_id).order_by("line_id").values_list("pk", "version"))
    week = ActualWeek.objects.get(pk=case_id).week
    until = datetime.combine(week + WEEK + 3 * DAY, datetime.min.time(), LONDON)
    ids, versions = zip(*lines, strict=True) if lines else ((), ())
    return Page(case_id, task.pk if task else None, case.version, ids, versions, until, task.node if task else "")


def said(page: Page, words: str) -> list[Filled]:
    """The first line's week with an absence; without words, one that lacks its comment."""
    absent = Absence("frustrated", Decimal(21), "hospital", None, f"Week 1. {words}" if words.strip() else "")
    return _first(page, FilledRow(1, (Decimal(21),), (absent,), ""))


def taken_back(page: Page) -> list[Filled]:
    """The first line's week as planned."""
    return _first(page, FilledRow(1, (Decimal(21),), (), "As planned."))


def _first(page: Page, row: FilledRow) -> list[Filled]:
    line, version = (page.lines[0], page.versions[0]) if page.lines else (0, 0)
    return [Filled(line, version, (row,))]


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb, ready to be made."""
    turn: dict[str, Any] = {"actor": actor, "task_id": page.task_id or 0, "key": key}
    case = {**turn, "case_id": page.case_id}
    first = page.lines[:1]
    calls: dict[str, Call] = {
        "generate": lambda: commands.generate(**case),
        "save": lambda: commands.save(**case, filled=said(page, words)),
        "save_back": lambda: commands.save(**case, filled=taken_back(page)),
        "record_visits": lambda: commands.record_visits(**case, filled=taken_back(page)),
        "submit": lambda: commands.submit(**case, reviewed=True),
        "take": lambda: commands.take(**case),
        "move_cut_off": lambda: commands.move_cut_off(**case, until=page.until),
        "close_empty": lambda: commands.close_empty(**case),
        "change": lambda: commands.change(**case, filled=said(page, words)),
        "change_back": lambda: commands.change(**case, filled=taken_back(page)),
        "accept": lambda: commands.accept(**case),
        "accept_some": lambda: commands.accept(**case, lines=first),
        "query": lambda: commands.query(**case, text=words),
        "dispute": lambda: disputes.raise_dispute(
            actor=actor, week_id=page.case_id, task_id=page.task_id or 0, lines=first, reason=words, key=key
        ),
        "pay": lambda: commands.pay(**case),
        "rejudge": lambda: rejudging.rejudge(**case, lines=_lines_of(first)),
        "settle": lambda: _written(verb, case, None),
        "recheck": lambda: _written(verb, case, State.SUBMITTED),
        "claim": lambda: turns.claim(**turn),
        "release": lambda: turns.release(**turn),
    }
    return calls[verb]


def _lines_of(weeks: Collection[int]) -> list[int]:
    return list(LineWeek.objects.filter(pk__in=weeks).values_list("line_id", flat=True))


def _written(verb: str, case: Mapping[str, Any], state: State | None) -> door.Outcome:
    """What is only written inside another command (settling, rejudging), had somebody a page that sends it."""

    def act(turn: door.Turn) -> None:
        if state is not None:
            turn.state(state)

    return door.run(ActualsFlow, verb=verb, version=None, body={}, act=act, **case)


STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "recording": (),
    "submitted": (("save", "actuals"), ("submit", "actuals")),
    "checked": (("save", "actuals"), ("submit", "actuals"), ("accept", "fss_payments")),
    "paid": (("save", "actuals"), ("submit", "actuals"), ("accept", "fss_payments"), ("pay", "system")),
    "empty": (("close_empty", "system"),),
}


def shared_support() -> ServiceLevel:
    """The service level that the people's council has."""
    return ServiceLevel.objects.get(key="shared_support")


def a_week(people: People, *, lines: Collection[str] = ("21", "14")) -> int:
    """The present week of the home, open and generated."""
    for quantity in lines:
        care.line(people.home, shared_support(), quantity, start=date(2025, 1, 6))
    return care.opened(people.home, monday_of(moment.today()), generated=bool(lines)).pk


def in_state(state: str, people: People) -> int:
    """A week that came to a state by the product's own commands; each is at a home of its own."""
    case_id = a_week(people, lines=() if state == "empty" else ("21", "14"))
    for verb, who in STEPS[state]:
        call(verb, people.named(who), page_of(case_id), make.key(), "Words.")()
    return case_id


def of_weeks(state: str, verb: str, who: Somebody) -> type[Refused] | None:
    """Where the refusal is the command's own: what is claimed, not submitted, not disputable or not empty."""
    own = {
        ("submitted", "claim"): Forbidden,
        ("submitted", "release"): Refused if who.group == "payments" else Forbidden,
        ("recording", "take"): Refused if who.group == "payments" else Forbidden,
        ("recording", "close_empty"): Refused if who.group == "system" else Forbidden,
        ("recording", "claim"): Forbidden,
        ("recording", "release"): Forbidden,
        ("checked", "claim"): Forbidden,
        ("checked", "release"): Forbidden,
    }
    return own.get((state, verb))


WEEKS = Process(
    allowed={
        ("recording", "generate"): (PROVIDER | SYSTEM, "recording"),
        ("recording", "save"): (PROVIDER, "recording"),
        ("recording", "save_back"): (PROVIDER, "recording"),
        ("recording", "record_visits"): (PROVIDER | PAYMENTS, "recording"),
        ("recording", "submit"): (PROVIDER, "submitted"),
        ("recording", "take"): (SYSTEM, "submitted"),
        ("recording", "move_cut_off"): (SYSTEM, "recording"),
        ("recording", "rejudge"): (SYSTEM, "recording"),
        ("submitted", "change"): (PROVIDER, "submitted"),
        ("submitted", "change_back"): (PROVIDER, "submitted"),
        ("submitted", "accept"): (PAYMENTS | SYSTEM, "checked"),
        ("submitted", "accept_some"): (PAYMENTS | SYSTEM, "submitted"),
        ("submitted", "query"): (PAYMENTS, "recording"),
        ("submitted", "dispute"): (PAYMENTS | SYSTEM, "submitted"),
        ("submitted", "rejudge"): (SYSTEM, "submitted"),
        ("submitted", "claim"): (PAYMENTS, "submitted"),
        ("checked", "rejudge"): (SYSTEM, "checked"),
        ("checked", "change"): (PROVIDER, "submitted"),
        ("checked", "change_back"): (PROVIDER, "submitted"),
        ("checked", "pay"): (SYSTEM, "paid"),
    },
    holders={
        "recording": ("provider", None, 1),
        "submitted": ("team", "fss_payments", 1),
        "checked": ("nobody", None, 1),
        "paid": ENDED,
        "empty": ENDED,
    },
    verbs=(
        "generate", "save", "save_back", "record_visits", "submit", "take", "move_cut_off", "close_empty", "change",
        "change_back", "accept", "accept_some", "query", "dispute", "pay", "rejudge", "claim", "release",
    ),
    tables=TABLES,
    call=call,
    in_state=in_state,
    page=page_of,
    needs_words=frozenset({"query", "change", "dispute"}),
    weights={"submit": 4, "accept": 3, "accept_some": 3, "dispute": 3, "claim": 2, "release": 2, "pay": 2},
    expected=of_weeks,
)  # fmt: skip


#: The same with what only other commands write: the decision of a dispute, and a week that comes to other money.
WRITTEN_WEEKS = replace(
    WEEKS,
    allowed={
        **WEEKS.allowed,
        **{(state, "settle"): (PAYMENTS | SYSTEM, state) for state in ("recording", "submitted", "checked")},
        ("checked", "recheck"): (SYSTEM, "submitted"),
    },
    verbs=(*WEEKS.verbs, "settle", "recheck"),
)


@dataclass
class WeekModel(Model):
    """Where the week's two lines stand: what the table of states does not say."""

    first: str = Standing.GENERATED
    second: str = Standing.GENERATED
    differs: bool = False
    lacking: bool = False
    silent: bool = False  # what it lacks as it was filled in; a decision takes it all the same
    words: str = ""

    def allows(self, verb: str, who: Somebody, page: Any) -> bool:
        """As everywhere, and as the lines stand."""
        return super().allows(verb, who, page) and self._lines_allow(verb, page)

    def _lines_allow(self, verb: str, page: Any) -> bool:
        if verb in {"save", "save_back", "record_visits", "change", "change_back"}:
            return page.versions == self.pages[-1].versions and self.first != Standing.DISPUTED
        if verb == "submit":
            return not self.lacking
        if verb == "dispute":
            return self.first in {Standing.SUBMITTED, Standing.PAYABLE} and self.differs
        if verb == "pay":
            return {self.first, self.second} <= {Standing.PAYABLE, Standing.PAID}
        return True

    def after(self, verb: str, who: Somebody) -> None:
        """The verb has happened."""
        if verb == "accept_some" and self.second != Standing.SUBMITTED:
            verb = "accept"
        self._lines_after(verb)
        super().after(verb, who)

    def settled(self, *, differs: bool) -> None:
        """A dispute about the first line was decided: it is payable, wherever the week stands."""
        self.first, self.differs, self.lacking = Standing.PAYABLE, differs, False
        self.silent = self.silent and differs
        self._written()

    def comes_to_other_money(self) -> None:
        """The first line has another price: what was accepted is to be checked again, and with it a checked week."""
        if self.first not in OPEN:
            return
        self.lacking = self.silent
        if self.first == Standing.PAYABLE:
            self.first = Standing.SUBMITTED
            if self.state == "checked":
                self.state, self.owner, self.held_by = "submitted", "", self.process.holders["submitted"][1]
        self._written()

    def _written(self) -> None:
        """One more event of the week, and pages that show what was before it are old."""
        self.events += 1
        self.pages.append(self.process.page(self.case_id))

    def _lines_after(self, verb: str) -> None:
        kind = verb.removesuffix("_back")
        if kind in {"save", "change", "record_visits"}:
            self.first = Standing.SAVED
            self.differs = kind == verb != "record_visits"
            self.lacking = self.silent = self.differs and not self.words.strip()
        if kind in {"submit", "take", "change"}:
            self._move({Standing.GENERATED, Standing.SAVED}, Standing.SUBMITTED)
        if verb == "accept":
            self._move({Standing.SUBMITTED}, Standing.PAYABLE)
        if verb == "accept_some" and self.first == Standing.SUBMITTED:
            self.first = Standing.PAYABLE
        if verb == "query":
            self._move({Standing.SUBMITTED}, Standing.SAVED)
        if verb == "dispute":
            self.first = Standing.DISPUTED
        if verb == "pay":
            self.first = self.second = Standing.PAID

    def _move(self, those: set[Standing], to: Standing) -> None:
        self.first = to if self.first in those else self.first
        self.second = to if self.second in those else self.second
