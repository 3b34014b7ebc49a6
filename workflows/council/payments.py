"""What a profile says about scheduled payments: periods, doubtful cases, VAT."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .payment_files import PaymentFile, ReturnFile
from .tables import Key, Table, Text, unique
from .targets import AT_ITS_MOMENT, ClockTarget, Target


class PaymentDates(Table):
    """Other dates for the period that begins on `start`, such as over Christmas; what is left out stays."""

    start: date
    """The first day of the period."""
    visible_from: date | None = None
    """Another day from which providers see it."""
    cut_off: date | None = None
    """Another day until which they can answer."""
    finalise: date | None = None
    """Another day on which it is finalised."""
    pay: date | None = None
    """Another pay day."""


#: The dates of a period, in their order.
PAYMENT_DATES = ("visible_from", "cut_off", "finalise", "pay")
#: From the first day of a period on, in days: 14 is the first day of its third week, -3 is three days before it.
Offset = Annotated[int, Field(ge=-366, le=366)]


class PaymentCalendar(Table):
    """Periods of payment: `anchor` is the first day of one of them, each is `days` long.

    `when_closed` moves a cut-off, a finalisation or a payment that falls on a day on which the council does not work;
    what `exceptions` say is not moved.
    """

    key: Key
    """Its short name; contracts keep their calendar by it."""
    name: Text
    """What people call it."""
    anchor: date
    """The first day of any one period."""
    days: Annotated[int, Field(ge=1, le=366)]
    """How long a period is."""
    visible_from: Offset
    """From when providers see a period, in days from its first."""
    cut_off: Offset
    """Until when they can answer it, in days from its first."""
    finalise: Offset
    """When it is finalised, in days from its first."""
    pay: Offset
    """When it is paid, in days from its first: 14 is two weeks in advance and two in arrears."""
    when_closed: Literal["stay", "before", "after"] = "stay"
    """What becomes of these days when the council is closed: they stay, or move before or after."""
    exceptions: tuple[PaymentDates, ...] = ()
    """Periods with other dates."""

    @model_validator(mode="after")
    def _in_order(self) -> "PaymentCalendar":
        if not self.visible_from <= self.cut_off <= self.finalise <= self.pay:
            raise ValueError(f"{self.key}: {', '.join(PAYMENT_DATES)} must come in this order")
        unique([str(each.start) for each in self.exceptions], f"[[payments.calendars]] exceptions of {self.key}")
        for each in self.exceptions:
            if (each.start - self.anchor).days % self.days:
                raise ValueError(f"{self.key}: no period begins on {each.start:%d/%m/%Y}")
            dates = [getattr(each, name) or each.start + timedelta(days=getattr(self, name)) for name in PAYMENT_DATES]
            if dates != sorted(dates):
                raise ValueError(f"{self.key}: the dates of the period of {each.start:%d/%m/%Y} must come in order")
        return self


class PaymentRules(Table):
    """What the council pays in doubtful cases, from a day on; the first rules hold for the days before them too.

    `pay_day_of_death` and `pay_day_of_move` say whether that day itself is paid. `unanswered_documents` says whether
    days wait for a contract document that nobody has answered. `notice_recovers` says whether a notice of a death, a
    stay away or a move also takes back what was finalised, before the council has checked it.
    """

    start: date
    """The day from which these rules hold."""
    pay_day_of_death: bool
    """Whether the day of a death is paid."""
    pay_day_of_move: bool
    """Whether the day of a move is paid."""
    unanswered_documents: Literal["pay", "hold"]
    """Whether days wait for a contract document that nobody has answered."""
    notice_recovers: bool
    """Whether a notice of a death, a stay or a move also takes back what was finalised, before the council has checked
    it."""


class Vat(Table):
    """The percentage of VAT on a service level from a day on; on every other level and before it there is none."""

    service_level: Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=60)]
    """The service level."""
    start: date
    """From which day on."""
    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
    """The percentage."""


class Payments(Table):
    """Scheduled payments: when the periods are, by which rules lines are paid, and how they are answered and sent.

    `review`: whether a provider confirms or rejects (norfolk-handbook §10) or only looks (suffolk-user-guide §3).
    `reject_note` stands beside the button. `answer_within`: our promise to a rejection, never past finalisation.
    `go_live`: periods that begin before it are not paid here; without it those of every method.
    `second_person_above`: a run of more than this is approved by a second person; an adjustment by hand always is.
    `password_to_finalise`: finalised payments never change, so whoever does it says again who they are.
    `unusual_percent`: what moved by more than this since the pay day before stands out in a run.
    """

    name: Text = "Scheduled Payments"
    """What the chapter is called."""
    review: Literal["confirm", "view"] = "confirm"
    """Whether providers confirm or reject a payment, or only see it."""
    remittance_also: Text | None = None
    """How else a remittance advice comes, said beside it; left out, nothing is said."""
    reject_note: Annotated[str, Field(max_length=500)] = ""
    """What stands beside the button that rejects."""
    answer_within: ClockTarget | None = None
    """The council's time to answer a rejection; finalisation may come first."""
    run_within: ClockTarget | None = None
    """The council's time for each step of a run."""
    second_person_above: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] = Decimal(0)
    """A run of more than so many pounds is approved by a second person."""
    password_to_finalise: bool = True
    """Whether whoever finalises a run, or approves it as a second person, gives the password again."""
    unusual_percent: Annotated[int, Field(ge=1, le=1000)] = 20
    """What moved by more than so many percent since the pay day before stands out in a run."""
    file: PaymentFile | None = None
    """The file that finance pays from."""
    return_file: ReturnFile | None = None
    """The file in which finance says what it has paid."""
    go_live: date | None = None
    """The first period that is paid here; left out, all that contracts have."""
    calendars: Annotated[tuple[PaymentCalendar, ...], Field(min_length=1)]
    """The periods of payment."""
    rules: Annotated[tuple[PaymentRules, ...], Field(min_length=1)]
    """What is paid in doubtful cases."""
    vat: tuple[Vat, ...] = ()
    """VAT on service levels."""

    @property
    def answer_by(self) -> Target | None:
        """The promise to a rejection: each has a moment of its own, because finalisation may come first."""
        return AT_ITS_MOMENT if self.answer_within is not None else None

    @property
    def documents_hold(self) -> bool:
        """Whether an unanswered document may hold payments, by any of the rules."""
        return any(each.unanswered_documents == "hold" for each in self.rules)

    def calendar(self, key: str) -> PaymentCalendar:
        """Return a calendar; KeyError when the profile does not know it."""
        return {each.key: each for each in self.calendars}[key]

    @model_validator(mode="after")
    def _once(self) -> "Payments":
        unique([each.key for each in self.calendars], "[[payments.calendars]]")
        unique([f"{each.service_level} {each.start}" for each in self.vat], "[[payments.vat]]")
        if self.file is not None and self.file.vat_codes:
            coded = {each.percent for each in self.file.vat_codes}
            if missing := {Decimal(0), *(each.percent for each in self.vat)} - coded:
                raise ValueError(f"[[payments.file.vat_codes]] has no code for {min(missing)} %")
        if self.file and self.return_file and "payment" not in {each.field for each in self.file.columns}:
            raise ValueError(
                f'[payments.return_file] names each payment by its reference ("{self.return_file.payment}"), and no'
                ' column of [payments.file] tells finance that: add one with field = "payment"'
            )
        starts = [each.start for each in self.rules]
        if starts != sorted(set(starts)):
            raise ValueError("[[payments.rules]] must come in the order of their start, each start once")
        return self
