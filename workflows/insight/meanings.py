"""What the figures of who had the ball, of a provider and of people mean: shown on their pages, and written to
docs/metrics.md with those of the overview.
"""

from dataclasses import dataclass

from workflows.month_end import causes


@dataclass(frozen=True, slots=True)
class Meaning:
    """A figure as people read it: its name, what it says, and the section of the page that shows it."""

    name: str
    says: str
    section: str


BALL, PERFORMANCE, PEOPLE, MONTH_END = "ball", "performance", "people", "month_end"
SECTIONS = {
    BALL: "Who had the ball",
    PERFORMANCE: "A provider’s own performance",
    PEOPLE: "People",
    MONTH_END: "Month end",
}
READY = Meaning(
    "Ready to pay",
    "What a run would pay at this moment: the payments of the pay day that a run may take, less what earlier periods "
    "left below zero; or weeks that are checked.",
    MONTH_END,
)
BLOCKED = Meaning(
    "Blocked",
    "What the pay day would also pay, and does not, because somebody still has to do something. With VAT. Each pound "
    "counts once, under the one thing that holds it up. What is decided (care that ended, an unpaid absence) is not "
    "due, so it is not blocked.",
    MONTH_END,
)
HOLDER = Meaning(
    "Whose turn",
    "Where the thing that holds the money up stands now: with the provider, or with the team whose turn it is.",
    MONTH_END,
)
EARLIER = Meaning(
    "Of earlier periods",
    "What still waits of periods that were finalised without it. It is paid with the next payment of the contract, so "
    "it counts there.",
    MONTH_END,
)
#: Why money is blocked; a page tells those that can happen at its council.
CAUSES = {each.key: Meaning(each.words, each.says, MONTH_END) for each in causes.CAUSES}
MEANINGS = (
    READY,
    BLOCKED,
    HOLDER,
    EARLIER,
    *CAUSES.values(),
    Meaning(
        "Which time counts",
        "A case is held by one side at a time. Whenever that changes, or the case ends, a stretch of holding ends."
        " What is shown are the stretches that ended on the London days shown, each with all of its working time, "
        "also what was before the first day. So every minute of a case is counted once, on one day, and nothing is"
        " cut.",
        BALL,
    ),
    Meaning(
        "Council, providers, neither",
        "Council: a team of the council had it; what an outside team was asked to do counts for the council’s "
        "team that keeps it. Providers: it was the provider’s turn. Neither: it was nobody’s turn, because it rested "
        "until a day (as an answered action does before it closes) or Concord was at work.",
        BALL,
    ),
    Meaning(
        "Working days",
        "Working minutes by the council’s calendar as it was when the stretch ended, divided by the minutes of a "
        "usual day. The files have the minutes, which add up exactly. On the page tenths of days are shared out so"
        " that each column adds up: every line is rounded down, and the tenths that are missing go to the lines "
        "that lost most. Across a line the sides can differ from its sum by a tenth.",
        BALL,
    ),
    Meaning(
        "Share",
        "Whole percent of the column, shared out by the same rule, so that they add up to 100%.",
        BALL,
    ),
    Meaning("Times", "How many stretches of holding ended. One case can be held by the same side many times.", BALL),
    Meaning(
        "Open now",
        "Turns that are open at this moment, and waits that are nobody’s turn, whatever days are shown. They are "
        "in no sum of working days before they end. Open for: working days since each was opened, added up.",
        BALL,
    ),
    Meaning(
        "Other teams",
        "What teams held that are not yours to see, of the kinds of case that you may read, as one line.",
        BALL,
    ),
    Meaning(
        "Within target",
        "Of the answers of this provider that had a due time and were given on the days shown, the share that was "
        "given by it and never past it. Rounded down, so that 100% means all of them.",
        PERFORMANCE,
    ),
    Meaning(
        "Median, 9 in 10",
        "Half, and nine in ten, of its answers took this long or less, in working days from when the turn was "
        "opened. Counted by whole weeks: each week that the days shown touch. Fewer than five answers tell "
        "nothing, and no time is shown.",
        PERFORMANCE,
    ),
    Meaning(
        "With the provider, with the council",
        "Turns of this provider’s cases that are open now, whatever days are shown; past target: of these, those "
        "whose due time has passed.",
        PERFORMANCE,
    ),
    Meaning(
        "Holds now, oldest",
        "Open turns of the team that the person has claimed, and since when they have had the one that they have "
        "had longest.",
        PEOPLE,
    ),
    Meaning("Completed", "Turns of the team that the person ended on the days shown, claimed before or not.", PEOPLE),
    Meaning("Handed back", "Turns that the person had claimed and gave back to the team themselves.", PEOPLE),
    Meaning("Handed over", "Turns that the person had claimed and handed to a colleague or another team.", PEOPLE),
    Meaning(
        "Claimed next, chosen",
        "Turns that the person took with “Claim next”, which gives whatever is first in line, and turns that they "
        "chose from a list or on the case’s page, alone or several at once. There are good reasons to choose: a "
        "case that one knows, a skill, a call that has just come in.",
        PEOPLE,
    ),
    Meaning(
        "Spread of the team",
        "The share of what was taken by choice: of the team together, and the lowest, middle and highest of its "
        "people who took five or more. It says how a team works, not who works well.",
        PEOPLE,
    ),
    Meaning(
        "Away, standing in",
        "Working days of the council on which the person was recorded as away, and those on which they stood in "
        "for somebody. Less work is to be expected of the one, and other people’s work of the other.",
        PEOPLE,
    ),
)


def of(section: str) -> list[Meaning]:
    """The figures of a page."""
    return [meaning for meaning in MEANINGS if meaning.section == section]


def page() -> str:
    """What docs/metrics.md says of these pages."""
    parts = [f"\n## {title}\n\n| Figure | What it says |\n|---|---|\n{_lines(key)}" for key, title in SECTIONS.items()]
    return "".join(parts)


def _lines(section: str) -> str:
    return "".join(f"| {each.name} | {each.says} |\n" for each in of(section))
