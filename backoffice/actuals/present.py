"""What the room of a week says: whose turn it is, what needs a person, what it comes to, and from what."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse

from backoffice.cases.view import CaseView
from backoffice.web import paid_in, told
from backoffice.web.pieces import Entry, Fact, Now, Tag
from backoffice.web.told import Telling
from backoffice.web.words import date_range, date_words, moment, money, plural, weekday_date, weekday_moment
from workflows.actuals import checking
from workflows.actuals.flow import ActualsFlow
from workflows.actuals.models import Standing
from workflows.actuals.rules import NOTHING, State, sunday_of
from workflows.actuals.selectors import Line, Page
from workflows.council.profile import current
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor
from workflows.payments import falling
from workflows.payments.falling import Falls

from .why import Why, comments, reasons, units, waiting

KIND = ActualsFlow.kind
TAGS = {
    State.RECORDING: Tag("With provider", "yellow"),
    State.SUBMITTED: Tag("To check", "blue"),
    State.CHECKED: Tag("Payable", "green"),
    State.PAID: Tag("Paid", "grey"),
    State.EMPTY: Tag("Nothing planned", "grey"),
}
STANDINGS = {
    Standing.GENERATED: Tag("Not touched", "grey"),
    Standing.SAVED: Tag("Saved", "grey"),
    Standing.SUBMITTED: Tag("To check", "blue"),
    Standing.DISPUTED: Tag("Disputed", "orange"),
    Standing.PAYABLE: Tag("Payable", "green"),
    Standing.PAID: Tag("Paid", "grey"),
    Standing.SUSPENDED: Tag("Suspended", "grey"),
}
FLAGS = (("unpriced", Tag("No price", "red")), ("lacking", Tag("Something missing", "red")),
         ("disputable", Tag("To be disputed", "orange")), ("differs", Tag("Differs", "yellow")))  # fmt: skip


def status_tag(state: str) -> Tag:
    """Where a week stands."""
    return TAGS[State(state)]


def page_of_disputes(name: str, case_id: int) -> str:
    """The address of a page of the disputes' room; empty while there is no such room."""
    try:
        return reverse(f"council:{name}", args=[case_id])
    except NoReverseMatch:
        return ""


def _lines(chapter: Chapter) -> list[str]:
    """Figures of what happened, in words."""
    facts, found = chapter.facts, []
    if chapter.verb in {"accept", "accept_some"} and facts.get("lines") is not None:
        found.append(f"{plural(int(facts['lines']), 'line')} accepted")
    if chapter.verb == "submit":
        found.append(f"{plural(int(facts.get('submitted') or 0), 'line')} submitted")
        found += ["After its cut-off"] if facts.get("late") else []
    if chapter.verb in {"save", "change", "record_visits"} and facts.get("lines"):
        found.append(f"{plural(len(facts['lines']), 'line')} filled in")
    if chapter.verb == "dispute" and facts.get("disputed"):
        found.append(f"{plural(len(facts['disputed']), 'line')} disputed")
    if chapter.verb in {"rejudge", "recheck"}:
        found += [f"Will be paid: {money(Decimal(was))}, now {money(Decimal(now))}" for _, was, now in facts["money"]]
        found += [] if facts["money"] else ["No money moved"]
    return found


TELLING = Telling(
    titles={
        "open": lambda _: "Week opened",
        "generate": lambda _: "Generated from the care packages",
        "rejudge": lambda _: "Worked out again",
        "recheck": lambda _: "Worked out again: to be checked once more",
        "query": lambda _: "Asked the provider",
        "record_visits": lambda _: "Filled in from recorded visits",
        "take": lambda _: "Taken for checking",
    },
    by_provider=frozenset({"save", "submit", "change"}),
    lines=_lines,
)


@dataclass(frozen=True, slots=True)
class Money:
    """A week's money: each pound of the plan stands in one of them, and what is claimed above it in `undecided`."""

    planned: Decimal
    paid: Decimal
    unpaid: Decimal
    undecided: Decimal


@dataclass(frozen=True)
class Shown:
    """A line of the week that needs a person, as the page shows it."""

    line: Line
    reasons: list[Why]

    @property
    def id(self) -> int:
        """The line's week."""
        return int(self.line.week.pk)

    @property
    def client(self) -> str:
        """Whose care it is."""
        client = self.line.week.line.client
        return f"{client} ({client.ss_ref})"

    @property
    def what(self) -> str:
        """The service level, and the line."""
        return f"{self.line.week.line.service_level.name}, {self.line.week.line.reference}"

    @property
    def tags(self) -> list[Tag]:
        """Where it stands, and why it is an exception."""
        week = self.line.week
        found = [tag for name, tag in FLAGS if getattr(week, name)]
        return found if week.standing == Standing.SUBMITTED else [STANDINGS[Standing(week.standing)], *found]

    @property
    def figures(self) -> str:
        """`21 hours planned, 14 delivered, 21 paid`."""
        week, unit = self.line.week, self.line.kind.unit
        return (
            f"{units(week.planned, unit)} planned, {units(week.delivered, unit)} delivered,"
            f" {units(week.payable, unit)} to be paid"
        )

    @property
    def comments(self) -> list[str]:
        """What the provider wrote."""
        return comments(self.line)

    @property
    def may_accept(self) -> bool:
        """Whether it can be accepted as it is: what has no price or lacks something would be paid as nothing."""
        week = self.line.week
        return bool(week.standing == Standing.SUBMITTED and not week.unpriced and not week.lacking)

    @property
    def gap(self) -> Decimal:
        """What was planned and is not payable as it stands."""
        week = self.line.week
        gap: Decimal = max(week.planned_cost - week.payable_cost, NOTHING)
        return gap

    @property
    def undecided(self) -> Decimal:
        """What somebody still has to decide about: a dispute, or paying for longer."""
        if self.line.week.standing == Standing.DISPUTED:
            return max(self.gap, Decimal(self.line.week.at_stake))
        return min(self.gap, waiting(self.line))

    @property
    def unpaid(self) -> Decimal:
        """What will not be paid."""
        return self.gap - min(self.gap, self.undecided)


class WeekView(CaseView):
    """A week of actuals as one person of the council sees it now."""

    caption = "Actuals"
    own_list = True

    def __init__(self, page: Page, actor: Actor) -> None:
        super().__init__(page.case, page.turn, actor)
        self.page = page
        self.week = page.week

    @property
    def label(self) -> str:  # type: ignore[override]
        """The council's word for the chapter."""
        return self.page.actuals.name

    @property
    def heading(self) -> str:
        """Where, and which week: no client's name."""
        lot = f", {self.week.lot}" if self.week.lot else ""
        days = date_range(self.week.week, sunday_of(self.week.week))
        return f"{self.week.service.name}{lot}: {days}"

    @property
    def list_href(self) -> str:
        """All weeks that await the check."""
        return reverse("council:actuals")

    @property
    def provider(self) -> str:
        """The provider's name."""
        return str(self.case.organisation.name)

    @cached_property
    def figures(self) -> checking.Figures:
        """What is submitted of the week, with what of it is as planned."""
        return checking.figures_of([self.case.pk]).get(self.case.pk, checking.Figures())

    @cached_property
    def exceptions(self) -> list[Shown]:
        """The lines that need a look, what costs most first."""
        found = [Shown(each, reasons(each, self.page.actuals)) for each in self.page.lines]
        return sorted(found, key=lambda each: -max(each.gap, each.line.week.at_stake))

    @cached_property
    def money(self) -> Money:
        """What the week comes to."""
        counts = self.page.counts
        return Money(
            planned=counts.planned_cost,
            paid=counts.payable_cost,
            unpaid=sum((each.unpaid for each in self.exceptions), NOTHING),
            undecided=sum((each.undecided for each in self.exceptions), NOTHING),
        )

    @cached_property
    def falls(self) -> Sequence[Falls]:
        """The payment periods in which the week falls."""
        place = falling.place_of(self.week)
        return falling.of_weeks([place]).get(place, ())

    @property
    def takes(self) -> bool:
        """Whether the team may open the week for checking although it was not submitted: its saves are, or the plan."""
        actuals = self.page.actuals
        waits = actuals.submit_mode != "on_save" and actuals.confirm_unchanged
        return not waits and self.may("take")

    def status(self) -> Fact:
        """Where it stands."""
        return Fact("Status", tag=status_tag(self.state))

    def stake(self) -> Fact:
        """What depends on the check."""
        return Fact("At stake", money(self.figures.at_stake), f"of {money(self.page.counts.planned_cost)} planned")

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, TELLING)

    def panel(self) -> Now:
        """What to do now."""
        if self.state == State.RECORDING:
            return self._recording()
        if self.state == State.SUBMITTED:
            return self._checking()
        if self.state == State.CHECKED:
            return Now("Nothing to do: checked", "It is payable, and can be changed by the provider until it is paid.")
        words = {State.PAID: "Nothing to do: paid", State.EMPTY: "Nothing to do: nothing was planned in this week"}
        return Now(words[State(self.state)])

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.state == State.RECORDING:
            return f"{self.provider} records and submits its weeks."
        if self.state == State.SUBMITTED:
            usual = current().team(current().team_for("payments", self.group)).name
            return f"{usual} checks what a provider submits."
        return "It is checked, so nobody has it."

    def money_facts(self) -> list[Fact]:
        """The week's figures; each leads to where it comes from."""
        it, undecided = self.money, "in dispute, or waiting for a decision"
        return [
            Fact("Planned", money(it.planned), plural(self.page.counts.lines, "line"), href="#from-planned",
                 link="How planned is made up"),
            Fact("Will be paid", money(it.paid), href="#from-paid", link="What will be paid"),
            Fact("Will not be paid", money(it.unpaid), href="#from-unpaid", link="What will not be paid"),
            Fact("Not decided", money(it.undecided), undecided if it.undecided else "", href="#from-undecided",
                 link="What is not decided"),
        ]  # fmt: skip

    def aside(self) -> list[Fact]:
        """About this week."""
        week, submitted = self.week, "Not yet"
        if week.submitted_at:
            by = f", {week.submitted_by.name}" if week.submitted_by else ""
            submitted = f"{moment(week.submitted_at)}{by}"
        return [
            Fact("Provider", self.provider),
            Fact("Service", week.service.name),
            *([Fact("Lot", week.lot)] if week.lot else []),
            Fact("Week beginning", date_words(week.week)),
            *([Fact("Payment period", paid_in.period(self.falls), paid_in.paid_on(self.falls))] if self.falls else []),
            Fact("Cut-off", weekday_moment(week.cut_off) if week.cut_off else "None"),
            Fact("Submitted", submitted),
            Fact("Reference", self.case.reference),
        ]

    def dispute_href(self) -> str:
        """Where lines of the week are disputed, for whoever may."""
        return page_of_disputes("dispute_raise", self.case.pk) if self.may("dispute") else ""

    def _recording(self) -> Now:
        late = self.page.is_late
        when = f"it was due {weekday_date(self.week.cut_off)}" if late else (
            f"to be submitted by {weekday_date(self.due)}, {self.clock.sentence}" if self.due else "nothing is due")  # fmt: skip # noqa: E501
        text = "What is not submitted is not paid." if late else "Your team is told when they submit it."
        if not self.takes:
            return Now(f"{self.provider} has it: {when}", text, warm=late)
        return Now(f"{self.provider} has it: {when}", "You can check what they have saved.", warm=late,
                   button="Check this week", href=self.address("actuals_take"))  # fmt: skip

    def _checking(self) -> Now:
        found = self.figures
        if not self.may("accept"):
            by = f" by {weekday_date(self.due)}" if self.due else ""
            return Now(f"{self.team()} checks it{by}")
        rest = f"{plural(found.exceptions, 'line')} need{'s' if found.exceptions == 1 else ''} a look"
        ask = {"also": "Ask the provider", "also_href": self.address("actuals_query")}
        if found.clean:
            title = f"Now: accept the {plural(found.clean, 'line')} as planned, {money(found.clean_payable)}"
            return Now(title, f"{rest}." if found.exceptions else "Nothing else needs a look.", warm=True,
                       button=f"Accept {found.clean:,}", href=self.address("actuals_accept"), **ask)  # fmt: skip
        if found.exceptions:
            return Now(f"Now: look at {plural(found.exceptions, 'line')}", "Accept, dispute or ask about each.",
                       warm=True, button="Go to the first", href="#exceptions", **ask)  # fmt: skip
        return Now("Nothing to accept: what is left is in dispute", "It is payable when its dispute is decided.")


def clean_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The lines as planned, from what is stored: they are counted and folded, not judged again."""
    return [
        {
            "client": f"{each.line.client} ({each.line.client.ss_ref})",
            "what": f"{each.line.service_level.name}, {each.line.reference}",
            "planned": each.planned,
            "cost": each.payable_cost,
            "id": each.pk,
            "tag": STANDINGS[Standing(each.standing)],
        }
        for each in rows
    ]
