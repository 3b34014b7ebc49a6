"""Every figure that managers read, each defined here and nowhere else (docs/metrics.md is held to this table)."""

from dataclasses import dataclass
from typing import Literal

#: Which day a row carries: of opening, of what happened, or the Monday of the week in which it happened.
Day = Literal["opened", "happened", "week"]
DAYS: dict[Day, str] = {
    "opened": "the day on which the turn was opened",
    "happened": "the day on which it happened",
    "week": "the Monday of the week in which it happened",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: how it is called, what it counts, and which London day its rows carry."""

    key: str
    name: str
    counts: str
    day: Day = "happened"

    @property
    def stock(self) -> bool:
        """Whether it is of what is open now; else it is of what happened."""
        return self.day == "opened"


METRICS = (
    Metric("open", "Open", "turns that somebody is still to take; its money is what they hold up", "opened"),
    Metric("unclaimed", "Unclaimed", "open turns of a council team that nobody has claimed", "opened"),
    Metric(
        "at_risk",
        "At risk",
        "open turns whose at-risk time has passed and whose due time has not, as of the last sweep",
        "opened",
    ),
    Metric("breached", "Past target", "open turns whose due time has passed, as of the last sweep", "opened"),
    Metric("resting", "Resting", "waits of a case that are nobody's turn", "opened"),
    Metric("arrivals", "Arrived", "turns that were opened, for the team that they were opened for"),
    Metric("handed_in", "Handed in", "turns that another team handed to this one"),
    Metric("handed_on", "Handed on", "turns that this team handed to another one"),
    Metric(
        "in_time",
        "Completed within target",
        "turns that had a due time, were ended by it, and had never been past it; its minutes are the working time "
        "from opening to end, and what of it passed before anybody had claimed the turn (all, where nobody had)",
    ),
    Metric("late", "Completed past target", "turns that had a due time and were ended otherwise; minutes as above"),
    Metric("untimed", "Completed without a target", "turns that were ended and had no due time; minutes as above"),
    Metric("passed", "Passed", "turns and waits that were ended, by the verb that ended them", "week"),
    Metric(
        "took",
        "Took",
        "completed turns by working time from opening to end, in tenths of a working day (the hours of a week shared "
        "out among its working days); the last bucket, of sixty days, is open",
        "week",
    ),
    Metric("begun", "Begun", "cases that began, by the verb that began them"),
    Metric("closed", "Closed", "cases that ended, by their last state; its minutes are their whole working time"),
    Metric(
        "rounds",
        "Rounds",
        "cases that ended, for each step that they passed, by how often they passed it; minutes as above",
    ),
    Metric("held", "Held", "times in which somebody had a case, by holder, when they ended; its minutes are theirs"),
)
#: What people did; kept by person, team, kind and day, and in no other table.
OF_PEOPLE = (
    Metric("next_taken", "Taken as next", "turns that the person took as the next one of the team's queue"),
    Metric("chosen", "Chosen", "turns that the person claimed from a list or a case"),
    Metric("handed_back", "Handed back", "turns that the person had claimed and gave back to the team"),
    Metric("handed_over", "Handed over", "turns that the person had claimed and gave to another person or team"),
    Metric("completed", "Completed", "turns of a team that the person ended; its minutes are as those of the turns"),
)
STOCKS = tuple(metric.key for metric in METRICS if metric.stock)
WEEKLY = tuple(metric.key for metric in METRICS if metric.day == "week")
PERSONAL = tuple(metric.key for metric in OF_PEOPLE)
COMPLETED = ("in_time", "late", "untimed")
TIMED = ("in_time", "late")
