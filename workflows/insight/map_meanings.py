"""What the figures of process maps mean; they stand on the page and in docs/metrics.md (metrics.page)."""

from .meanings import Meaning

MAP = "map"

MEANINGS = (
    Meaning(
        "Waiting",
        "Open turns of the step, now. Where a case only waits for a day or for another case it is nobody's turn, is in "
        "no queue, and is counted by itself.",
        MAP,
    ),
    Meaning(
        "Median and 9 in 10",
        "Half of the turns of the step, and nine of ten of them, took no longer than so many working days from opening "
        "to end. Of the turns that ended in the weeks shown, each to the tenth of a working day above it.",
        MAP,
    ),
    Meaning(
        "Target",
        "What the council's profile promises for the step, in working days. A turn that is due at a moment of its own, "
        "such as a cut-off, has no length to be over.",
        MAP,
    ),
    Meaning(
        "Over target",
        "More than one in ten of the turns that ended in the weeks shown, and had a due time, ended past it. A target "
        "of whole days runs to the end of its last day, so 9 in 10 may be somewhat above a target that is kept.",
        MAP,
    ),
    Meaning("Ended in time", "Of those turns, the share that ended by its due time and was never past it.", MAP),
    Meaning(
        "Cases on an arrow",
        "How often somebody, or Concord, did what the arrow says and so ended the step, in the weeks shown. A case "
        "counts each time. Of a beginning it is the cases that began that way.",
        MAP,
    ),
    Meaning("Share of answers", "Of all that ended the step in the weeks shown, the percent that was this.", MAP),
    Meaning(
        "Came twice or more",
        "Of the cases that ended in the weeks shown, those that had come to the step at least twice.",
        MAP,
    ),
    Meaning(
        "Working days more than once",
        "The working time of those cases from beginning to end, on average, less that of the cases that ended in the "
        "same weeks and had come to the step once.",
        MAP,
    ),
    Meaning(
        "Step to look at",
        "Of the steps with turns at risk or past target: those over their target first, then the highest share at risk "
        "or past target; five turns are added to those that wait, so that one late turn of one is not all.",
        MAP,
    ),
    Meaning(
        "Weeks shown",
        "Whole weeks from Monday, the running one included: how long steps take and what was done is kept by weeks.",
        MAP,
    ),
)


def page() -> str:
    """What docs/metrics.md says of process maps."""
    return "\n## On process maps\n\n| Figure | What it says |\n|---|---|\n" + "".join(
        f"| {each.name} | {each.says} |\n" for each in MEANINGS
    )
