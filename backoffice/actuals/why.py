"""Why a line's week is paid as it is, in sentences: each from the policy's own answer, with where its rule was read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backoffice.web.monitored import corrections
from backoffice.web.words import listing, money, upper_first
from workflows.actuals.assessing import Judged
from workflows.actuals.entry import Absence, Row
from workflows.actuals.policy import Asked, answer, sourced
from workflows.actuals.rules import NOTHING
from workflows.actuals.selectors import Line
from workflows.actuals.week import cost
from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine.calendar import WEEKDAYS
from workflows.register.rules import plain

LACKS = {"cause": "Nobody has said why something planned was not delivered.",
         "comment": "A comment is missing that says what happened.",
         "plan": "The plan has changed since this was filled in.",
         "correction": "Nobody has said why this differs from the visits that were recorded.",
         "visits": "The number of visits is missing."}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Why:
    """One sentence, where its rule was read, and how the money stands: paid, unpaid, waits, or nothing to pay."""

    text: str
    source: str = ""
    standing: str = ""


def units(amount: Decimal, unit: str) -> str:
    """`4.5 hours`, `1 half day`."""
    words = unit.replace("_", " ")
    return f"{plain(amount)} {words.removesuffix('s') if amount == 1 else words}"


def day_name(day: int) -> str:
    """`Monday` for 0."""
    return WEEKDAYS[day].capitalize()


def cause_label(key: str) -> str:
    """The council's words for a cause; the key of one that its profile no longer has."""
    profile = current().actuals
    known = {each.key: each.label for each in profile.causes} if profile else {}
    return known.get(key, key)


def reasons(line: Line, actuals: Actuals) -> list[Why]:
    """Every sentence about a line's week, what is not paid first."""
    found = [*_absences(line), *_silent(line, actuals), *_above(line, actuals), *_faults(line)]
    found += [Why(each) for each in corrections(actuals, line.rows)]
    if not found:
        return [Why("Delivered as planned: all of it will be paid.", standing="paid")]
    order = {"unpaid": 0, "waits": 0, "": 1, "paid": 2}
    return sorted(found, key=lambda each: order[each.standing])


def waiting(line: Line) -> Decimal:
    """The money of a line's week that nobody has decided about yet: whether to pay for longer, or for which cause."""
    prices = {row.number: row.price or NOTHING for row in line.rows}
    asked = (each for each in line.found.judged if each.answer is not None and each.answer.waits)
    return sum((cost(each.absence.units, prices[each.row]) or NOTHING for each in asked), line.undecided)


def comments(line: Line) -> list[str]:
    """What people wrote beside the figures."""
    found = [each.comment for row in line.rows for each in row.absent] + [row.comment for row in line.rows]
    return list(dict.fromkeys(each for each in found if each.strip()))


def _absences(line: Line) -> Iterable[Why]:
    """The same answer of several days is said once, with all its units."""
    told: dict[tuple[str, str, str], Decimal] = {}
    for each in line.found.judged:
        said = _said(each)
        told[said] = told.get(said, NOTHING) + each.absence.units
    for (text, source, standing), amount in told.items():
        yield Why(f"{units(amount, line.kind.unit)} not delivered. {text}", source, standing)


def _said(each: Judged) -> tuple[str, str, str]:
    if each.answer is None:
        return "Not decided: no cause was chosen.", "", "waits"
    standing = "paid" if each.answer.paid else "waits" if each.answer.waits else "unpaid"
    return each.answer.why, sourced(each.answer.source), standing


def _silent(line: Line, actuals: Actuals) -> Iterable[Why]:
    """What was neither delivered nor explained."""
    verdict = line.found.verdict
    missing = verdict.planned - verdict.delivered - sum((each.absence.units for each in line.found.judged), NOTHING)
    if missing <= 0:
        return
    amount = units(missing, line.kind.unit)
    if actuals.unexplained is None:
        yield Why(f"{amount} not delivered, and nobody has said why.", standing="waits")
        return
    rule = answer(actuals, Asked(line.kind.key, actuals.unexplained, line.week.week))
    yield Why(f"{amount} not delivered without a cause. {rule.why}", sourced(rule.source), "paid" if rule.paid else "unpaid")  # fmt: skip # noqa: E501


def _above(line: Line, actuals: Actuals) -> Iterable[Why]:
    """What was delivered above the plan, and what of it was authorised or decided."""
    verdict, unit = line.found.verdict, line.kind.unit
    allowed = verdict.over - verdict.unauthorised
    if allowed > 0:
        yield Why(f"{units(allowed, unit)} above the plan. Will be paid: it was authorised.", standing="paid")
    if verdict.unauthorised > 0:
        amount = units(verdict.unauthorised, unit)
        yield Why(f"{amount} above the plan. Will not be paid. {actuals.over_plan_advice}", standing="unpaid")


def _faults(line: Line) -> Iterable[Why]:
    for lack in sorted(line.found.lacks):
        yield Why(LACKS[lack], standing="waits" if lack == "cause" else "")
    for faults in line.found.faults.values():
        yield from (Why(f"{each}.".replace("..", "."), standing="") for each in faults)
    if line.found.unpriced:
        yield Why("Nothing prices these days, so nothing of them can be paid. Set a rate first.", standing="unpaid")


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a line's week in two versions."""

    label: str
    old: str
    new: str
    difference: str = ""


def changes(old: Sequence[Row], new: Sequence[Row], unit: str) -> list[Change]:
    """What differs between two versions of a line's week, row by row."""
    before, after = {row.number: row for row in old}, {row.number: row for row in new}
    found: list[Change] = []
    for number in sorted(before.keys() | after.keys()):
        was, now = _values(before.get(number), unit), _values(after.get(number), unit)
        name = f"Row {number}: " if len(after) > 1 or len(before) > 1 else ""
        for label in dict.fromkeys([*was, *now]):
            one, other = was.get(label, "Nothing"), now.get(label, "Nothing")
            if one != other:
                found.append(Change(upper_first(f"{name}{label}"), one, other))
    return found


def money_change(old: Decimal, new: Decimal) -> list[Change]:
    """What will be paid, where that differs."""
    return [] if old == new else [Change("Will be paid", money(old), money(new), _more_or_less(old, new))]


def _more_or_less(old: Decimal, new: Decimal) -> str:
    return f"{money(abs(new - old))} {'more' if new > old else 'less'}"


def _values(row: Row | None, unit: str) -> dict[str, str]:
    """A row in words by label."""
    if row is None:
        return {}
    found = {"planned": _figure(row.planned, unit), "actual": _figure(row.actual, unit)}
    for each in row.absent:
        label = _absence_label(each)
        found[label] = f"{found[label]} and {units(each.units, unit)}" if label in found else units(each.units, unit)
    if said := " ".join(filter(None, [row.comment, *(each.comment for each in row.absent)])):
        found["comment"] = f"“{said}”"
    if row.visits is not None:
        found["visits"] = str(row.visits)
    return found


def _absence_label(absence: Absence) -> str:
    cause = f", {cause_label(absence.cause)}" if absence.cause else ", no cause"
    day = f" on {day_name(absence.day)}" if absence.day is not None else ""
    return f"{absence.box}{cause}{day}"


def _figure(figures: Sequence[Decimal], unit: str) -> str:
    """The sum, and by day where figures stand by day."""
    whole = units(sum(figures, NOTHING), unit)
    if len(figures) == 1:
        return whole
    days = [f"{day_name(day)[:3]} {plain(each)}" for day, each in enumerate(figures) if each]
    return f"{whole} ({listing(days)})" if days else whole


def monday_words(week: date) -> str:
    """`week of 17 February 2025`, as file names and headings have it."""
    return f"week beginning {week:%d/%m/%Y}"
