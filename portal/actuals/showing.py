"""What the pages say at the top: the first thing to do, until when, and how the week stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from backoffice.web import paid_in
from backoffice.web.pieces import Fact, Tag
from backoffice.web.words import moment, money, plural, weekday_date
from portal.council import team_name
from workflows.actuals.entry import Row, read
from workflows.actuals.models import ActualWeek, LineWeekVersion, Standing
from workflows.actuals.rules import State, sunday_of
from workflows.actuals.selectors import Line, Page
from workflows.council.profile import current
from workflows.payments import falling

from . import answers, grid
from .mode import Mode, by_when, cut_off
from .sheet import BOX_WORDS

NO_ACTUALS = "There are no actuals for this week"
SUSPENDED = f"{NO_ACTUALS}: this service user is suspended."
LATE = "After that, this week waits for the next payment."
STANDINGS = {
    Standing.GENERATED: Tag("As planned", "grey"),
    Standing.SAVED: Tag("Saved", "blue"),
    Standing.SUBMITTED: Tag("Submitted", "blue"),
    Standing.DISPUTED: Tag("Disputed", "orange"),
    Standing.PAYABLE: Tag("Payable", "green"),
    Standing.PAID: Tag("Paid", "green"),
    Standing.SUSPENDED: Tag("Suspended", "grey"),
}


@dataclass(frozen=True, slots=True)
class Now:
    """The one thing to do first."""

    title: str
    text: str
    warm: bool = False
    href: str = ""
    button: str = ""
    generate: bool = False


def span(week: ActualWeek) -> str:
    """`Monday 10 to Sunday 16 February 2025`."""
    first, last = week.week, sunday_of(week.week)
    if first.month == last.month:
        return f"Monday {first.day} to {weekday_date(last)}"
    words = weekday_date(first)
    return f"{words if first.year != last.year else words.rpartition(' ')[0]} to {weekday_date(last)}"


def place(week: ActualWeek) -> str:
    """The service, and its lot where it has some."""
    return f"{week.service.name}, {week.lot}" if week.lot else week.service.name


def pays(week: ActualWeek) -> str:
    """The payment period in which the week falls (suffolk-user-guide §2, step 4); "" without one."""
    place = falling.place_of(week)
    return paid_in.sentence(falling.of_weeks([place]).get(place, ()))


def checkers(page: Page) -> str:
    """The team that checks, in the council's words."""
    return team_name(current().team_for("payments", page.case.service.group if page.case.service else None))


def now(page: Page, mode: Mode) -> Now:
    """The first thing to do on the week's page."""
    if mode.records and page.week.generated_at is None:
        words = f"They are filled in as they were planned. {_until(page)}"
        return Now("First: generate the actuals of this week", words, _soon(page), generate=True)
    if not page.lines:
        return Now(NO_ACTUALS, "No service users received services in it.", generate=mode.records)
    if mode.records:
        return _recording(page, mode)
    if page.recording:
        return Now("This week is being recorded", "Your role lets you read it.")
    return _later(page, mode)


def _recording(page: Page, mode: Mode) -> Now:
    open_ones = [line for line in page.lines if not line.suspended and not line.found.ready]
    rest = f" {_until(page)}"
    if open_ones:
        line = open_ones[0]
        who = line.week.line.client
        href = reverse("portal:actuals_line", args=[page.case.pk, line.week.pk])
        more = f" {plural(len(open_ones) - 1, 'more line')} after that." if len(open_ones) > 1 else ""
        return Now(f"First: {_lack(line)} {who}, then {_end(mode)}", rest.strip() + more, True, href, f"Go to {who}")
    if not mode.confirms:
        return Now("Change only what differed from the plan, then save",
                   f"Saving submits it to {checkers(page)}.{rest}", _soon(page))  # fmt: skip
    return Now("First: look at what differs, then " + _end(mode), rest.strip(), _soon(page))


def _lack(line: Line) -> str:
    if answers.faults(line):
        return "put right what was entered for"
    lacks = line.found.lacks
    if "cause" in lacks:
        return "choose a cause for"
    if "plan" in lacks:
        return "look at the new plan of"
    if "correction" in lacks:
        return "say why the visits differ for"
    return "enter the number of visits for" if "visits" in lacks else "add a comment for"


ENDS = {"explicit_confirm": "confirm the week", "action_notice": "submit the week", "on_save": "save"}


def _end(mode: Mode) -> str:
    return ENDS[mode.submit_mode]


def _until(page: Page) -> str:
    if page.week.cut_off is None:
        return "Record each week."
    if page.is_late:
        return f"The cut-off was {by_when(page.week.cut_off, cut_off(page))}. It can still be sent, and is paid later."
    return f"Confirm by {by_when(page.week.cut_off, cut_off(page))}. {LATE}"


def _soon(page: Page) -> bool:
    return cut_off(page).soon


def _later(page: Page, mode: Mode) -> Now:
    when = f" on {moment(page.week.submitted_at)}" if page.week.submitted_at else ""
    by = f" by {page.week.submitted_by.name}" if page.week.submitted_by else ""
    state = State(page.case.state)
    change = "Until it is paid you can change it: that makes a new version, which is checked again."
    can = change if mode.can_change else ""
    if state == State.SUBMITTED:
        return Now(f"Submitted{when}", f"{checkers(page)} checks it; it was submitted{by}. {can}".strip())
    if state == State.CHECKED:
        return Now("Checked: it will be paid", f"Submitted{when}{by}. {can}".strip())
    if state == State.PAID:
        return Now("Paid", "What was paid is locked: a later change is made up for in the next payment.")
    return Now(NO_ACTUALS, "No service users received services in it.")


def line_now(page: Page, mode: Mode, lines: Sequence[Line]) -> Now:
    """The first thing to do on the page of one service user (picture 03a)."""
    if all(line.suspended for line in lines):
        return Now(SUSPENDED, "Contact the social worker, or ask for the service to be unsuspended.")
    if not mode.edits:
        return Now("This is how it was recorded", "Nothing can be changed on this page now.")
    if mode.name == "change":
        return Now("You are changing what was submitted",
                   f"Saving makes a new version, and {checkers(page)} checks it again.")  # fmt: skip
    open_ones = [line for line in lines if not line.suspended and not line.found.ready]
    differing = sum(len(line.found.judged) or grid.differs(line) for line in lines)
    how = "Change only what differed from the plan."
    if any(len(line.kind.boxes) > 1 for line in lines):
        how += " Choose a cause: we fill the right boxes and say at once if it will be paid."
    if open_ones:
        return Now(f"First: {_lack(open_ones[0])} {open_ones[0].week.line.service_level.name}", how, warm=True)
    if differing:
        return Now(
            f"{plural(differing, 'difference')}, nothing is missing. Save, then go to the next service user", how
        )
    return Now("As planned. Go to the next service user if that is right", how)


def line_facts(page: Page, lines: Sequence[Line], others: Sequence[Line]) -> list[Fact]:
    """Confirm by, planned, will be paid, will not be paid, which service user of how many."""
    ids = list(dict.fromkeys(line.week.line.client_id for line in others))
    here = ids.index(lines[0].week.line.client_id)
    following = next(
        (line for line in others if here + 1 < len(ids) and line.week.line.client_id == ids[here + 1]), None
    )
    until = page.week.cut_off
    first = [Fact("Confirm by", moment(until), cut_off(page).clock.note)] if until and page.recording else []
    figures = grid.facts(lines)
    return [
        *first,
        *(figures if grid.totals(lines).undecided else figures[:3]),
        Fact(
            "Service user",
            f"{here + 1} of {len(ids)}",
            href=reverse("portal:actuals_line", args=[page.case.pk, following.week.pk]) if following else "",
            link=f"Next: {following.week.line.client}" if following else "",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Version:
    """A line's week as it was submitted once, and how it differs from the time before."""

    number: int
    when: str
    by: str
    paid: str
    changes: Sequence[str]


def versions(kept: Sequence[LineWeekVersion]) -> list[Version]:
    """The versions that were submitted, the newest first, each beside the one before it."""
    found = []
    for index, each in enumerate(kept):
        before = kept[index + 1] if index + 1 < len(kept) else None
        changes = _changes(read(before.rows), read(each.rows)) if before else ["As it was first submitted"]
        found.append(Version(len(kept) - index, moment(each.at), each.by.name, money(each.payable_cost),
                             changes or ["The same figures, other words"]))  # fmt: skip
    return found


def _changes(old: Sequence[Row], new: Sequence[Row]) -> list[str]:
    before, after = {row.number: row for row in old}, {row.number: row for row in new}
    found = [f"Row {number} was taken out" for number in before.keys() - after.keys()]
    for number, row in after.items():
        if number not in before:
            found.append(f"Row {number} was added: {sum(row.actual):.2f}")
            continue
        was = before[number]
        found += [
            f"{words}: {sum(was.box(box)):.2f}, now {sum(row.box(box)):.2f}"  # type: ignore[arg-type]
            for box, words in BOX_WORDS.items()
            if was.box(box) != row.box(box)  # type: ignore[arg-type]
        ]
    return found
