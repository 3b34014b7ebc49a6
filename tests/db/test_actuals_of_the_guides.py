"""The worked examples of the councils' own documents, week by week, through the commands.

suffolk-user-guide §2 "Rules when editing the actuals"; bradford-supported-living "Shared Support" and "Community
Support and Personal Hours". Bradford pays every four weeks ("4 weekly billing cycle").
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import care
from tests import factories as make
from tests.care import WEEK
from tests.councils import served
from workflows.actions.models import Action
from workflows.actuals import commands, deciding
from workflows.actuals.entry import Absence, FilledRow, read
from workflows.actuals.filling import Filled
from workflows.actuals.models import CareDecision, LineWeek, LineWeekVersion, Standing
from workflows.actuals.rules import State
from workflows.engine import reactions
from workflows.engine.errors import Invalid, NotFound, Refused, Stale
from workflows.engine.models import Case, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
D = Decimal
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
JULY = date(2018, 7, 16)  # §2 "Week Beginning 16 Jul 2018"


@pytest.fixture
def suffolk() -> Iterator[None]:
    with served("suffolk"):
        yield


@pytest.fixture
def bradford() -> Iterator[None]:
    with served("bradford"):
        yield


def somebody(home: Service) -> Actor:
    """Who records the weeks of a home."""
    role = "manager" if home.group == "home_care" else "main_user"
    return make.actor(make.provider_user(home.organisation, role=role, name="Somebody"))


def act(verb: Any, who: Actor, case_id: int, **said: Any) -> Any:
    return verb(actor=who, case_id=case_id, task_id=care.turn(case_id).pk, key=make.key(), **said)


def follow(case_id: int) -> None:
    """What follows, as a worker does it."""
    for row in Outbox.objects.filter(topic__startswith="actuals.", payload__case=case_id).order_by("pk"):
        for each in reactions.of(row.topic):
            each.function(row.payload, f"{row.key}:{each.name}")


class Suffolk:
    """1 Oak Home Care in the week of the guide's picture: 45 minutes every day."""

    def __init__(self, carers: int = 1) -> None:
        self.home = care.provider("home_care")[1]
        level = care.level("stlh", group="home_care", amount="19.36")
        quantity = str(D("5.25") * carers)
        visits = (("0.75", EVERY_DAY, carers),)
        self.line = care.line(self.home, level, quantity, start=date(2018, 6, 4), visits=visits)
        self.who = somebody(self.home)
        self.week = care.opened(self.home, JULY)

    @property
    def now(self) -> LineWeek:
        return care.of_line(self.line, JULY)

    def save(self, *rows: FilledRow) -> LineWeek:
        act(commands.save, self.who, self.week.pk, filled=[Filled(self.now.pk, self.now.version, rows)])
        return self.now

    def submit(self) -> None:
        act(commands.submit, self.who, self.week.pk, reviewed=True)


def row(number: int, *units: str, comment: str = "") -> FilledRow:
    return FilledRow(number, tuple(D(each) for each in units), (), comment)


WITHOUT_SUNDAY = ("0.75",) * 6 + ("0",)


def test_suffolk_no_call_on_sunday_5_25_becomes_4_50(suffolk: None) -> None:
    oak = Suffolk()
    assert oak.now.planned == D("5.25")
    now = oak.save(row(1, *WITHOUT_SUNDAY, comment="No call on Sunday"))
    assert (now.delivered, now.payable, now.payable_cost) == (D("4.50"), D("4.50"), D("87.12"))
    oak.submit()
    assert Case.objects.get(pk=oak.week.pk).amount == D("87.12")


def test_suffolk_comments_are_mandatory_for_all_changes(suffolk: None) -> None:
    oak = Suffolk()
    oak.save(row(1, *WITHOUT_SUNDAY))
    with pytest.raises(Invalid):
        oak.submit()


def test_suffolk_extra_half_hour_on_both_monday_and_wednesday_is_one_more_row(suffolk: None) -> None:
    oak = Suffolk()
    extra = row(0, "0.5", "0", "0.5", "0", "0", "0", "0", comment="Extra half hour on Monday and Wednesday")
    now = oak.save(extra)
    assert (now.planned, now.delivered, now.payable) == (D("5.25"), D("6.25"), D("5.25"))  # nobody authorised it
    oak.submit()
    assert [each.added for each in read(now.rows)] == [False, True]


def test_suffolk_extra_half_hour_on_monday_and_hour_on_tuesday_are_a_row_each(suffolk: None) -> None:
    oak = Suffolk()
    monday = row(0, "0.5", "0", "0", "0", "0", "0", "0", comment="Extra half hour on Monday")
    tuesday = row(0, "0", "1", "0", "0", "0", "0", "0", comment="Extra 1 hour on Tuesday")
    now = oak.save(monday, tuesday)
    assert [sum(each.actual) for each in read(now.rows)] == [D("5.25"), D("0.5"), D("1")]
    assert (now.delivered, now.payable) == (D("6.75"), D("5.25"))


def test_suffolk_an_increase_is_paid_when_it_was_authorised(suffolk: None) -> None:
    oak = Suffolk()
    buyer = make.actor(make.staff_user("care_purchasing"))
    deciding.authorise(
        actor=buyer, line_id=oak.line.pk, start=JULY, end=JULY + timedelta(days=27), units=D(1), reference="CF-1",
        given_by="Customer First",
    )  # fmt: skip
    now = oak.save(row(0, "0.5", "0", "1", "0", "0", "0", "0", comment="Authorised: CF-1"))
    assert (now.delivered, now.payable) == (D("6.75"), D("6.25"))  # an hour of the hour and a half


def test_suffolk_a_double_assist_is_unticked_in_both_rows(suffolk: None) -> None:
    oak = Suffolk(carers=2)
    assert (len(read(oak.now.rows)), oak.now.planned) == (2, D("10.50"))
    now = oak.save(*(row(number, *WITHOUT_SUNDAY, comment="No call on Sunday") for number in (1, 2)))
    assert now.payable == D("9.00")


def test_suffolk_a_week_without_care_keeps_its_row_with_0_and_a_comment(suffolk: None) -> None:
    oak = Suffolk()
    now = oak.save(row(1, *("0",) * 7, comment="Away all week"))
    oak.submit()
    assert (len(read(now.rows)), now.payable, now.payable_cost) == (1, D(0), D(0))


def test_suffolk_submitting_tells_the_team_by_an_action_once(suffolk: None) -> None:
    oak = Suffolk()
    oak.submit()
    for _ in range(2):
        follow(oak.week.pk)
    told = Action.objects.get()
    assert told.case.team is not None
    assert told.case.team.key == "business_finance"


class Bradford:
    """A supported living provider with one line; each week is recorded, submitted and checked as it goes by."""

    def __init__(self, level: str, quantity: str) -> None:
        self.home = care.provider("supported_living")[1]
        self.units = D(quantity)
        self.line: CarePackageLine = care.line(self.home, care.level(level, group="supported_living"), quantity)
        self.who = somebody(self.home)
        self.officer = make.actor(make.staff_user("fss_payments"))

    def week(self, number: int, *, stay: int = 0) -> LineWeek:
        """The week so many after the first; `stay`: which week of a stay in hospital it is, as people write it."""
        monday = WEEK + timedelta(weeks=number)
        case_id = care.opened(self.home, monday).pk
        if stay:
            now = care.of_line(self.line, monday)
            absent = Absence("frustrated", self.units, "hospital", None, f"Week {stay}")
            filled = [Filled(now.pk, now.version, (FilledRow(1, (self.units,), (absent,)),))]
            act(commands.save, self.who, case_id, filled=filled)
            follow(case_id)
        act(commands.submit, self.who, case_id, reviewed=True)
        return care.of_line(self.line, monday)

    def pay(self, week: LineWeek) -> None:
        act(commands.accept, self.officer, week.case_id)
        act(commands.pay, system_actor(), week.case_id)

    def asked(self) -> CareDecision:
        return CareDecision.objects.get(line=self.line, raised="funding_decision")

    def extend(self, until: date) -> None:
        keeper = make.actor(make.staff_user("support_options"))
        act(deciding.extend, keeper, self.asked().pk, until=until, text="The operational team agreed.")


def test_bradford_shared_support_is_paid_in_weeks_1_to_6_and_not_in_week_7(bradford: None) -> None:
    """ "Shared support can be paid for up to 6 weeks": over the end of the first four weeks, too."""
    aire = Bradford("shared_support", "21")
    paid = [aire.week(number, stay=number + 1).payable for number in range(7)]
    assert paid == [21] * 6 + [0]
    assert aire.asked().since == WEEK
    assert not aire.asked().decided


def test_bradford_personal_hours_are_paid_in_weeks_1_and_2_and_not_in_week_3(bradford: None) -> None:
    """ "can be paid for up to 2 weeks"."""
    aire = Bradford("personal_support", "4")
    assert [aire.week(number, stay=number + 1).payable for number in range(3)] == [4, 4, 0]


def test_bradford_a_decision_pays_beyond_6_weeks_until_its_sunday(bradford: None) -> None:
    """ "The operational team will need to make a decision to confirm any funding beyond 6 weeks"."""
    aire = Bradford("shared_support", "21")
    for number in range(6):
        aire.week(number, stay=number + 1)
    aire.extend(WEEK + timedelta(weeks=8, days=-1))  # weeks 7 and 8
    assert [aire.week(number, stay=number + 1).payable for number in (6, 7, 8)] == [21, 21, 0]


def test_bradford_who_is_admitted_again_within_a_week_is_in_the_same_stay(bradford: None) -> None:
    aire = Bradford("personal_support", "4")
    weeks = [aire.week(0, stay=1), aire.week(1, stay=2), aire.week(2, stay=3)]
    assert [each.payable for each in weeks] == [4, 4, 0]  # home for some days of a week is no whole week at home


def test_bradford_who_is_admitted_again_after_a_whole_week_is_paid_anew(bradford: None) -> None:
    aire = Bradford("personal_support", "4")
    weeks = [aire.week(0, stay=1), aire.week(1, stay=2), aire.week(2), aire.week(3, stay=1), aire.week(4, stay=2)]
    assert [each.payable for each in weeks] == [4] * 5
    assert aire.week(5, stay=3).payable == 0


def test_bradford_a_first_week_that_was_no_absence_moves_the_limit(bradford: None) -> None:
    """Week 3 was judged by what was said of week 1; once that is taken back, it is the second week of the stay."""
    aire = Bradford("personal_support", "4")
    mondays = [WEEK + timedelta(weeks=number) for number in range(3)]
    for number, monday in enumerate(mondays):
        care.opened(aire.home, monday)
        save(aire, monday, Absence("frustrated", aire.units, "hospital", None, f"Week {number + 1}"))
    assert [care.of_line(aire.line, each).payable for each in mondays] == [4, 4, 0]
    save(aire, mondays[0])
    assert [care.of_line(aire.line, each).payable for each in mondays] == [4, 4, 4]
    save(aire, mondays[0], Absence("frustrated", aire.units, "hospital", None, "Week 1"))
    assert [care.of_line(aire.line, each).payable for each in mondays] == [4, 4, 0]


def save(aire: Bradford, monday: date, *absent: Absence) -> None:
    """Save the line's week as planned but for these absences; what follows comes twice."""
    now = care.of_line(aire.line, monday)
    filled = [Filled(now.pk, now.version, (FilledRow(1, (aire.units,), absent),))]
    act(commands.save, aire.who, now.case_id, filled=filled)
    for _ in range(2):
        follow(now.case_id)


def test_bradford_nothing_is_paid_twice(bradford: None) -> None:
    """What was paid is locked; a decision that comes later moves nothing that was paid."""
    aire = Bradford("personal_support", "4")
    weeks = [aire.week(number, stay=number + 1) for number in range(3)]
    for each in weeks:
        turn = care.turn(each.case_id)
        aire.pay(each)
        with pytest.raises((Stale, NotFound)):
            commands.pay(actor=system_actor(), case_id=each.case_id, task_id=turn.pk, key=make.key())
        with pytest.raises(Refused):
            commands.open_week(actor=system_actor(), service_id=aire.home.pk, week=each.week, key=make.key())
    before = list(LineWeek.objects.order_by("pk").values_list())
    aire.extend(WEEK + timedelta(weeks=10, days=-1))
    follow(weeks[2].case_id)
    assert list(LineWeek.objects.order_by("pk").values_list()) == before
    assert [each.payable_cost for each in LineWeek.objects.order_by("week")] == [D("75.68"), D("75.68"), D(0)]
    assert set(LineWeek.objects.values_list("standing", flat=True)) == {Standing.PAID}
    assert LineWeekVersion.objects.count() == len(weeks)
    assert set(Case.objects.filter(kind="actuals").values_list("state", flat=True)) == {State.PAID}
