"""Disputes as their model tests see them: one table, written by hand from design, workflows §4.

The people are the handbook's; its council is given the module, with Bedford's rules, for these tests.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.councils import FOLDER, another_council, usual_council
from tests.model.process import Call, Everybody, Page, Process, Roles, page_of
from workflows.actuals import commands as actuals
from workflows.actuals.entry import FilledRow
from workflows.actuals.filling import Filled
from workflows.actuals.models import LineWeek, LineWeekVersion
from workflows.council import profile
from workflows.disputes import commands
from workflows.disputes.models import Dispute, DisputedRow
from workflows.disputes.rules import ASK_AGAIN, Awaits, Choice, Decision
from workflows.engine import moment
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Service

LINES = 3
ROLES = Roles(
    answering=("super_user_actuals", "payments"),
    blind=("invoice_only", "reports"),
    teams={"payments_residential": "payments"},
)
PROVIDER, PAYMENTS = frozenset({"answerer"}), frozenset({"payments"})
ALLOWED: Mapping[tuple[str, str], tuple[frozenset[str], str]] = {
    ("raised", "amend"): (PROVIDER, "raised"),
    ("raised", "answer"): (PROVIDER, "answered"),
    ("raised", "take"): (PAYMENTS, "answered"),
    ("answered", "decide_some"): (PAYMENTS, "answered"),
    ("answered", "ask_again"): (PAYMENTS, "raised"),
    ("answered", "resolve"): (PAYMENTS, "decided"),
}
HOLDERS = {
    "raised": ("provider", None, 1),
    "answered": ("team", "payments_residential", 1),
    "decided": ("nobody", None, 0),
}
VERBS = ("amend", "answer", "take", "decide_some", "ask_again", "resolve")


class People(Everybody):
    """Everybody, at a provider of whom one may work at the home alone, and has the function there."""

    def _provider(self, role: str, only: Service | None = None) -> Actor:
        """The handbook's Administration has no actuals: at a single service it is Payments who may."""
        return super()._provider("payments" if only is not None else role, only)


@contextmanager
def council() -> Iterator[None]:
    """The handbook's council, had it Bedford's module."""
    whole = profile.current().model_dump()
    module = profile.load(FOLDER / "bedford.toml").model_dump()["actuals"]
    for kind in (*module["kinds"], *module["go_live"]):
        kind["service_group"] = "residential"
    whole["actuals"] = module
    for team in whole["teams"]:
        if "contract_document" in team["reads"]:
            team["reads"] = frozenset({*team["reads"], "actuals", "dispute"})
    try:
        with pytest.MonkeyPatch.context() as patch:
            another_council(patch, {}, whole=whole)
            yield
    finally:
        usual_council()


def raised(people: Everybody) -> int:
    """A dispute of three lines, of each of which eight of ten hours were delivered."""
    system, provider = people.named("system"), people.named("payments")
    level = make.level(amount="20.00")
    lines = [care.line(people.home, level, "10", visits=(("10", (0,), 1),)) for _ in range(LINES)]
    day = care.WEEK + timedelta(weeks=LineWeek.objects.filter(line__service=people.home).count())
    week = care.opened(people.home, day)
    weeks = list(LineWeek.objects.filter(case=week.pk, line__in=lines))
    filled = [Filled(each.pk, each.version, (FilledRow(1, hours("8")),)) for each in weeks]
    said: dict[str, Any] = {"case_id": week.pk, "task_id": care.turn(week.pk).pk}
    actuals.save(actor=provider, filled=filled, key=make.key(), **said)
    actuals.take(actor=system, key=make.key(), **said)
    outcome = commands.raise_dispute(
        actor=people.named("payments_residential"), week_id=week.pk, task_id=care.turn(week.pk).pk,
        lines=[each.pk for each in weeks], reason="Why fewer?", key=make.key(),
    )  # fmt: skip
    return int(outcome.answer["dispute"])


def hours(number: str) -> tuple[Decimal, ...]:
    """So many on Monday."""
    return (Decimal(number), *[Decimal(0)] * 6)


def call(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
    """The call of a verb, ready to be made: on the rows as they stand when the page is opened."""
    case: dict[str, Any] = {"actor": actor, "case_id": page.case_id, "task_id": page.task_id or 0, "key": key}
    rows = list(DisputedRow.objects.filter(dispute=page.case_id).order_by("pk"))
    if verb == "amend":
        row = next((each for each in rows if each.awaits == Awaits.PROVIDER), rows[0])
        number = "9" if row.changes % 2 else "7"
        filled = [FilledRow(1, hours(number))]
        return lambda: commands.amend(**case, row_id=row.pk, seen=row.changes, filled=filled)
    if verb == "answer":
        return lambda: commands.answer(**case, text=words)
    if verb == "take":
        return lambda: commands.take(**case)
    return lambda: commands.decide(**case, choices=choices(verb, rows, words))


def choices(verb: str, rows: list[DisputedRow], words: str) -> list[Choice]:
    """The first open row; the last one, asked about again; or all that are open."""
    left = [each for each in rows if each.awaits != Awaits.NOTHING]
    if verb == "ask_again":
        return [Choice(each.pk, ASK_AGAIN, words) for each in left[-1:]]
    if verb == "decide_some":
        return [Choice(each.pk, Decision.AS_CLAIMED, words) for each in left[:1]]
    return [Choice(each.pk, Decision.AS_PLANNED, words) for each in left]


def when_late(made: Callable[..., Call]) -> Callable[..., Call]:
    """Calls that take it without an answer come when the provider's time is over."""

    def prepared(verb: str, actor: Actor, page: Page, key: str, words: str) -> Call:
        usual = made(verb, actor, page, key, words)
        due = Task.objects.filter(pk=page.task_id or 0).values_list("due_at", flat=True).first()
        if verb != "take" or due is None:
            return usual

        def late() -> Any:
            with moment.at(due + timedelta(minutes=1)):
                return usual()

        return late

    return prepared


def in_state(state: str, people: Everybody) -> int:
    """A dispute that came to a state by the product's own commands."""
    case_id = raised(people)
    steps = {"raised": (), "answered": ("answer",), "decided": ("answer", "resolve")}
    for verb in steps[state]:
        who = "payments" if verb == "answer" else "payments_residential"
        call(verb, people.named(who), page_of(case_id), make.key(), "Words.")()
    return case_id


DISPUTES = Process(
    allowed=ALLOWED,
    holders=HOLDERS,
    verbs=VERBS,
    tables=(Dispute, DisputedRow, LineWeek, LineWeekVersion),
    call=when_late(call),
    in_state=in_state,
    needs_words=frozenset({"answer", "ask_again", "resolve"}),
    weights={"decide_some": 3, "ask_again": 3, "amend": 2},
)
