"""Two providers with marked weeks, recorded visits, disputes, decisions on care and files, as Bradford, had it
electronic call monitoring."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tasks.actors import load
from tests import care
from tests import factories as make
from tests.access.test_nothing_leaks import carry_everything
from tests.councils import served
from tests.files import PDF, staged
from workflows.actuals import commands as actuals
from workflows.actuals.entry import Absence, FilledRow
from workflows.actuals.files import exporting
from workflows.actuals.filling import Filled
from workflows.actuals.models import ActualWeek, CareDecision, RecordedVisit
from workflows.disputes import commands as disputes
from workflows.disputes.models import Dispute, DisputedRow
from workflows.engine import files
from workflows.engine.models import Attachment
from workflows.engine.tabular import write_csv
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine, ImportRun, ServiceLevel

load()
D = Decimal
#: What was answered about, what is checked, and what is still recorded.
ANSWERED, CHECKED, RECORDED = (care.WEEK + timedelta(weeks=each) for each in range(3))
MONITORING = {
    "kinds": ["community_personal"], "overlap": "doubt", "without_record": "nothing",
    "rounding": {"tolerance": 5, "nearest": 15},
}  # fmt: skip
VISIT_FILE = "VisitRef,CarePackageRef,CarerRef,PlannedStart,PlannedEnd,ActualStart,ActualEnd"


@dataclass
class Marked:
    """A provider with a week in each state, an answered and an open dispute, what an absence set going, and a file."""

    mark: str
    level: ServiceLevel
    tom: Actor
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    elsewhere: Service = field(init=False)
    person: User = field(init=False)
    lines: list[CarePackageLine] = field(init=False)
    weeks: dict[date, ActualWeek] = field(init=False)
    disputes: list[Dispute] = field(init=False)
    run: ImportRun = field(init=False)
    visit: RecordedVisit = field(init=False)
    visits_run: ImportRun = field(init=False)
    council_run: ImportRun = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(self.organisation, group="supported_living", name=f"{self.mark} House")
        self.elsewhere = make.service(self.organisation, group="supported_living", name="Another House")
        self.person = make.provider_user(self.organisation, role="main_user", name=f"Person {self.mark}")
        self.lines = [
            care.line(self.home, self.level, "10", client=make.client_(f"{self.mark}{each}", self.mark))
            for each in range(3)
        ]
        self.weeks = {each: care.opened(self.home, each) for each in (ANSWERED, CHECKED, RECORDED)}
        for each in self.weeks:
            self._record(each)
        self.disputes = [self._disputed(each) for each in (ANSWERED, CHECKED)]
        self._answer(self.disputes[0])
        self.visit = self._visited()
        self.run = self._imported()
        self.visits_run, self.council_run = (self._visits(each, self.visits) for each in (self.actor, self.tom))

    @property
    def actor(self) -> Actor:
        """The person, at this provider."""
        return make.actor(self.person)

    @property
    def words(self) -> str:
        """What people wrote in actuals and disputes, and nowhere else."""
        return f"W{self.mark}w"

    def _turn(self, week: date) -> dict[str, Any]:
        pk = self.weeks[week].pk
        return {"case_id": pk, "task_id": care.turn(pk).pk, "key": make.key()}

    def _record(self, week: date) -> None:
        """Two lines differ, each with a comment, and one is as planned; the last week is not submitted."""
        said = [("missed", "provider", D(8)), ("frustrated", "hospital", D(10))]
        number = (week - ANSWERED).days // 7 + 1  # of the stay in hospital
        filled = []
        for line, (box, cause, hours) in zip(self.lines[:2], said, strict=True):
            row, words = care.of_line(line, week), f"Week {number}. {self.words}"
            absent = (Absence(box, D(2), cause, None, words),)  # type: ignore[arg-type]
            filled.append(Filled(row.pk, row.version, (FilledRow(1, (hours,), absent, words),)))
        actuals.save(actor=self.actor, filled=filled, **self._turn(week))
        if week != RECORDED:
            actuals.submit(actor=self.actor, reviewed=True, **self._turn(week))

    def _disputed(self, week: date) -> Dispute:
        turn = self._turn(week)
        line = care.of_line(self.lines[0], week).pk
        outcome = disputes.raise_dispute(
            actor=self.tom, week_id=turn["case_id"], task_id=turn["task_id"], lines=[line],
            reason=f"Why, {self.words}?", key=turn["key"],
        )  # fmt: skip
        return Dispute.objects.get(pk=outcome.answer["dispute"])

    def _answer(self, dispute: Dispute) -> None:
        paper = staged(self.actor, f"{self.words}.pdf", PDF + self.words.encode())
        disputes.answer(
            actor=self.actor, case_id=dispute.pk, task_id=care.turn(dispute.pk).pk, text=f"Because, {self.words}.",
            file_ids=[paper.pk], key=make.key(),
        )  # fmt: skip

    def _imported(self) -> ImportRun:
        """A file that awaits Update System."""
        return imports.start(actor=self.actor, file_name=f"{self.words}.csv", content=self.file, kind="actuals")

    @property
    def file(self) -> bytes:
        """Its recorded week as a file, with other words."""
        text = write_csv(exporting.records(self.actor, RECORDED, RECORDED + timedelta(days=6)))
        return text.replace("Week 3.", "Week 3 too.").encode()

    def _visited(self) -> RecordedVisit:
        """As its own system recorded it: the third line, as planned, in the week that is recorded."""
        run = self._visits(self.actor, self.file_of_visits(0))
        imports.update_system(actor=self.actor, run_id=run.pk)
        return RecordedVisit.objects.get(organisation=self.organisation)

    def _visits(self, actor: Actor, content: bytes) -> ImportRun:
        return imports.start(actor=actor, file_name=f"{self.words} visits.csv", content=content, kind="visits")

    def file_of_visits(self, day: int) -> bytes:
        """A visit of that day, and a reference and a carer of its own system."""
        begins = datetime.combine(RECORDED, datetime.min.time()) + timedelta(days=day, hours=8)
        ends = begins + timedelta(hours=10)
        times = [f"{each:%d/%m/%Y %H:%M}" for each in (begins, ends)]
        record = [f"{self.words}{day}", self.lines[2].reference, f"C{self.words}", *times, *times]
        return f"{VISIT_FILE}\n{','.join(record)}".encode()

    @property
    def visits(self) -> bytes:
        """One more visit, on another day."""
        return self.file_of_visits(1)

    @property
    def decisions(self) -> list[int]:
        """What its absences have set going at the council."""
        found = CareDecision.objects.filter(line__in=self.lines)
        return list(found.order_by("pk").values_list("pk", flat=True))

    @property
    def cases(self) -> list[int]:
        """Everything that anybody has or had to do."""
        return [*(each.pk for each in self.weeks.values()), *(each.pk for each in self.disputes), *self.decisions]

    @property
    def evidence(self) -> list[int]:
        """The files of its answers."""
        kept = files.of("dispute.evidence", [each.pk for each in self.disputes])
        return [each.pk for found in kept.values() for each in found]

    @property
    def rows(self) -> list[DisputedRow]:
        """Its disputed rows."""
        return list(DisputedRow.objects.filter(dispute__in=self.disputes).order_by("pk"))

    def line_week(self, number: int, week: date) -> int:
        """The id of a line's week."""
        return care.of_line(self.lines[number], week).pk

    @property
    def pages(self) -> list[str]:
        """The addresses in the portal that are its own, and show its marks."""
        found = [f"/portal/files/{each}/" for each in self.evidence]
        for week, case in self.weeks.items():
            here = f"/portal/actuals/{case.pk}/"
            found += [here, f"{here}?change=1", f"{here}?tab=differences"]
            found += [f"{here}lines/{self.line_week(each, week)}/" for each in (0, 1)]
        found.append(f"/portal/actuals/{self.weeks[RECORDED].pk}/lines/{self.line_week(2, RECORDED)}/visits/")
        return found + [f"/portal/disputes/{each.pk}/" for each in self.disputes]


#: All weeks as a file (Actuals Bulk Export).
EXPORT = "/portal/actuals/export/?first_day=1&first_month=1&first_year=2020&last_day=31&last_month=12&last_year=2030"


@pytest.fixture
def providers() -> Iterator[tuple[Marked, Marked]]:
    with served("bradford", actuals={"monitoring": MONITORING}):
        level = care.level("community_support", group="supported_living", amount="20.00")
        tom = make.actor(make.staff_user(care.payments_team(), name="Tom Bullard"))
        found = Marked("ALPHAMARK", level, tom), Marked("BETAMARK", level, tom)
        carry_everything()
        Attachment.objects.update(state=Attachment.State.READY)
        assert all(each.decisions for each in found)
        yield found
