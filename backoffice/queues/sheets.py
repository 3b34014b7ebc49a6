"""A queue as a spreadsheet: every column that the page puts two to a cell in a column of its own."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from backoffice.casework import worklist
from backoffice.casework.worklist import Row
from backoffice.web.clock import clock_of
from backoffice.web.spreadsheet import Value
from workflows.engine import rules

MOST = 20_000
HEADINGS = (
    "Due", "Clock", "Not before", "What", "Kind", "Reference", "Priority", "Provider", "Service", "Client", "SSRef",
    "At stake, £", "Holder", "Team",
)  # fmt: skip
MORE = f"Only the first {MOST:,} are in this file. Narrow the list to have the rest."


def lines(rows: Iterable[Row], user_id: int, now: datetime, teams: Mapping[int | None, str]) -> Iterator[list[Value]]:
    """The rows, days and figures as such, `teams` by name; a list too long for a file says so at its end."""
    for place, row in enumerate(rows):
        if place == MOST:
            yield [MORE]
            return
        due = clock_of(row, now)
        yield [
            row["due_at"],
            f"{due.tag.text}, {due.words}" if due.tag else due.words,
            row["not_before"],
            row["title"],
            worklist.kind_words(row["kind"]),
            row["reference"],
            rules.Priority(row["priority"]).words,
            row["provider_name"] or "",
            row["home"] or "",
            f"{row['surname']}, {row['forename']}" if row["ss_ref"] else "",
            row["ss_ref"] or "",
            row["amount"],
            worklist.holder_words(row, user_id),
            teams.get(row["team_id"], ""),
        ]
