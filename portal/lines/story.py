"""A line's events in the words of the provider who delivers it.

Why an officer changed a line was written for colleagues, so it is not shown here, and neither is who it was.
"""

from collections.abc import Sequence

from backoffice.web.line_words import levels_named, sentences
from backoffice.web.pieces import Entry
from workflows.council.profile import current
from workflows.engine.selectors import Chapter

SAID = {
    "line.started": "Care was commissioned",
    "line.varied": "The care or its price was changed",
    "line.ended": "An end date was set",
    "line.suspended": "Care was suspended",
    "line.resumed": "Care was resumed",
    "line.contribution": "The client's contribution was set",
}


def entries(chapters: Sequence[Chapter]) -> list[Entry]:
    """The story of a line, newest first; a kind of event that has no words here is not for providers."""
    told = [each for each in chapters if each.kind in SAID]
    levels = levels_named(told)
    return [
        Entry(SAID[each.kind], each.at, current().name, lines=sentences(each.facts, levels)) for each in reversed(told)
    ]
