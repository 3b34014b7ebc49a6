"""A line's week as a form: its boxes with their names, what stands in them, and what is said beside each.

A page is drawn from what is stored, or (bound) from what was typed. Where a cause has filled a box, the box carries
the figure, so that a script shows it while somebody types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backoffice.web.words import WEEKDAYS, money, upper_first
from workflows.actuals.entry import Row
from workflows.actuals.rules import DAYS_A_WEEK, NOTHING, days_of
from workflows.actuals.selectors import Line
from workflows.council.actuals import Actuals, Box

from . import answers, names
from .answers import Answered
from .desk import Control, Desk
from .panels import COMMENT, Panel, another, panels_of
from .rows import day_words, looked, stored_row, title_of, where_of
from .typed import causes_for


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of a row: a box to type in or words, with red or green and the same in words."""

    day: str
    control: Control | None
    text: str = ""
    tone: str = ""
    note: str = ""
    tick: Control | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of a table of days: Planned, Actual, Frustrated, Missed."""

    label: str
    cells: Sequence[Cell]
    total: str
    key: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One row of a line's week as a table of days."""

    key: str
    unit: str
    title: str
    heads: Sequence[tuple[str, str]]
    strips: Sequence[Strip]
    panels: Sequence[Panel]
    comment: Control | None
    said: str
    visits: Control | None
    remove: Control | None
    marker: Control | None
    further: Panel | None
    correction: Control | None = None  # why it differs from the visits that were recorded
    corrections: Sequence[tuple[str, str]] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that can be added: a quantity on each of the ticked days."""

    key: str
    title: str
    quantity: Control
    days: Sequence[Control]
    comment: Control
    visits: Control | None
    level: Control | None
    levels: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LineSheet:
    """All of a line in the week."""

    line: Line
    title: str
    about: str
    opened: Control
    sheets: Sequence[Sheet]
    added: Sequence[NewRow]
    nothing: Control | None
    looked: Control | None  # the plan has changed since it was filled in
    faults: Sequence[str]
    answer: Answered
    amount: str
    brief: Answered  # without what the panels below say anyway
    open: bool  # the rows to add: something is in them, or one more was asked for


BOX_WORDS: Mapping[str, str] = {"actual": "Actual", "frustrated": "Frustrated", "missed": "Missed"}


def boxes_of(line: Line) -> list[Box]:
    """The boxes of a kind of service that stand as columns, in the profile's order."""
    return [box for box in line.kind.boxes if box in BOX_WORDS]


def whole(actuals: Actuals, line: Line, desk: Desk, levels: Sequence[tuple[str, str]], more: int) -> LineSheet:
    """A line's week with all its days; `more` empty rows are offered to add to it."""
    sheets = [_sheet(actuals, line, row, desk) for row in line.rows if not _is_typed_new(line, row)]
    added = [] if desk.fixed or not allows_more(actuals, line) else _new_rows(line, desk, levels, more)
    nothing = None
    if not desk.fixed and any(row.planned != row.actual or any(row.actual) for row in line.rows):
        words = "Delete this week of hours" if actuals.empty_week == "delete" else "No care was delivered in this week"
        nothing = desk.tick(f"{names.line(line.week.pk)}-none", words, stored=False)
    again = looked(line, desk)
    return LineSheet(  # `opened` last: it says what all other fields hold
        line=line,
        title=line.week.line.service_level.name,
        about=_about(line),
        opened=desk.opened(line),
        sheets=sheets,
        added=added,
        nothing=nothing,
        looked=again,
        faults=answers.faults(line),
        answer=answers.of_line(actuals, line),
        amount=money(line.found.pay),
        brief=answers.brief(actuals, line) if any(each.panels for each in sheets) else answers.of_line(actuals, line),
        open=more > 1 or len(added) > more,
    )


def controls(actuals: Actuals, line: Line, levels: Sequence[tuple[str, str]]) -> Mapping[str, Control]:
    """The fields of a line on its page, as they are stored."""
    desk = Desk()
    whole(actuals, line, desk, levels, 1)
    return desk.controls


def allows_more(actuals: Actuals, line: Line) -> bool:
    """Whether a row can be added: not where extra care is refused and another service level is not offered."""
    return actuals.over_plan != "refuse" and not line.suspended


def _is_typed_new(line: Line, row: Row) -> bool:
    """Whether a row was only just typed: it stands among those to add until it is saved."""
    return row.number not in {each["number"] for each in line.week.rows}


def _about(line: Line) -> str:
    prices = list(dict.fromkeys(row.price for row in line.rows if not row.added))
    unit = line.kind.unit.replace("_", " ").removesuffix("s")
    said = f"{answers.unit(line.kind, answers.planned(line))} planned"
    price = prices[0] if len(prices) == 1 else None
    if price is None:
        return said
    return f"{money(price)} {'an' if unit[0] in 'aeiou' or unit == 'hour' else 'a'} {unit}, {said}"


def _sheet(actuals: Actuals, line: Line, row: Row, desk: Desk) -> Sheet:
    beginning = names.row(line.week.pk, row.number)
    marker = desk.hidden(f"{beginning}-ticks", "on") if _has_ticks(line, row, desk) else None
    strips = [
        _planned(line, row),
        *_recorded(line, row),
        *(_strip(actuals, line, row, box, desk) for box in boxes_of(line)),
    ]
    panels = [*panels_of(actuals, line, row, desk)]
    return Sheet(
        key=beginning,
        unit=upper_first(line.kind.unit.replace("_", " ")),
        title=title_of(line, row),
        heads=_heads(line, row),
        strips=strips,
        panels=panels,
        comment=_comment(actuals, line, row, desk, panels),
        said=row.comment,
        visits=_visits(line, row, desk),
        remove=desk.tick(f"{beginning}-remove", "Take this row out", stored=False)
        if row.added and not desk.fixed
        else None,
        marker=marker,
        further=another(actuals, line, row, desk),
        correction=correction_of(actuals, line, row, desk),
        corrections=corrections_for(actuals, row.corrected),
        fault=desk.faults.get(f"{line.week.pk}-{row.number}", ""),
    )


def _has_ticks(line: Line, row: Row, desk: Desk) -> bool:
    """Days are ticked where Actual is the only box: there is no other place to say that a visit did not take place."""
    return row.by_day and not desk.fixed and boxes_of(line) == ["actual"] and not row.added


def _heads(line: Line, row: Row) -> list[tuple[str, str]]:
    """(short, whole) of each day, or none for a row without days."""
    if not row.by_day:
        return []
    return [(f"{WEEKDAYS[day.weekday()][:3]} {day.day}", day_words(day)) for day in days_of(line.week.week)]


def _planned(line: Line, row: Row) -> Strip:
    texts = [names.figure(each) or "–" for each in row.planned]
    cells = [Cell(head[1], None, text) for head, text in zip(_heads(line, row) or [("", "")], texts, strict=True)]
    return Strip("Planned", cells, f"{sum(row.planned, NOTHING):.2f}", "planned")


def _recorded(line: Line, row: Row) -> list[Strip]:
    """What recorded visits come to, where there are any: the figure below came from them, or corrects it."""
    if row.monitored is None:
        return []
    said = row.monitored.places
    texts = ["–" if each is None else names.figure(each, always=True) for each in said]
    cells = [Cell(head[1], None, text) for head, text in zip(_heads(line, row) or [("", "")], texts, strict=True)]
    return [Strip("From visits", cells, f"{sum((each or NOTHING for each in said), NOTHING):.2f}", "recorded")]


def correction_of(actuals: Actuals, line: Line, row: Row, desk: Desk) -> Control | None:
    """Why a row differs from the visits that were recorded, where the council wants to know it."""
    if desk.fixed or not row.corrects or not corrections_for(actuals):
        return None
    stored = stored_row(line, row)
    title = title_of(line, row)
    label = f"{line.week.line.client}, {line.week.line.service_level.name}{f', {title}' if title else ''}"
    name = f"{names.row(line.week.pk, row.number)}-corrected"
    return desk.control(name, label, stored.corrected if stored else "")


def corrections_for(actuals: Actuals, chosen: str = "") -> list[tuple[str, str]]:
    """(key, words) of the causes of corrections that are offered, and of the one that was chosen."""
    found = actuals.monitoring.corrections if actuals.monitoring else ()
    return [(each.key, each.label) for each in found if not each.retired or each.key == chosen]


def _strip(actuals: Actuals, line: Line, row: Row, box: Box, desk: Desk) -> Strip:
    cells = [_cell(actuals, line, row, box, place, desk) for place in range(len(row.planned))]
    return Strip(BOX_WORDS[box], cells, f"{sum(row.box(box), NOTHING):.2f}", box)


def _cell(actuals: Actuals, line: Line, row: Row, box: Box, place: int, desk: Desk) -> Cell:
    stands, planned = row.box(box)[place], row.planned[place]
    stored = stored_row(line, row)
    kept = stored.box(box)[place] if stored else NOTHING
    if box != "actual" and stored and not row.by_day:
        kept = next((each.units for each in stored.absent if each.box == box), NOTHING)
    name = names.cell(line.week.pk, row.number, box, place)
    label = f"{BOX_WORDS[box]}, {where_of(line, row, place)}"
    shown = names.figure(kept, always=box == "actual" and bool(planned))
    control = None if desk.fixed else desk.control(name, label, shown)
    tick = None
    if box == "actual" and planned and _has_ticks(line, row, desk):
        tick = desk.tick(
            names.cell(line.week.pk, row.number, "tick", place),
            f"Delivered, {where_of(line, row, place)}",
            stored=bool(kept),
            marker=f"{names.row(line.week.pk, row.number)}-ticks",
        )
    day = _heads(line, row)[place][1] if row.by_day else ""
    if box == "actual":
        note = answers.difference(stands, planned)
        return Cell(day, control, names.figure(stands) or "–", answers.tone(stands, planned), note, tick)
    causes = [each.cause for each in row.absent if each.box == box and (not row.by_day or each.day == place)]
    several = len(causes_for(actuals, line.kind, line.week.week)) > 1  # a box with one cause needs no words for it
    found = [_short(answers.label_of(actuals, each)) for each in dict.fromkeys(causes) if each and several]
    note = ", ".join(found)
    return Cell(day, control, names.figure(stands) or "–", "absent" if stands else "", note)


def _short(label: str) -> str:
    """A cause under its box: its first words are enough, the panel has all of it."""
    words = label.split()
    return " ".join(words[:2]).lower() if len(words) > 2 else label.lower()


def _comment(actuals: Actuals, line: Line, row: Row, desk: Desk, panels: Sequence[Panel]) -> Control | None:
    """A comment on the whole row: where no panel asks for one, or where one was written."""
    stored = stored_row(line, row)
    kept = stored.comment if stored else ""
    if desk.fixed or (panels and not kept):
        return None
    if boxes_of(line) != ["actual"] and not kept and not row.differs:
        return None
    words = "Comment (needed for every change)" if actuals.comment_for_change else "Comment (optional)"
    title = title_of(line, row)
    label = f"{words}{f', {title}' if title else ''}"
    return desk.control(f"{names.row(line.week.pk, row.number)}-comment", label, kept)


def _visits(line: Line, row: Row, desk: Desk) -> Control | None:
    if line.kind.visits == "no" or desk.fixed:
        return None
    words = "Number of visits" if line.kind.visits == "required" else "Number of visits (optional)"
    stored = stored_row(line, row)
    kept = stored.visits if stored else None
    return desk.control(f"{names.row(line.week.pk, row.number)}-visits", words, "" if kept is None else str(kept))


def _new_rows(line: Line, desk: Desk, levels: Sequence[tuple[str, str]], more: int) -> list[NewRow]:
    typed = names.of_line(desk.data, line.week.pk) if desk.data is not None else {}
    used = [index for index in range(1, 21) if any(name.startswith(f"{_new(line, index)}-") for name in typed)]
    return [_new_row(line, desk, index, levels) for index in range(1, max([0, *used]) + 1 + more)]


def _new(line: Line, index: int) -> str:
    return names.row(line.week.pk, names.added(index))


def _new_row(line: Line, desk: Desk, index: int, levels: Sequence[tuple[str, str]]) -> NewRow:
    beginning, week = _new(line, index), days_of(line.week.week)
    level = line.week.line.service_level.name
    unit = upper_first(line.kind.unit.replace("_", " "))
    days = [
        desk.tick(f"{beginning}-tick-{day}", day_words(week[day]), stored=False) for day in range(DAYS_A_WEEK)
    ] if line.kind.days else []  # fmt: skip
    return NewRow(
        key=beginning,
        title=f"New row {index}" if index > 1 else "New row",
        quantity=desk.control(f"{beginning}-quantity", f"Quantity ({unit.lower()}{' each day' if days else ''})", ""),
        days=days,
        comment=desk.control(f"{beginning}-comment", f"{COMMENT} on the new row", ""),
        visits=desk.control(f"{beginning}-visits", "Number of visits", "") if line.kind.visits != "no" else None,
        level=desk.control(f"{beginning}-level", "Service level", "") if levels else None,
        levels=[("", level), *levels],
    )
