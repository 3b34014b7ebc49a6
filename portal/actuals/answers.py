"""What the rules make of a line's week, in words: how it differs, whether it will be paid, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from backoffice.web.pieces import Tag
from backoffice.web.words import money, plural, upper_first
from workflows.actuals.assessing import Judged
from workflows.actuals.entry import Absence, Row
from workflows.actuals.policy import Asked, answer, rule_for, sourced
from workflows.actuals.rules import NOTHING
from workflows.actuals.selectors import Line
from workflows.actuals.week import cost
from workflows.council.actuals import Actuals, Kind

NEW_PLAN = "The plan has changed since this was filled in."
PAID, PART, NOT_PAID = "Will be paid", "paid", "Will not be paid"
BEGINNINGS = (f"{PAID}: ", f"{NOT_PAID}: ")


@dataclass(frozen=True, slots=True)
class Answered:
    """Whether something will be paid: a tag (or plain words), the reasons, and where the rule was read."""

    tag: Tag | None
    plain: str = ""
    because: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def unit(kind: Kind, units: Decimal) -> str:
    """`1.00 hour`, `3.00 hours`."""
    name = kind.unit.replace("_", " ")
    return f"{units:.2f} {name.removesuffix('s') if units == 1 else name}"


def difference(units: Decimal, planned: Decimal) -> str:
    """`2.00 below`, `1.00 above`; empty where it is as planned."""
    if units == planned:
        return ""
    return f"{abs(units - planned):.2f} {'above' if units > planned else 'below'}"


def tone(units: Decimal, planned: Decimal) -> str:
    """Red below the plan, green above it (suffolk-user-guide §2, bedford-actuals-guide)."""
    if units == planned:
        return ""
    return "above" if units > planned else "below"


def label_of(actuals: Actuals, cause: str) -> str:
    """A cause in the council's words; empty for none."""
    return actuals.cause(cause).label if cause else ""


def differences(actuals: Actuals, line: Line) -> list[str]:
    """What differs from the plan, one sentence each."""
    found = [_absence(actuals, line, each) for each in line.found.judged]
    said = sum((each.absence.units for each in line.found.judged), NOTHING)
    more = total(line, "actual") - planned(line)
    added = [row for row in line.rows if row.added]
    if more > 0:
        found.append(f"{more:.2f} above plan")
    elif -more > said:
        found.append(f"{-more:.2f} below plan")
    elif not found and any(row.differs for row in line.rows):
        found.append("The same in all, on other days")
    if any(row.corrects for row in line.rows):
        found.append("Differs from the recorded visits")
    if added and more <= 0:
        found.append(f"{plural(len(added), 'row')} added")
    return found


def _absence(actuals: Actuals, line: Line, judged: Judged) -> str:
    absence = judged.absence
    words = f"{absence.units:.2f} {absence.box}"
    if judged.answer is None:
        return f"{words}: choose a cause"
    return f"{words}. {label_of(actuals, absence.cause)}{_which_week(actuals, line, judged)}"


def _which_week(actuals: Actuals, line: Line, judged: Judged) -> str:
    rule = rule_for(actuals, Asked(line.kind.key, judged.absence.cause, line.week.week))
    return f", week {judged.number}" if rule is not None and rule.paid_weeks is not None else ""


def planned(line: Line) -> Decimal:
    """What was planned for a line in the week."""
    return sum((units for row in line.rows for units in row.planned), NOTHING)


def total(line: Line, box: str) -> Decimal:
    """What stands in a box in all."""
    return sum((units for row in line.rows for units in row.box(box)), NOTHING)  # type: ignore[arg-type]


def faults(line: Line) -> list[str]:
    """Why a line's week cannot be submitted as it is, one sentence each."""
    return list(dict.fromkeys(each for found in line.found.faults.values() for each in found))


def of_line(actuals: Actuals, line: Line) -> Answered:
    """Whether a line's week will be paid, as the week's page says it (picture 03b)."""
    wrong = faults(line)
    because, sources = reasons(actuals, line)
    if wrong:
        return Answered(Tag("To be amended", "red"), because=tuple(wrong), sources=sources)
    if "cause" in line.found.lacks:
        return Answered(Tag("Choose a cause", "orange"), because=(f"{money(line.undecided)} depends on it.",))
    if "plan" in line.found.lacks:
        return Answered(Tag("Look again", "orange"), because=(NEW_PLAN, *because), sources=sources)
    if line.found.unpriced:
        return Answered(Tag("No rate yet", "orange"), because=("The council sets the rate. Nothing is lost.",))
    tagged = _tag(line)
    if "correction" in line.found.lacks:
        said = "It differs from the visits that were recorded."
        return Answered(Tag("Say why", "orange"), because=(said, *because), sources=sources)
    if "visits" in line.found.lacks:
        return Answered(Tag("Enter the number of visits", "orange"), because=because, sources=sources)
    if "comment" in line.found.lacks:
        return Answered(Tag("Add a comment", "orange"), because=because, sources=sources)
    return Answered(tagged, PAID if tagged is None else "", because, sources)


def brief(actuals: Actuals, line: Line) -> Answered:
    """The same where each absence has its own answer below: only what is wrong, or too much."""
    whole = of_line(actuals, line)
    return whole if faults(line) else Answered(whole.tag, whole.plain)


def _tag(line: Line) -> Tag | None:
    """None where all is as planned: then plain words are enough."""
    if not any(row.differs for row in line.rows):
        return None
    paid, claimed = line.found.paid_units, max(planned(line), total(line, "actual"))
    if paid >= claimed:
        return Tag(PAID, "green")
    return Tag(f"{paid:.2f} of {claimed:.2f} {PART}", "yellow") if paid else Tag(NOT_PAID, "red")


def reasons(actuals: Actuals, line: Line) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why, and where the rules were read: by cause, for what is missing without one, and for what is too much."""
    found = list(_reasons(actuals, line))
    because = tuple(dict.fromkeys(why for why, _ in found))
    if len({why.partition(":")[0] for why in because}) == 1:  # then the tag says whether it is paid
        because = tuple(_because(why) for why in because)
    return because, tuple(dict.fromkeys(source for _, source in found if source))


def _reasons(actuals: Actuals, line: Line) -> Iterator[tuple[str, str]]:
    for each in line.found.judged:
        if each.answer is not None:
            yield each.answer.why, sourced(each.answer.source)
    missing = sum((each.absence.units for each in line.found.judged), NOTHING)
    if actuals.unexplained is not None and planned(line) - total(line, "actual") > missing:
        said = answer(actuals, Asked(line.kind.key, actuals.unexplained, line.week.week))
        yield said.why, sourced(said.source)
    if line.found.verdict.unauthorised:
        yield f"{line.found.verdict.unauthorised:.2f} is above what can be paid. {actuals.over_plan_advice}", ""


def of_absence(judged: Judged | None, row: Row, absence: Absence) -> Answered:
    """What the policy says of one absence, as the page of a service user says it beside its cause (picture 03a)."""
    if judged is None or judged.answer is None:
        worth = cost(absence.units, row.price)
        hangs = f"{money(worth)} depends on it." if worth is not None else ""
        return Answered(Tag("Choose a cause", "orange"), because=(hangs,) if hangs else ())
    said = judged.answer
    if not said.taken:
        return Answered(Tag("To be amended", "red"), because=(said.why,), sources=_source(sourced(said.source)))
    tag = Tag(PAID, "green") if said.paid else Tag("Not paid yet", "orange") if said.waits else Tag(NOT_PAID, "red")
    parts = [_because(said.why)]
    if said.paid and row.price is not None:
        parts.append(f"{money(cost(absence.units, row.price))}.")
    if judged.in_a_row > 1:
        parts.append(f"{judged.in_a_row} in a row.")
    if "operational_notice" in said.raises:
        parts.append("Tell the operational team today; this tells them too.")
    return Answered(tag, because=(" ".join(parts),), sources=_source(sourced(said.source)))


def _because(why: str) -> str:
    for beginning in BEGINNINGS:
        why = why.removeprefix(beginning)
    return upper_first(why)


def _source(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
