"""What each figure of the manager's page means: one table, shown on the page and written to docs/metrics.md."""

from workflows.engine.metrics import DAYS, METRICS, OF_PEOPLE, Metric

from . import map_meanings, meanings
from .meanings import Meaning

BACKLOG, FLOW, STEPS, MONEY, HOLDERS = "backlog", "flow", "steps", "money", "holders"
MEANINGS = (
    Meaning("Open", "Turns that somebody of the team is still to take. A case counts once for each turn.", BACKLOG),
    Meaning(
        "Age",
        "Working days of the council after the London day on which the turn was opened, up to and with today.",
        BACKLOG,
    ),
    Meaning("Unclaimed", "Open turns of a council team that nobody has claimed.", BACKLOG),
    Meaning(
        "At risk",
        "Open turns whose at-risk time has passed and whose due time has not. Marked each minute; a turn is at "
        "risk or past target, never both.",
        BACKLOG,
    ),
    Meaning("Past target", "Open turns whose due time has passed. Marked each minute.", BACKLOG),
    Meaning("Oldest", "The London day on which the oldest open turn was opened.", BACKLOG),
    Meaning(
        "With providers",
        "Turns that a provider is to take, of the kinds of case that you may read. They are nobody's of the "
        "council, so they are in no team's figures.",
        BACKLOG,
    ),
    Meaning(
        "Within target",
        "Of the turns that were ended in the time shown and had a due time, the share that was ended by it and was "
        "never past it. A turn counts for the team that had it when it ended, on the London day on which it ended.",
        FLOW,
    ),
    Meaning(
        "Arrived",
        "Turns that were opened, by London day, for the team that they were opened for, and turns that another "
        "team handed to it. Over all teams a hand-over is not an arrival.",
        FLOW,
    ),
    Meaning(
        "Completed",
        "Turns that were ended, by London day, by whatever ended them, and turns that the team handed on to "
        "another. Over all teams a hand-over is not a completion.",
        FLOW,
    ),
    Meaning(
        "Waiting now",
        "Open turns of a step of a process, at any team that you see, or with providers.",
        STEPS,
    ),
    Meaning(
        "Median and 9 in 10",
        "In how many working days, from opening to end, half and nine in ten of the turns were done that ended in "
        "the whole weeks that the days shown are of. Turns are counted by tenths of a working day, and the end of "
        "a tenth is told: at most a tenth of a day more than it was, never less. Sixty days stand for sixty or "
        "more. A working day is the hours of a week shared out among its working days.",
        STEPS,
    ),
    Meaning(
        "Target",
        "What the council promises today for the step; no target where a turn has a moment of its own. A step is "
        "over target when more than one in ten of its turns that had a due time ended past it. A target of days ends "
        "with the business of the last day, so that a turn can be in time and have taken up to a day more.",
        STEPS,
    ),
    Meaning(
        "Waited and worked",
        "Of the turns completed in the time shown, the working days from opening until somebody first claimed the "
        "turn, and from then until its end, on average. What nobody ever claimed only waited: so do the turns of "
        "providers.",
        STEPS,
    ),
    Meaning(
        "Money blocked",
        "What the cases of open turns were worth when each turn was opened, by what the turn means for money: care "
        "whose document is not agreed a week; weeks, disputes, claims and invoices as a whole. Pounds of different "
        "units are never added up. A case with two open turns counts at both. Turns that hold up no money are left "
        "out: a payment that its provider rejects is paid all the same, a run is the sum of its payments, and "
        "debts are owed to the council. What the next payment run would pay and does not is told on the month-end "
        "page.",
        MONEY,
    ),
    Meaning("Holds", "Open turns that the person has claimed.", HOLDERS),
)

HEAD = """<!-- Written by `./concord manage document_metrics`; a test compares it with the code. -->
# What the figures of managers mean

A turn is something that a team or a provider is still to do, or did; days are London days; working days are the
council's. Managers and leads see the teams that they lead or manage, auditors and administrators all teams.
The figures are kept as sums (`Tally`; by provider `ProviderTally`, by person `PersonTally`) and as changes that are
not yet added (`Delta`); a page reads both in one query. `./concord manage rebuild_tallies --check` recomputes every
one from turns, events and the times in which cases were held.

## On the page

| Figure | What it says |
|---|---|
"""
KEPT_HEAD = """
## As they are kept
Each by kind of case, step, team (0: with a provider, or of the whole case), service group and day, of all and of each
provider. "Is" figures stand for what is so now, and carry money: pounds. "Was" figures stand for what happened.
Minutes are working minutes by the calendar that held when the turn, the time or the case ended.

| Metric | Is or was | What it counts | Day |
|---|---|---|---|
"""
PEOPLE_HEAD = """
## Of people
By person, team, kind of case and the day on which it happened. Team leads see them of their teams.

| Metric | What it counts |
|---|---|
"""


def of(section: str) -> list[Meaning]:
    """The figures of a section of the page."""
    return [meaning for meaning in MEANINGS if meaning.section == section]


def page() -> str:
    """The whole of docs/metrics.md."""
    shown = "".join(f"| {each.name} | {each.says} |\n" for each in MEANINGS)
    kept = "".join(
        f"| {_named(each)} | {'is' if each.stock else 'was'} | {each.counts} | {DAYS[each.day]} |\n" for each in METRICS
    )
    people = "".join(f"| {_named(each)} | {each.counts} |\n" for each in OF_PEOPLE)
    return HEAD + shown + map_meanings.page() + meanings.page() + KEPT_HEAD + kept + PEOPLE_HEAD + people


def _named(metric: Metric) -> str:
    return f"`{metric.key}` ({metric.name})"
