"""Puts the figures of managers into words and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from backoffice.casework.worklist import kind_words
from backoffice.web.pieces import Fact
from backoffice.web.words import LONDON, NOTHING, date_range, date_words, listing, money, plural, upper_first
from workflows.engine import registry
from workflows.engine.tally import PROVIDERS
from workflows.insight import ageing, metrics
from workflows.insight.asked import Number
from workflows.insight.figures import Backlog, Blocked, Period, Step, added, by_holder
from workflows.insight.selectors import Overview, working_days_old

from .forms import InsightFilter
from .opening import Doors
from .sheets import Entry, Line, Piece, Sheet, Value

BAR = 360
MOST_COLUMNS = 9
TENTH = Decimal("0.1")
A_WEEK = "a week"
STEP_HEADINGS = (
    "Waiting now",
    "Past target",
    "Completed",
    "Within target",
    "Median",
    "9 in 10",
    "Target",
    "Waited",
    "Worked",
)


@dataclass(frozen=True, slots=True)
class First:
    """The one exception that stands above everything."""

    title: str
    text: str
    warm: bool
    href: str = ""
    button: str = ""


def first(found: Overview, doors: Doors) -> First:
    """What is most out of order: past target, else at risk, else unclaimed."""
    worst = found.worst
    if worst is not None:
        return _past_target(found, worst, doors)
    for metric, words, text in (
        ("at_risk", "at risk", "Nothing is past target. These will be unless somebody ends them in time."),
        ("unclaimed", "unclaimed", "Nothing is past target or at risk."),
    ):
        row: Backlog | None = max(found.teams, key=lambda each: getattr(each, metric).count, default=None)
        if row is not None and getattr(row, metric).count:
            everything, own = getattr(found.all, metric), getattr(row, metric)
            return First(_title(everything.count, own.count, words, row.name), text, False, *_button(own, doors))
    return First("Nothing is out of order", "Nothing is past target, at risk or unclaimed.", warm=False)


def facts(found: Overview, goal: int) -> list[Fact]:
    """The four figures under it."""
    young = plural(found.all.ages[0].count, "is", "are")
    share = found.whole.share
    with_providers = found.providers.breached.count if found.providers else 0
    return [
        Fact("Open with the council", f"{found.all.open.count:,}", f"{young} up to {ageing.LASTS[0]} working days old"),
        Fact("Past target", f"{found.all.breached.count:,}", f"{with_providers:,} more with providers"),
        Fact("Within target", NOTHING if share is None else f"{share}%", _trend(found, goal)),
        _money_fact(found),
    ]


def backlog(found: Overview, doors: Doors, today: date) -> Sheet:
    """By team and age; the last column is the row's own bar. Providers stand under the sum of the teams."""
    headings = ["Open", *(band.words for band in found.bands), "Unclaimed", "At risk", "Past target", "Oldest"]
    others = [found.providers] if found.providers else []
    most = max([1, *(row.open.count for row in [*found.teams, *others])])
    total = [_backlog_line(found.all, headings, doors, today, None)] if len(found.teams) > 1 else []
    return Sheet(
        key="backlog",
        title="Backlog by team and age",
        first="Team",
        headings=headings,
        lines=[_backlog_line(row, headings, doors, today, most) for row in found.teams],
        foot=[*total, *(_backlog_line(row, headings, doors, today, most) for row in others)],
        meanings=metrics.of(metrics.BACKLOG),
        bar="Share by age",
        legend=[band.words for band in found.bands],
    )


def flow(found: Overview) -> Sheet:
    """Arrivals, completions and the share within target, by week or day; few of them stand as columns."""
    names = ["Within target", "Arrived", "Completed", "Completed with a target"]
    told = [_period_words(period, found) for period in found.periods]
    values = [
        [_share(period), _count(period.arrived), _count(period.completed), _count(period.timed)]
        for period in found.periods
    ]
    unit = "Day" if found.asked.by_day else "Week beginning"
    if len(told) > MOST_COLUMNS:
        lines = [Line(name, cells) for name, cells in zip(told, values, strict=True)]
        return _flow_sheet(unit, names, lines)
    columns = [list(cells) for cells in zip(*values, strict=True)]
    return _flow_sheet("Measure", told, [Line(name, cells) for name, cells in zip(names, columns, strict=True)])


def steps(found: Overview, doors: Doors) -> Sheet:
    """How each step of each process goes, at each holder, beside its target."""
    shown = [step for step in found.steps if step.waiting.count or step.completed or step.median is not None]
    return Sheet(
        key="steps",
        title="Steps: how long each takes",
        first="Step",
        headings=[*STEP_HEADINGS],
        lines=[_step_line(step, found, doors) for step in shown],
        meanings=metrics.of(metrics.STEPS),
        empty="Nothing waits, and nothing was completed in the time shown.",
    )  # fmt: skip


def blocked(found: Overview, doors: Doors) -> Sheet:
    """Money by cause, largest first; each opens its queues."""
    units = _units(found)
    return Sheet(
        key="money",
        title="Money blocked",
        first="Cause, largest first",
        headings=["Cases", *map(upper_first, units)],
        lines=[_cause_line(row, units, found, doors) for row in found.blocked],
        foot=[_money_total(found, units)] if found.blocked else [],
        meanings=metrics.of(metrics.MONEY),
        empty="No money waits for anybody.",
    )


def blocked_by_holder(found: Overview) -> Sheet:
    """The same money by who is to do something."""
    units = _units(found)
    return Sheet(
        key="holding",
        title="Money blocked by holder",
        first="Waits for",
        headings=["Cases", *map(upper_first, units)],
        lines=[
            Line(_holder(team_id, found), [_count(cases), *(_money(pounds.get(unit)) for unit in units)])
            for team_id, cases, pounds in by_holder(found.blocked)
        ],
        foot=[_money_total(found, units)] if found.blocked else [],
        empty="No money waits for anybody.",
    )


def holders(found: Overview, doors: Doors) -> Sheet:
    """Who has claimed what."""
    return Sheet(
        key="holders",
        title="Who holds what",
        first="Person",
        headings=["Holds", "Past target", "Longest since", "Worth a week"],
        lines=[
            Line(
                row.name,
                [
                    _number(row.holds, f"held by {row.name}, {row.team}", doors),
                    Entry(row.breached, f"{row.breached:,}", late=row.breached > 0),
                    _day(row.oldest.astimezone(LONDON).date()),
                    _money(row.money),
                ],
                row.team,
            )
            for row in found.holders
        ],
        meanings=metrics.of(metrics.HOLDERS),
        empty="Nobody has claimed anything.",
    )


def time_shown(found: Overview) -> str:
    """`26 February to 19 April 2018`."""
    return date_range(found.asked.first, found.asked.last)


def weeks_shown(found: Overview) -> str:
    """The whole weeks whose working times are told."""
    return date_range(*found.asked.weeks)


def about(found: Overview, chosen: InsightFilter) -> str:
    """What the page is narrowed to, in the words of its filters; empty: to nothing but days."""
    named = [(name, getattr(found.asked, name)) for name in ("kind", "group", "provider")]
    choices = [(dict(chosen.fields[name].choices), value) for name, value in named if value is not None]  # type: ignore[attr-defined]
    return listing(str(words.get(value, value)) for words, value in choices)


def step_words(kind: str, node: str) -> str:
    """What a step is called: the title of its turns; a node that is gone keeps its name."""
    found = registry.latest(kind).instance.node(node, no_obsolete=True)
    return upper_first(getattr(found, "task_title", node.replace("_", " ")))


def _past_target(found: Overview, worst: Backlog, doors: Doors) -> First:
    title = _title(found.all.breached.count, worst.breached.count, "past target", worst.name)
    text = ""
    if found.oldest is not None:
        kind = kind_words(found.oldest.kind).lower()
        text = f"The oldest is {kind} {found.oldest.reference}, due on {date_words(found.oldest.due_at)}."
        if found.oldest.amount:
            unit = registry.latest(found.oldest.kind).amount_is
            text += f" {money(found.oldest.amount)} {unit} waits for it."
    return First(title, text, True, *_button(worst.breached, doors))


def _title(every: int, own: int, words: str, team: str) -> str:
    said = f"First: {plural(every, 'case is', 'cases are')} {words}"
    return f"{said} with {team}" if every == own else f"{said}, {own:,} of them with {team}"


def _button(number: Number, doors: Doors) -> tuple[str, str]:
    href = doors.address(number)
    return (href, "Open the case" if number.count == 1 else f"Open the {number.count:,} cases") if href else ("", "")


def _trend(found: Overview, goal: int) -> str:
    now, before = found.whole.share, found.before.share
    if now is None or before is None:
        return f"Target {goal}%"
    moved = now - before
    than = f"{plural(abs(moved), 'point')} {'more' if moved > 0 else 'less'} than in" if moved else "the same as in"
    return f"Target {goal}%, {than} the {found.asked.days} days before"


def _backlog_line(row: Backlog, headings: Sequence[str], doors: Doors, today: date, most: int | None) -> Line:
    numbers = [row.open, *row.ages, row.unclaimed, row.at_risk, row.breached]
    late = headings.index("Past target")
    cells = [
        _number(number, f"{headings[place].lower()}, {row.name}", doors, late=place == late and number.count > 0)
        for place, number in enumerate(numbers)
    ]
    if row.team_id == PROVIDERS:
        cells[headings.index("Unclaimed")] = Entry(None, NOTHING)
    return Line(
        row.name,
        [*cells, _day(row.oldest, today)],
        bar=None if most is None else _pieces(row, most),
        total=row.team_id is None,
    )


def _pieces(row: Backlog, most: int) -> list[Piece]:
    """The ages of a row, one after another, as wide as they are many."""
    found, done = [], 0
    for age, number in enumerate(row.ages):
        begin, end = round(BAR * done / most), round(BAR * (done + number.count) / most)
        done += number.count
        if end > begin:
            found.append(Piece(begin, end - begin, age))
    return found


def _flow_sheet(unit: str, headings: Sequence[str], lines: Sequence[Line]) -> Sheet:
    return Sheet(
        key="flow",
        title="The same figures as a table",
        first=unit,
        headings=headings,
        lines=lines,
        meanings=metrics.of(metrics.FLOW),
    )


def _period_words(period: Period, found: Overview) -> str:
    running = period.last == found.asked.last and not found.asked.by_day and period.last.weekday() != 6
    return f"{period.first.day} {period.first:%b}{' to date' if running else ''}"


def _step_line(step: Step, found: Overview, doors: Doors) -> Line:
    name = f"{kind_words(step.kind)}: {step_words(step.kind, step.node).lower()}"
    holder = _holder(step.team_id, found)
    share = step.share
    nine = _days(step.nine_in_ten)
    return Line(
        name,
        [
            _number(step.waiting, f"waiting, {name}, {holder}", doors),
            _number(step.breached, f"past target, {name}, {holder}", doors, late=step.breached.count > 0),
            _count(step.completed),
            Entry(share, NOTHING if share is None else f"{share}%"),
            _days(step.median),
            replace(nine, late=True, second="over target") if step.over else nine,
            _target(step),
            _days(step.days_waited),
            _days(step.days_worked),
        ],
        holder,
    )


def _target(step: Step) -> Entry:
    """In days where it is in days; in the council's hours where it is in hours."""
    if step.target is None or step.target_days is None:
        return Entry(None, NOTHING)
    if step.target.unit == "day":
        return Entry(step.target.count, str(step.target.count))
    return Entry(step.target_days.quantize(TENTH), plural(step.target.count, "hour"))


def _days(days: Decimal | None) -> Entry:
    """Working days, to a tenth."""
    if days is None:
        return Entry(None, NOTHING)
    return Entry(days.quantize(TENTH), f"{days.quantize(TENTH)}")


def _units(found: Overview) -> list[str]:
    """What the money that is blocked is money of: "a week" first, it is the usual."""
    return sorted({unit for row in found.blocked for unit in row.money}) or [A_WEEK]


def _money_fact(found: Overview) -> Fact:
    """A week's money large, any other under it: pounds of different units are never added up."""
    pounds = _pounds(found)
    others = [f"{money(amount)} {unit}" for unit, amount in sorted(pounds.items()) if unit != A_WEEK and amount]
    causes = plural(len({row.cause.key for row in found.blocked}), "cause")
    note = listing([f"and {others[0]}", *others[1:]]) + ", " if others else ""
    return Fact("Money blocked, a week", money(pounds.get(A_WEEK, Decimal(0))), f"{note}{causes}, below")


def _pounds(found: Overview) -> dict[str, Decimal]:
    pounds: dict[str, Decimal] = {}
    for row in found.blocked:
        pounds = added(pounds, row.money)
    return pounds


def _money_total(found: Overview, units: Sequence[str]) -> Line:
    pounds = _pounds(found)
    cases = sum(row.cases for row in found.blocked)
    return Line("All", [_count(cases), *(_money(pounds.get(unit)) for unit in units)], total=True)


def _cause_line(row: Blocked, units: Sequence[str], found: Overview, doors: Doors) -> Line:
    holder = _holder(row.team_id, found)
    one = row.opens[0] if len(row.opens) == 1 else Number(row.cases)  # several steps open no single queue
    cases = _number(one, f"{row.cause.words}, {holder}", doors)
    return Line(row.cause.words, [cases, *(_money(row.money.get(unit)) for unit in units)], holder)


def _holder(team_id: int, found: Overview) -> str:
    return next((team.name for team in found.teams if team.team_id == team_id), "Providers")


def _number(number: Number, more: str, doors: Doors, *, late: bool = False) -> Entry:
    return Entry(number.count, f"{number.count:,}", doors.address(number), more, late=late)


def _count(count: int) -> Entry:
    return Entry(count, f"{count:,}")


def _money(amount: Decimal | None) -> Entry:
    return Entry(None, NOTHING) if amount is None else Entry(amount, money(amount))


def _share(period: Period) -> Entry:
    share: Value = period.share
    return Entry(share, NOTHING if share is None else f"{share}%")


def _day(day: date | datetime | None, today: date | None = None) -> Entry:
    if day is None:
        return Entry(None, NOTHING)
    if today is None:
        return Entry(day, date_words(day))
    return Entry(day, date_words(day), second=plural(working_days_old(day, today), "working day"))
