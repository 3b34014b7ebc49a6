"""What people are told about their imports (numbers only) and about care package lines (references only)."""

from workflows.engine.notices import declare

READ = "import.read"
FINISHED = "import.finished"
GROUP = "Bulk changes and imports"
LINE_STARTED = "line.started"
LINE_VARIED = "line.varied"
LINE_ENDED = "line.ended"
LINES = "Care package line items"
#: What is told of each change. What payments do with a line is no change of the care (held, released).
TOLD = {
    "started": LINE_STARTED,
    "varied": LINE_VARIED,
    "suspended": LINE_VARIED,
    "resumed": LINE_VARIED,
    "contribution": LINE_VARIED,
    "ended": LINE_ENDED,
}
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    READ,
    one="Import {reference} has been read: {read} records, {rejected} rejected; nothing is taken over yet",
    many="{count} imports have been read",
    name="A file that I import has been read",
    group=GROUP,
    sides=STAFF | PROVIDER,
)
declare(
    FINISHED,
    one="Import {reference} is finished: {new} new, {updated} updated, {rejected} rejected",
    many="{count} imports are finished",
    name="A file that I import has been taken over",
    group=GROUP,
    sides=STAFF | PROVIDER,
)
# bedford-actuals-guide, Care Package Line Items: "From here you can be notified of and view commissioned care".
declare(
    LINE_STARTED,
    one="Care package line {reference} is new: care is commissioned from you",
    many="{count} care package lines are new: care is commissioned from you",
    name="Care is commissioned from us: a new care package line",
    group=LINES,
    sides=PROVIDER,
)
declare(
    LINE_VARIED,
    one="Care package line {reference} was changed",
    many="{count} care package lines were changed",
    name="A care package line of ours is changed, suspended or resumed",
    group=LINES,
    sides=PROVIDER,
)
declare(
    LINE_ENDED,
    one="Care package line {reference} has an end date",
    many="{count} care package lines have an end date",
    name="A care package line of ours is given an end date",
    group=LINES,
    sides=PROVIDER,
)
