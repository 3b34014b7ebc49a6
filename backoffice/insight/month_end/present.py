"""Puts the month-end board into words and tables; each table is shown, and written to CSV and XLSX, from one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from backoffice.insight.sheets import Entry, Line, Piece, Sheet
from backoffice.web.clock import clock
from backoffice.web.pieces import Fact
from backoffice.web.words import NOTHING, date_range, date_words, money, plural, weekday_date, weekday_moment
from workflows.insight.meanings import BLOCKED, CAUSES, EARLIER, HOLDER, READY
from workflows.month_end import causes
from workflows.month_end.late import Late
from workflows.month_end.moments import Run
from workflows.month_end.selectors import ZERO, Blocked, Board

BAR = 360
#: So many providers stand in the table by holder; the rest are one row.
MOST_HOLDERS = 10
PROVIDERS, TEAMS = "With providers", "With our teams"


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses that this person may open; empty ones are told as figures alone."""

    run: Run
    lists: bool
    reads: frozenset[str]

    def blocked(self, *, cause: str = "", held_by: str = "") -> str:
        """The list behind an amount."""
        if not self.lists:
            return ""
        said = {"run": self.run.key, "cause": cause, "held_by": held_by}
        return f"{reverse('council:month_end_list')}?{urlencode({k: v for k, v in said.items() if v})}"

    def payments(self, **asked: str) -> str:
        """The payments of the pay day that are not final, in the list of scheduled payments."""
        if self.run.is_weeks or "scheduled_payment" not in self.reads:
            return ""
        own = {"calendar": self.run.calendar, "pay_on": self.run.pay_on.isoformat(), "state": "current"}
        return f"{reverse('council:payments')}?{urlencode(own | asked)}"

    def rejections(self) -> str:
        """The rejections that nobody has answered."""
        return reverse("council:payments_rejected") if "scheduled_payment" in self.reads else ""


def run_words(run: Run) -> str:
    """`Four-weekly, paid on 3 December 2026`; `Week of actuals, 16 to 22 November 2026`."""
    if run.is_weeks:
        return f"Week of actuals, {date_range(run.first, run.last)}"
    return f"{run.name}, paid on {date_words(run.pay_on)}"


def facts(found: Board, now: datetime) -> list[Fact]:
    """The countdown and the two sums, above everything."""
    run = found.run
    told = [_moment("Providers’ cut-off", run.cut_off, now)]
    if not run.is_weeks:
        told += [_moment("To be finalised", run.finalise, now), _moment("Pay day", run.pays, now, whole_day=True)]
    what = "payment" if not run.is_weeks else "week"
    causes_ = len({each.key for each in found.blocked if each.money})
    return [
        *told,
        Fact("Ready to pay", money(found.ready.money), plural(found.ready.payments, what)),
        Fact("Blocked", money(found.blocked_money), plural(causes_, "cause")),
    ]


def by_cause(found: Board, doors: Doors) -> Sheet:
    """What is blocked by cause, and whose turn it is: providers' and teams' money beside each other."""
    keys = [each.key for each in causes.of()]
    rows = {key: [each for each in found.blocked if each.key == key] for key in keys}
    shown = sorted((key for key in keys if rows[key]), key=lambda key: -_sum(rows[key]))
    most = max((abs(_sum(rows[key])) for key in shown), default=ZERO)
    total = Line("All causes", _cells(found.blocked, doors, "", "all causes"), total=True)
    return Sheet(
        key="causes",
        title="Blocked, by cause",
        first="Cause, most money first",
        headings=["Things", PROVIDERS, TEAMS, "Together"],
        lines=[
            Line(causes.words(key), _cells(rows[key], doors, key, causes.words(key)), bar=_bar(rows[key], most))
            for key in shown
        ],
        foot=[total] if shown else [],
        meanings=[BLOCKED, HOLDER, EARLIER, *(CAUSES[each.key] for each in causes.of())],
        empty="Nothing is blocked. Everything that this run is to pay is ready.",
        bar="Whose turn",
        legend=[PROVIDERS, TEAMS] if shown else [],
    )


def by_holder(found: Board, doors: Doors) -> Sheet:
    """What is blocked by whoever has to act: each team, then the providers that hold most."""
    of: dict[tuple[str, int, str], list[Blocked]] = {}
    for each in found.blocked:
        of.setdefault((each.holder, each.holder_id, each.holder_name), []).append(each)
    teams = sorted((key for key in of if key[0] == "team"), key=lambda key: -_sum(of[key]))
    providers = sorted((key for key in of if key[0] == "provider"), key=lambda key: -_sum(of[key]))
    lines = [_holder_line(key, of[key], doors) for key in [*teams, *providers[:MOST_HOLDERS]]]
    if rest := providers[MOST_HOLDERS:]:
        own = [each for key in rest for each in of[key]]
        name = plural(len(rest), "further provider")
        lines.append(Line(name, [_count(own), _amount(_sum(own))], "Providers"))
    return Sheet(
        key="holders",
        title="Blocked, by whose turn it is",
        first="Team or provider",
        headings=["Things", "Money"],
        lines=lines,
        meanings=[HOLDER],
        empty="Nobody holds anything up.",
        seconds="For what",
    )


def adds_up(found: Board, doors: Doors) -> Sheet:
    """How the sum of the run comes about, and what stands beside it without holding anything up."""
    ready, run = found.ready, found.run
    whole = ready.money + found.blocked_money
    lines = [
        Line("Ready to pay", [_counted(ready.payments, "" if ready.waiting else doors.payments(), "ready to pay"),
                              _amount(ready.money)]),
        Line("Blocked", [_counted(sum(each.count for each in found.blocked)),
                         _amount(found.blocked_money, doors.blocked(), "blocked in all")]),
        Line("If nothing stood in the way", [NO_WORDS, _amount(whole)], total=True),
    ]  # fmt: skip
    beside = [
        ("Of the ready: less by what earlier periods left below zero", ready.taken_back, ready.taken_back_money, ""),
        ("Not confirmed by the provider; paid all the same", ready.unconfirmed, ready.unconfirmed_money,
         doors.payments(confirmation="unconfirmed")),
        ("Rejected by the provider and not answered; paid all the same", ready.rejected, ready.rejected_money,
         doors.rejections()),
        ("Being worked out again: their figures can still move", ready.changed, None,
         doors.payments(attention="changed")),
    ]  # fmt: skip
    lines += [
        Line(name, [_counted(count, href, name), NO_WORDS if amount is None else _amount(amount)])
        for name, count, amount, href in beside
        if count
    ]
    return Sheet(
        key="sum",
        title="How the sum comes about",
        first="What",
        headings=["Weeks" if run.is_weeks else "Payments or things", "Money"],
        lines=lines,
        meanings=[READY, BLOCKED],
    )


def coming(runs: Sequence[Run], weekly: Sequence[Run], now: datetime) -> Sheet:
    """Every run and cut-off to come, with how long is left."""
    shown = sorted([*runs, *weekly], key=lambda each: (each.pays, each.key))
    return Sheet(
        key="dates",
        title="Runs and cut-offs",
        first="Run",
        headings=["Providers’ cut-off", "To be finalised", "Pay day"],
        lines=[
            Line(
                each.name,
                [
                    _due(each.cut_off, now),
                    _due(each.finalise, now),
                    _due(None if each.is_weeks else each.pays, now, whole_day=True),
                ],
                date_range(each.first, each.last),
            )
            for each in shown
        ],
        empty="The council’s calendars name no run.",
        seconds="Period",
    )


def late_words(each: Late) -> tuple[str, str]:
    """What is late, and the address of what it is about."""
    if each.key == "not_finalised" and each.run is not None:
        said = f"{plural(each.count, 'payment')} of {run_words(each.run)} should be finalised by now"
        return said, f"?{urlencode({'run': each.run.key})}"
    if each.key == "not_opened":
        return (
            f"{plural(each.count, 'week')} of actuals beginning {date_words(each.day)} "
            f"{'is' if each.count == 1 else 'are'} not opened yet, so nobody can record them",
            "",
        )
    if each.key == "not_submitted":
        said = f"{plural(each.count, 'week')} of actuals {'was' if each.count == 1 else 'were'} not submitted in time"
        return said, f"{reverse('council:actuals')}?show=late"
    if each.key == "parked":
        return (
            f"{plural(each.count, 'message')} stopped on the way: a change may not have reached the payments",
            reverse("council:parked"),
        )
    return (
        f"The closure days that the council has named end on {date_words(each.day)}: dates after it may fall on days "
        "when nobody works",
        "",
    )


NO_WORDS = Entry(None, NOTHING)


def _moment(label: str, at: datetime | None, now: datetime, *, whole_day: bool = False) -> Fact:
    left = clock(at, now)
    tag = left.tag
    if at is None:
        return Fact(label, NOTHING)
    said = weekday_date(at) if whole_day else weekday_moment(at)
    return Fact(label, "Over" if left.late else left.words, said, tag=None if left.late else tag)


def _due(at: datetime | None, now: datetime, *, whole_day: bool = False) -> Entry:
    if at is None:
        return NO_WORDS
    left = clock(at, now)
    said = weekday_date(at) if whole_day else weekday_moment(at)
    return Entry(at.date() if whole_day else at, "over" if left.late else left.words, second=said, late=False)


def _sum(rows: Iterable[Blocked]) -> Decimal:
    return sum((each.money for each in rows), ZERO)


def _cells(rows: Sequence[Blocked], doors: Doors, cause: str, name: str) -> list[Entry]:
    theirs = [each for each in rows if each.holder == "provider"]
    ours = [each for each in rows if each.holder == "team"]
    return [
        _count(rows),
        _some(theirs, doors.blocked(cause=cause, held_by="providers"), f"with providers, {name}"),
        _some(ours, doors.blocked(cause=cause, held_by="teams"), f"with our teams, {name}"),
        _some(rows, doors.blocked(cause=cause), f"together, {name}"),
    ]


def _holder_line(key: tuple[str, int, str], rows: Sequence[Blocked], doors: Doors) -> Line:
    holder, holder_id, name = key
    href = doors.blocked(held_by=f"{holder}:{holder_id}")
    for_what = "; ".join(dict.fromkeys(causes.words(each.key) for each in rows))
    cells = [_count(rows), _some(rows, href, f"held by {name}")]
    return Line(name, cells, f"{'Team' if holder == 'team' else 'Provider'}: {for_what}")


def _some(rows: Sequence[Blocked], href: str, more: str) -> Entry:
    return _amount(_sum(rows), href, more) if rows else NO_WORDS


def _count(rows: Sequence[Blocked]) -> Entry:
    return _counted(sum(each.count for each in rows))


def _counted(count: int, href: str = "", more: str = "") -> Entry:
    return Entry(count, f"{count:,}", href if count else "", more)


def _amount(amount: Decimal, href: str = "", more: str = "") -> Entry:
    return Entry(amount, money(amount), href, more)


def _bar(rows: Sequence[Blocked], most: Decimal) -> list[Piece]:
    """Providers' share, then teams'; what takes back has no width."""
    if not most:
        return []
    found, x = [], 0
    for age, holder in enumerate(("provider", "team")):
        own = max(_sum(each for each in rows if each.holder == holder), ZERO)
        width = round(BAR * own / most)
        if width:
            found.append(Piece(x, min(width, BAR - x), age))
            x += width
    return found
