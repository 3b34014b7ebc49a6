"""What a profile says about actuals: a module that is absent unless a council has it.

Units, boxes and causes differ between councils and, inside one, between kinds of service (domain.md §2g, §3, §5), and
they change: a rule has a first and a last day. Rules hold for whole weeks, so they begin on a Monday and end on a
Sunday. Every rule names where it was read and which of its values its source does not give (`assumed`).
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from . import contradictions
from .faults import refuse
from .tables import Key, Table, Text, Weekday
from .targets import AT_ITS_MOMENT, ClockTarget, Target

#: Columns of a row beside what was planned (suffolk-user-guide §2, bedford-actuals-guide "Actuals Summary").
Box = Literal["actual", "frustrated", "missed", "extra", "unplanned"]
#: What an absence can set going, beside its payment.
Raise = Literal["operational_notice", "funding_decision", "package_review"]
Units = Annotated[Decimal, Field(gt=0, max_digits=6, decimal_places=2)]
MONDAY, SUNDAY = 0, 6


class Source(Table):
    """Where a rule was read: the document, its section, and the sentence itself."""

    document: Text
    section: Text
    words: Text


class Kind(Table):
    """A kind of service in whose units its weeks are recorded.

    `levels` are keys of service levels; without any it is every other level of the service group. `days`: people tick
    days. `boxes` are the columns that people may fill, in their order.
    """

    key: Key
    name: Text
    service_group: Key
    levels: frozenset[str] = frozenset()
    unit: Literal["hours", "sessions", "half_days", "visits"]
    step: Units
    boxes: tuple[Box, ...]
    days: bool = True
    visits: Literal["no", "optional", "required"] = "no"


class Cause(Table):
    """Why something planned was not delivered, as people choose it."""

    key: Key
    label: Text
    hint: Annotated[str, Field(max_length=300)] = ""


class Rule(Table):
    """What a cause means for kinds of service, in the weeks from `start` to `end`.

    `taken = false`: it cannot be recorded; `advice` says what to do instead. `lowers_actual`: what is recorded is also
    taken off the Actual column. `paid_weeks`: paid in that many weeks of absence, the first included; beyond them
    somebody must decide. `review_after`: so many in a row raise a package review.
    """

    cause: Key
    kinds: Annotated[frozenset[Key], Field(min_length=1)]
    start: date | None = None
    end: date | None = None
    taken: bool = True
    box: Box
    lowers_actual: bool = False
    paid: bool
    paid_weeks: Annotated[int, Field(ge=1, le=104)] | None = None
    charged: bool
    comment: Literal["no", "yes", "with_week"]
    tells_operational: bool = False
    review_after: Annotated[int, Field(ge=2, le=100)] | None = None
    advice: Annotated[str, Field(max_length=500)] = ""
    source: Source
    assumed: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _sound(self) -> "Rule":
        if self.start is not None and self.start.weekday() != MONDAY:
            raise ValueError(f"start must be a Monday, because rules hold for whole weeks, not {self.start}")
        if self.end is not None and self.end.weekday() != SUNDAY:
            raise ValueError(f"end must be a Sunday, because rules hold for whole weeks, not {self.end}")
        if self.start and self.end and self.end < self.start:
            raise ValueError("end must not be before start")
        if self.paid_weeks is not None and not self.paid:
            raise ValueError("paid_weeks is for what is paid: set paid = true, or take it out")
        if not self.taken and (self.paid or self.review_after or self.tells_operational):
            raise ValueError("what is not taken is not paid and raises nothing")
        if not self.taken and not self.advice:
            raise ValueError("what is not taken needs advice: what people do instead")
        if unknown := self.assumed - set(type(self).model_fields):
            raise ValueError(f"assumed names {', '.join(sorted(unknown))}, which a rule does not have")
        return self

    def holds(self, week: date) -> bool:
        """Whether the rule holds in the week that begins on this Monday."""
        return (self.start is None or self.start <= week) and (self.end is None or week <= self.end)

    def raises(self) -> frozenset[Raise]:
        """What this rule can set going."""
        found: set[Raise] = set()
        if self.tells_operational:
            found.add("operational_notice")
        if self.paid_weeks is not None:
            found.add("funding_decision")
        if self.review_after is not None:
            found.add("package_review")
        return frozenset(found)


class Never(Table):
    """A box that must not be used for these kinds of service, and what people do instead."""

    box: Box
    kinds: Annotated[frozenset[Key], Field(min_length=1)]
    advice: Text
    source: Source


class Moved(Table):
    """A week whose cut-off is another one."""

    week: date
    until: datetime

    @model_validator(mode="after")
    def _dated(self) -> "Moved":
        if self.week.weekday() != MONDAY or self.until.tzinfo is not None or self.until.date() < self.week:
            raise ValueError("week must be a Monday and until a local time after it, without an offset")
        return self


class CutOff(Table):
    """Until when a week is taken: at `at` on the first such weekday after the week, with dated exceptions."""

    day: Weekday
    at: time
    moved: tuple[Moved, ...] = ()


class GoLive(Table):
    """The first week that a service group records here."""

    service_group: Key
    first_week: date

    @model_validator(mode="after")
    def _monday(self) -> "GoLive":
        if self.first_week.weekday() != MONDAY:
            raise ValueError(f"first_week must be a Monday, not {self.first_week}")
        return self


class Band(Table):
    """Visits of up to so many minutes count as so many."""

    up_to: Annotated[int, Field(ge=0)]
    counts: Annotated[int, Field(ge=0)]


class Rounding(Table):
    """How minutes from electronic monitoring are counted.

    Less than `least` minutes count nothing, unless no more was planned. Within `tolerance` minutes of what was planned,
    a visit counts as planned. Otherwise it counts to the `nearest` so many minutes, half of them up, or as its band
    says; beyond the last band, each further `then_every` minutes begun count whole.
    """

    tolerance: Annotated[int, Field(ge=0, le=120)] = 0
    least: Annotated[int, Field(ge=0, le=120)] = 0
    nearest: Annotated[int, Field(ge=1, le=120)] | None = None
    bands: tuple[Band, ...] = ()
    then_every: Annotated[int, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _rising(self) -> "Rounding":
        if (self.nearest is None) == (not self.bands) or (self.then_every is None) == bool(self.bands):
            raise ValueError("either nearest, or bands together with then_every")
        ends, counts = [each.up_to for each in self.bands], [each.counts for each in self.bands]
        if ends != sorted(set(ends)) or counts != sorted(counts):
            raise ValueError("bands must rise: each up_to more than the one before, no counts less")
        return self


class Monitoring(Table):
    """Electronic call monitoring: visits that come in from providers' systems and fill the boxes of weeks.

    `kinds`: whose visits are taken. `overlap`: what becomes of a carer who is with two service users at once (a couple
    can be visited together). `without_record`: what a planned day without any visit counts, up to the last day of the
    week on which the service has visits. `corrections`: causes of which one is chosen where a person corrects a figure
    that came from visits; without any, no cause is asked for.
    """

    kinds: Annotated[frozenset[Key], Field(min_length=1)]
    rounding: Rounding
    overlap: Literal["refuse", "doubt"]
    without_record: Literal["nothing", "planned"]
    corrections: tuple[Cause, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> "Monitoring":
        unique([each.key for each in self.corrections], "[[actuals.monitoring.corrections]]")
        return self

    def correction(self, key: str) -> Cause | None:
        """A cause of a correction; None for one that the profile does not (or no longer) have."""
        return next((each for each in self.corrections if each.key == key), None)


class Notice(Table):
    """The action that tells a team that a week was recorded (suffolk-user-guide §2): its type, team and title."""

    type: Key
    team: Key
    title: Text


class Actuals(Table):
    """Weeks of delivered care: how they are recorded, submitted, judged and paid.

    `submit_mode`: on_save (bedford-actuals-guide), explicit_confirm (bradford-supported-living "Key Messages") or
    action_notice (suffolk-user-guide §2). `over_plan`: what becomes of more than was planned. `dispute_when`: which
    difference is disputed, by `raised_by`. `unexplained`: the cause of whatever is missing without one; without it,
    people must choose. `empty_week`: whether a row without care is deleted or stays with 0. `decision_lead_weeks`: how
    many weeks before a limit the decision about more is asked for. `check_within`: the check of a week; `answer_within`
    and `decide_within`: the two sides of a dispute; `raised_within`: what an absence sets going. `notice`: the action
    that goes to a team with each week, for `action_notice`. `new_stay_after_weeks`: after so many whole weeks
    without the absence, the next one begins with week 1 again.
    """

    name: Text
    submit_mode: Literal["on_save", "explicit_confirm", "action_notice"]
    confirm_unchanged: bool
    check: Literal["team", "automatic"]
    comment_for_change: bool
    over_plan: Literal["refuse", "dispute", "allow_if_authorised"]
    over_plan_advice: Text
    check_within: ClockTarget | None = None
    dispute_when: Literal["differs", "more", "outside_tolerance"]
    tolerance: Units | None = None
    raised_by: Literal["system", "team"]
    empty_week: Literal["zero", "delete"]
    unexplained: Key | None = None
    decision_lead_weeks: Annotated[int, Field(ge=0, le=52)] = 1
    new_stay_after_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    answer_within: ClockTarget | None = None
    decide_within: ClockTarget | None = None
    raised_within: ClockTarget | None = None
    cut_off: CutOff | None = None
    notice: Notice | None = None
    monitoring: Monitoring | None = None
    go_live: tuple[GoLive, ...] = ()
    teams: dict[Raise, Key] = {}
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    causes: Annotated[tuple[Cause, ...], Field(min_length=1)]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    never: tuple[Never, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Actuals":
        if (self.tolerance is None) == (self.dispute_when == "outside_tolerance"):
            raise ValueError('tolerance goes together with dispute_when = "outside_tolerance"')
        if (self.notice is None) == (self.submit_mode == "action_notice"):
            raise ValueError('notice goes together with submit_mode = "action_notice"')
        refuse(contradictions.of_names(self))
        refuse(contradictions.of_rules(self))
        return self

    @property
    def record_by(self) -> Target | None:
        """The provider's promise: each week has a moment of its own, its cut-off; None where there is none."""
        return AT_ITS_MOMENT if self.cut_off is not None else None

    def kind(self, key: str) -> Kind:
        """Return a kind of service; KeyError when the profile does not know it."""
        return {each.key: each for each in self.kinds}[key]

    def cause(self, key: str) -> Cause:
        """Return a cause; KeyError when the profile does not know it."""
        return {each.key: each for each in self.causes}[key]
