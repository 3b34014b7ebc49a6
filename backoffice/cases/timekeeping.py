"""The clocks of a case and of its turns, as its page "Clocks" shows them: `workflows.engine.clocks` says all of it."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.web.pieces import Tag
from workflows.engine import clocks, selectors
from workflows.engine.models import Case

STATES = {
    "running": Tag("Running", "blue"),
    "paused": Tag("Standing still", "grey"),
    "breached": Tag("Breached", "red"),
    "met": Tag("In time", "green"),
    "missed": Tag("Too late", "red"),
}
AT_RISK = Tag("At risk", "yellow")


@dataclass(frozen=True, slots=True)
class Timepiece:
    """One clock: what it measures, how it stands, how much was used and is left, and why."""

    title: str
    tag: Tag
    used: str
    left: str
    sentences: list[str]


def of_turns(case: Case, now: datetime) -> list[Timepiece]:
    """The clocks of the turns, the newest first."""
    found = (clocks.of_task(task, now) for task in selectors.turns_of(case))
    return [_shown(each, each.name) for each in found if each is not None]


def of_case(case: Case, now: datetime) -> list[Timepiece]:
    """The clocks of the whole case."""
    return [_shown(each, f"{each.name}: {each.party}") for each in clocks.of_case(case, now)]


def _shown(told: clocks.Told, title: str) -> Timepiece:
    clock = told.clock
    risky = clock.at_risk and clock.state == "running"
    left = clocks.minutes_in_words(told.left) if told.left else ""
    used = clocks.minutes_in_words(clock.elapsed)
    return Timepiece(title, AT_RISK if risky else STATES[clock.state], used, left, told.sentences)
