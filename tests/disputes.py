"""A week of home care with a dispute, for tests that run as a council with the module (tests.councils.served)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests import care
from tests import factories as make
from workflows.actuals import commands as actuals
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, LineWeek
from workflows.actuals.module import module
from workflows.council.profile import current
from workflows.disputes import commands
from workflows.disputes.models import Dispute, DisputedRow
from workflows.disputes.rules import Choice
from workflows.engine import door
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service
from workflows.register.models import CarePackageLine

COMMENT = "As agreed with her daughter."
WHY = "Six hours were planned. Why were fewer delivered?"


def filled(line: CarePackageLine, hours: Sequence[str], *absent: Absence, week: date = care.WEEK) -> Filled:
    """A line's week with these figures, one for each place of its row."""
    row = care.of_line(line, week)
    return Filled(
        row.pk,
        row.version,
        (FilledRow(1, tuple(Decimal(each) for each in hours), absent, COMMENT),),
    )


@dataclass
class Home:
    """A home care provider with lines of ten hours, its people and the council's: the week is submitted.

    `claimed` says how many hours were delivered to each client, of ten; all others were as planned.
    """

    claimed: tuple[str, ...] = ("8", "10")
    week_of: date = care.WEEK
    organisation: Organisation = field(init=False)
    service: Service = field(init=False)
    lines: list[CarePackageLine] = field(init=False)
    week: ActualWeek = field(init=False)
    nina: Actor = field(init=False)
    tom: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.organisation, self.service = care.provider("home_care")
        level = care.level(f"home_care_{self.service.pk}", group="home_care", amount="20.00")
        self.lines = [
            care.line(self.service, level, "10", visits=(("10", (0,), 1),)) for _ in self.claimed
        ]  # on Mondays
        self.nina = make.actor(make.provider_user(self.organisation, role=answering(), name="Nina Kaur"))
        self.tom = make.actor(make.staff_user(care.payments_team(), name="Tom Bullard"))
        self.week = care.opened(self.service, self.week_of)
        self.record()
        self.submit()

    def submit(self) -> None:
        """As the council takes weeks: what was saved at its cut-off, or what the provider confirms."""
        said = {"case_id": self.week.pk, "task_id": care.turn(self.week.pk).pk, "key": make.key()}
        if module().submit_mode == "on_save":
            actuals.take(actor=self.tom, **said)
        else:
            actuals.submit(actor=self.nina, reviewed=True, **said)

    def record(self) -> None:
        """What the provider says of the week."""
        differing = [(line, hours) for line, hours in zip(self.lines, self.claimed, strict=True) if hours != "10"]
        said = [filled(line, week_of(hours), week=self.week_of) for line, hours in differing]
        if said:
            task = care.turn(self.week.pk)
            actuals.save(actor=self.nina, case_id=self.week.pk, task_id=task.pk, filled=said, key=make.key())

    def of(self, number: int = 0) -> LineWeek:
        """A line's week as it stands."""
        return care.of_line(self.lines[number], self.week_of)

    def disputed(self, *numbers: int, by: Actor | None = None) -> Dispute:
        """A dispute of these lines (none named: the first)."""
        outcome = raised(self, [self.of(each).pk for each in numbers or (0,)], by or self.tom)
        return Dispute.objects.get(pk=outcome.answer["dispute"])

    def answered(self, *numbers: int) -> Dispute:
        """A dispute that the provider has answered."""
        dispute = self.disputed(*numbers)
        answer(self.nina, dispute)
        return dispute


def answering() -> str:
    """A role of the council's that may record weeks and answer disputes."""
    return next(role.key for role in current().roles if "actuals" in role.edit)


def week_of(hours: str) -> list[str]:
    """So many hours on Monday, none on the other days."""
    return [hours, *["0"] * 6]


def raised(home: Home, lines: Sequence[int], by: Actor, key: str = "") -> door.Outcome:
    """Raise a dispute of these lines' weeks."""
    task = care.turn(home.week.pk)
    return commands.raise_dispute(
        actor=by, week_id=home.week.pk, task_id=task.pk, lines=lines, reason=WHY, key=key or make.key()
    )


def answer(by: Actor, dispute: Dispute, text: str = "The client was at her daughter's.", key: str = "") -> door.Outcome:
    """The provider's response."""
    task = care.turn(dispute.pk)
    return commands.answer(actor=by, case_id=dispute.pk, task_id=task.pk, text=text, key=key or make.key())


def amend(by: Actor, dispute: Dispute, row: DisputedRow, hours: str) -> door.Outcome:
    """The provider gives other hours for a row."""
    return commands.amend(
        actor=by,
        case_id=dispute.pk,
        task_id=care.turn(dispute.pk).pk,
        row_id=row.pk,
        seen=row.changes,
        filled=[FilledRow(1, tuple(Decimal(each) for each in week_of(hours)), (), COMMENT)],
        key=make.key(),
    )


def decide(by: Actor, dispute: Dispute, *choices: Choice, key: str = "") -> door.Outcome:
    """The council's decision."""
    task = care.turn(dispute.pk)
    return commands.decide(actor=by, case_id=dispute.pk, task_id=task.pk, choices=choices, key=key or make.key())


def rows(dispute: Dispute) -> list[DisputedRow]:
    """Its rows as they stand."""
    return list(DisputedRow.objects.filter(dispute=dispute).order_by("pk"))
