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
from .tables import Key, Table, Text, Weekday, unique
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
    """The document in which the rule was read."""
    section: Text
    """Its section or heading."""
    words: Text
    """The sentence itself; it is shown beside the decision."""


class Kind(Table):
    """A kind of service in whose units its weeks are recorded.

    `levels` are keys of service levels; without any it is every other level of the service group. `days`: people tick
    days. `boxes` are the columns that people may fill, in their order.
    """

    key: Key
    """Its short name."""
    name: Text
    """What the council calls it."""
    service_group: Key
    """The service group that it is of."""
    levels: frozenset[str] = frozenset()
    """The service levels that are recorded so; left out, every other level of the service group."""
    unit: Literal["hours", "sessions", "half_days", "visits"]
    """What is counted."""
    step: Units
    """The smallest part of a unit that can be recorded."""
    boxes: tuple[Box, ...]
    """The boxes that people may fill, in their order."""
    days: bool = True
    """Whether each day is recorded; otherwise the week as one figure."""
    visits: Literal["no", "optional", "required"] = "no"
    """Whether the number of visits is asked for as well."""


class Cause(Table):
    """Why something planned was not delivered, as people choose it."""

    key: Key
    """Its short name."""
    label: Text
    """What people choose."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """A line beneath it, such as an example."""


class Correction(Cause):
    """Why a person corrects a figure that came from visits, as people choose it."""

    retired: bool = False
    """Whether it is no longer offered; figures that were corrected by it keep it."""


class Rule(Table):
    """What a cause means for kinds of service, in the weeks from `start` to `end`.

    `taken = false`: it cannot be recorded; `advice` says what to do instead. `lowers_actual`: what is recorded is also
    taken off the Actual column. `paid_weeks`: paid in that many weeks of absence, the first included; beyond them
    somebody must decide. `review_after`: so many in a row raise a package review.
    """

    cause: Key
    """The cause that the rule is about."""
    kinds: Annotated[frozenset[Key], Field(min_length=1)]
    """The kinds of service for which it holds."""
    start: date | None = None
    """The Monday from which it holds; left out, always before."""
    end: date | None = None
    """The Sunday until which it holds; left out, until further notice."""
    taken: bool = True
    """Whether it can be recorded at all; if not, `advice` says what to do."""
    box: Box
    """The box in which it is recorded."""
    lowers_actual: bool = False
    """Whether what is recorded is also taken off the box Actual."""
    paid: bool
    """Whether the provider is paid for it."""
    paid_weeks: Annotated[int, Field(ge=1, le=104)] | None = None
    """For how many weeks of one absence it is paid, the first included; after them somebody must decide."""
    charged: bool
    """Whether the client is charged for it."""
    comment: Literal["no", "yes", "with_week"]
    """Whether a comment must be written; `with_week`: with the number of the week."""
    tells_operational: bool = False
    """Whether the operational team is told."""
    review_after: Annotated[int, Field(ge=2, le=100)] | None = None
    """After how many in a row a review of the package is asked for."""
    advice: Annotated[str, Field(max_length=500)] = ""
    """What people are told beside it."""
    source: Source
    """Where the rule was read."""
    assumed: frozenset[str] = frozenset()
    """Which of its values its source does not give."""

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
    """The box that must not be used."""
    kinds: Annotated[frozenset[Key], Field(min_length=1)]
    """The kinds of service for which it must not."""
    advice: Text
    """What to do instead."""
    source: Source
    """Where this was read."""


class Moved(Table):
    """A week whose cut-off is another one."""

    week: date
    """The Monday of the week."""
    until: datetime
    """The day and hour until which it is taken."""

    @model_validator(mode="after")
    def _dated(self) -> "Moved":
        if self.week.weekday() != MONDAY or self.until.tzinfo is not None or self.until.date() < self.week:
            raise ValueError("week must be a Monday and until a local time after it, without an offset")
        return self


class CutOff(Table):
    """Until when a week is taken: at `at` on the first such weekday after the week, with dated exceptions."""

    day: Weekday
    """The day after the week."""
    at: time
    """The hour on that day."""
    moved: tuple[Moved, ...] = ()
    """Weeks with another cut-off, such as over Christmas."""


class GoLive(Table):
    """The first week that a service group records here."""

    service_group: Key
    """The service group."""
    first_week: date
    """The Monday of its first week."""

    @model_validator(mode="after")
    def _monday(self) -> "GoLive":
        if self.first_week.weekday() != MONDAY:
            raise ValueError(f"first_week must be a Monday, not {self.first_week}")
        return self


class Band(Table):
    """Visits of up to so many minutes count as so many."""

    up_to: Annotated[int, Field(ge=0)]
    """Visits of up to so many minutes."""
    counts: Annotated[int, Field(ge=0)]
    """They count as so many minutes."""


class Rounding(Table):
    """How minutes from electronic monitoring are counted.

    Less than `least` minutes count nothing, unless no more was planned. Within `tolerance` minutes of what was planned,
    a visit counts as planned. Otherwise it counts to the `nearest` so many minutes, half of them up, or as its band
    says; beyond the last band, each further `then_every` minutes begun count whole.
    """

    tolerance: Annotated[int, Field(ge=0, le=120)] = 0
    """A visit within so many minutes of what was planned counts as planned."""
    least: Annotated[int, Field(ge=0, le=120)] = 0
    """Less than so many minutes counts nothing, unless no more was planned."""
    nearest: Annotated[int, Field(ge=1, le=120)] | None = None
    """A visit counts to the nearest so many minutes, half of them up; or else by `bands`."""
    bands: tuple[Band, ...] = ()
    """How many minutes count for a visit of how many."""
    then_every: Annotated[int, Field(ge=1, le=120)] | None = None
    """Beyond the last band each further so many minutes that were begun count whole."""

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
    """The kinds of service whose visits are taken."""
    rounding: Rounding
    """How minutes are counted."""
    overlap: Literal["refuse", "doubt"]
    """What becomes of a carer who is with two service users at once."""
    without_record: Literal["nothing", "planned"]
    """What a planned day without any visit counts."""
    corrections: tuple[Correction, ...] = ()
    """Causes of which one is chosen where a person corrects what came from visits; left out, none is asked for."""

    @model_validator(mode="after")
    def _once(self) -> "Monitoring":
        unique([each.key for each in self.corrections], "[[actuals.monitoring.corrections]]")
        return self

    def correction(self, key: str) -> Correction | None:
        """A cause of a correction; None for one that the profile does not (or no longer) have."""
        return next((each for each in self.corrections if each.key == key), None)


class Notice(Table):
    """The action that tells a team that a week was recorded (suffolk-user-guide §2): its type, team and title."""

    type: Key
    """The type of the action."""
    team: Key
    """The team that gets it."""
    title: Text
    """Its title."""


class Actuals(Table):
    """Weeks of delivered care: how they are recorded, submitted, judged and paid.

    `submit_mode`: on_save (bedford-actuals-guide), explicit_confirm (bradford-supported-living "Key Messages") or
    action_notice (suffolk-user-guide §2). `over_plan`: what becomes of more than was planned. `dispute_when`: which
    difference is disputed, by `raised_by`. `unexplained`: the cause of whatever is missing without one; without it,
    people must choose. `empty_week`: whether a row without care is deleted or stays with 0. `decision_lead_weeks`: how
    many weeks before a limit the decision about more is asked for. `check_within`: the check of a week; `answer_within`
    and `decide_within`: the two sides of a dispute; `raised_within`: what an absence sets going. `notice`: the action
    that goes to a team with each week, for `action_notice`. `new_stay_after_weeks`: after so many whole weeks
    without the absence, the next one begins with week 1 again. `files_from`: a council can begin without files
    (suffolk-user-guide §2 "Actuals Bulk Export": "unavailable from day one").
    """

    name: Text
    """What the chapter is called."""
    submit_mode: Literal["on_save", "explicit_confirm", "action_notice"]
    """How a week is submitted: by saving it (`on_save`), by confirming it (`explicit_confirm`), or by an action to a
    team (`action_notice`)."""
    confirm_unchanged: bool
    """Whether a week in which nothing changed must be submitted too."""
    check: Literal["team", "automatic"]
    """Whether a team checks each week, or what is clean is accepted by itself."""
    comment_for_change: bool
    """Whether each change needs a comment."""
    over_plan: Literal["refuse", "dispute", "allow_if_authorised"]
    """What becomes of more care than was planned: refused, disputed, or allowed when it was authorised."""
    over_plan_advice: Text
    """What people are told who record more."""
    check_within: ClockTarget | None = None
    """The council's time to check a week."""
    dispute_when: Literal["differs", "more", "outside_tolerance"]
    """Which differences from the plan are disputed: all, only more, or those beyond a tolerance."""
    tolerance: Units | None = None
    """That tolerance, in units a week."""
    raised_by: Literal["system", "team"]
    """Whether such a dispute is opened by itself or by the team."""
    empty_week: Literal["zero", "delete"]
    """Whether a row without care is set to 0 or deleted."""
    unexplained: Key | None = None
    """The cause of whatever is missing without one; left out, people must choose."""
    decision_lead_weeks: Annotated[int, Field(ge=0, le=52)] = 1
    """How many weeks before the last paid one the decision about more is asked for."""
    new_stay_after_weeks: Annotated[int, Field(ge=1, le=52)] = 1
    """After so many whole weeks without the absence the next one begins with week 1."""
    answer_within: ClockTarget | None = None
    """The provider's time to answer a dispute."""
    decide_within: ClockTarget | None = None
    """The council's time to decide one."""
    raised_within: ClockTarget | None = None
    """A team's time for what an absence asks of it."""
    cut_off: CutOff | None = None
    """Until when a week is taken; left out, at any time."""
    notice: Notice | None = None
    """The action that tells a team of each week, for `action_notice`."""
    files_from: date | None = None
    """The day from which weeks go out and come in as files (bulk export and import); left out, they do not."""
    monitoring: Monitoring | None = None
    """Electronic call monitoring: visits that come in as files and fill the boxes; left out, there is none."""
    go_live: tuple[GoLive, ...] = ()
    """From which week each service group records here."""
    teams: dict[Raise, Key] = {}
    """Which team has what an absence asks for: `operational_notice`, `funding_decision`, `package_review`."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    """The kinds of service."""
    causes: Annotated[tuple[Cause, ...], Field(min_length=1)]
    """Why something planned was not delivered."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    """What each cause means for each kind of service."""
    never: tuple[Never, ...] = ()
    """Boxes that must not be used."""

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
