"""From what was posted to what was saved, or back to the form with all that was typed and what to do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest

from backoffice.web.stale import Difference
from workflows.actuals import commands, selectors
from workflows.actuals.filling import Conflicts, Filled
from workflows.actuals.selectors import Line, Page
from workflows.engine.errors import Busy, Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from workflows.parties.actor import Actor

from . import names
from .desk import Control, Desk
from .mode import CHANGE, Mode, can_be_filled, mode_of
from .typed import Known, Typed, read

Controls = Callable[[Page, Line], Mapping[str, Control]]
LARGEST_ID = 18  # digits
TAKEN = "took the week on, because its turn to be recorded was over"


@dataclass(frozen=True, slots=True)
class Faster:
    """Somebody else was faster: who did what, and what differs (web/pieces/stale.html)."""

    who: str
    what: str
    when: datetime | None
    differences: Sequence[Difference] = ()

    @property
    def theirs(self) -> bool:
        """Whether anything in this form was changed by the other."""
        return bool(self.differences)


@dataclass(frozen=True)
class Shown:
    """What a page is drawn from: the week as it would be, and what stands in the form."""

    page: Page
    mode: Mode
    data: Mapping[str, str] | None = None
    typed: Typed | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[tuple[str, str]] = ()
    faster: Faster | None = None
    status: int = 200

    def desk(self, line: Line | None = None) -> Desk:
        """The form of a line: fixed where nothing can be filled in."""
        fixed = not self.mode.edits or (line is not None and not can_be_filled(line))
        filled_in = self.typed.filled_in if self.typed else {}
        faults = {**(self.typed.faults if self.typed else {}), **self.faults}
        return Desk(self.data, faults, filled_in, fixed=fixed)


def known(page: Page) -> list[Known]:
    """The lines that can be filled in, as they are stored."""
    week = page.week.week
    return [
        Known(each.week.pk, each.week.version, each.kind, week, each.rows) for each in page.lines if can_be_filled(each)
    ]


def shown(page: Page, mode: Mode, data: Mapping[str, str] | None) -> Shown:
    """The page with what was typed. What nobody touched stands as it is stored now."""
    if data is None or not mode.edits:
        return Shown(page, mode)
    stored = known(page)
    typed = read(page.actuals, stored, data)
    kept = without_untouched(page, typed, data)
    filled = {each.id: (each.rows, each.removed) for each in typed.lines}
    return Shown(selectors.as_filled(page, filled), mode, kept, typed)


def without_untouched(page: Page, typed: Typed, data: Mapping[str, str]) -> dict[str, str]:
    """What was posted, without the boxes of lines in which nothing was typed."""
    alone = [each.week.pk for each in page.lines if each.week.pk not in typed.touched]
    theirs = {called for each in alone for called in (names.line(each), names.opened(each))}
    return {name: value for name, value in data.items() if name.partition("-")[0] not in theirs}


def send(data: Mapping[str, str], actor: Actor, page: Page, mode: Mode, controls: Controls) -> Shown | None:
    """Save what was typed (or change what was submitted); None when it is done, else the form again.

    `controls` are those of a line on the page that was sent. NotFound, Forbidden and Busy fly.
    """
    typed = read(page.actuals, known(page), data)
    if typed.faults:
        return shown(page, mode, data)
    if not typed.lines:
        return None
    verb = commands.change if mode.name == CHANGE else commands.save
    try:
        verb(
            actor=actor,
            case_id=page.case.pk,
            task_id=turn_of(data, page),
            filled=filled(typed),
            key=key_of(data, "save"),
        )
    except (NotFound, Forbidden, Busy, KeyReused):
        raise
    except Refused as refusal:
        return refused(actor, page, data, refusal, controls)
    return None


def filled(typed: Typed) -> list[Filled]:
    """What was typed, as the commands take it."""
    return [Filled(each.id, each.version, each.rows, each.removed) for each in typed.lines]


def refused(actor: Actor, page: Page, data: Mapping[str, str], refusal: Refused, controls: Controls) -> Shown:
    """The form again with what was typed, and why it was not taken."""
    fresh = selectors.page(actor, page.case.pk)
    now = mode_of(fresh, actor, change=True)
    if isinstance(refusal, Conflicts):
        return conflicting(fresh, now, data, refusal, controls)
    if isinstance(refusal, Stale):
        if not now.edits:
            raise refusal
        again = {**data, "turn": str(fresh.turn.pk) if fresh.turn else ""}
        who = Faster(refusal.who or "The council", refusal.what or TAKEN, refusal.when)
        return replace(shown(fresh, now, again), faster=who, status=409)
    back = shown(fresh, now, data)
    if isinstance(refusal, Invalid):
        return replace(back, faults=refusal.faults, refusals=_places(refusal.faults), status=422)
    return replace(back, refusals=[("#main-content", refusal.reason)], status=422)


def conflicting(page: Page, mode: Mode, data: Mapping[str, str], refusal: Conflicts, controls: Controls) -> Shown:
    """Another saved the same lines: theirs where nothing was typed, one's own where something was, both in a table."""
    (who, when), *_ = refusal.conflicts.values()
    merged: dict[str, str] = dict(data)
    found: list[Difference] = []
    for line in page.lines:
        if line.week.pk in refusal.conflicts:
            found += take_theirs(line, controls(page, line), merged)
    others = {each for each, _ in refusal.conflicts.values()}
    named = who if len(others) == 1 else "Other people"
    what = "saved " + ("a line of this week" if len(refusal.conflicts) == 1 else "lines of this week")
    return replace(shown(page, mode, merged), faster=Faster(named, what, when, found), status=409)


def take_theirs(line: Line, controls: Mapping[str, Control], data: dict[str, str]) -> list[Difference]:
    """Merge one line into `data`, box by box; returns what differs."""
    own = names.opened(line.week.pk)
    begun = names.begun(line.week.pk, data.get(own, "")) or (0, {})
    found: list[Difference] = []
    for name, control in controls.items():
        was, theirs, mine = begun[1].get(name, ""), control.value.strip(), data.get(name, "").strip()
        if mine == was and theirs != was:
            _put(data, name, theirs)
        if control.label and (theirs != was or mine != was):
            found.append(_difference(control.label, was, theirs, mine))
    data[own] = names.stamp(line.week.pk, line.week.version, {name: each.value for name, each in controls.items()})
    return found


def _difference(label: str, was: str, theirs: str, mine: str) -> Difference:
    return Difference(label, was or "Nothing", theirs or "Nothing", mine or "Nothing", theirs != was, mine != was)


def _put(data: dict[str, str], name: str, value: str) -> None:
    if value:
        data[name] = value
    else:
        data.pop(name, None)


def _places(faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """(where on the page, what) of each fault of a command."""
    return [(f"#l{place}" if place[:1].isdecimal() else f"#{place}", fault) for place, fault in faults.items()]


@contextmanager
def worded(request: HttpRequest, page: Page, controls: Controls) -> Iterator[None]:
    """Inside, the page of a refusal says what was typed by the boxes' own names, and nothing that was only there."""
    try:
        yield
    except Refused:
        words = dict.fromkeys(request.POST, ("", ""))
        for line in page.lines:
            begun = names.begun(line.week.pk, request.POST.get(names.opened(line.week.pk), "")) or (0, {})
            for name, control in controls(page, line).items():
                value = request.POST.get(name, "").strip()
                if control.label and value != begun[1].get(name, ""):
                    words[name] = (control.label, value or "Nothing")
        request.typed_words = words  # type: ignore[attr-defined]
        raise


def posted(request: HttpRequest) -> dict[str, str]:
    """What was posted, one value a name."""
    return {name: str(request.POST[name]) for name in request.POST}


def turn_of(data: Mapping[str, str], page: Page) -> int:
    """The turn that the form was opened in: the door answers when it is over."""
    turn = data.get("turn", "")
    if turn.isdecimal() and len(turn) <= LARGEST_ID:
        return int(turn)
    return page.turn.pk if page.turn else 0


def key_of(data: Mapping[str, str], verb: str) -> str:
    """The key under which a double click has one effect, one for each verb of a form."""
    try:
        return f"{UUID(data.get('client_key', ''))}:{verb}"
    except ValueError:
        return f"{uuid4()}:{verb}"
