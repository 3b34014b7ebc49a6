"""The two lists of the home page."""

from backoffice.casework.worklist import client_words, home_words, kind_words
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import money


class MyWork(ListTable):
    """What the person has claimed."""

    due = Cell("Due", lambda row: row["clock"].words, tag=lambda row: row["clock"].tag,
               late=lambda row: row["clock"].late, bare=True)  # fmt: skip
    what = Cell(
        "What",
        lambda row: row["title"],
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=lambda row: f"{kind_words(row['kind'])}, {row['reference']}",
        name=True,
    )
    who = Cell("Provider and client", home_words, second=client_words)
    stake = Cell("At stake", lambda row: money(row["amount"]),
                 second=lambda row: "a week" if row["amount"] is not None else "", number=True)  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "My work, first due first"
        empty = "You have claimed nothing. Claim something from a queue, and it appears here."


class TeamQueues(ListTable):
    """How much waits in each of the person's teams."""

    team = Cell("Team", lambda row: row["name"], link=lambda row: row["href"], name=True)
    open = Cell("Open", lambda row: f"{row['counts'].open:,}", number=True)
    unclaimed = Cell("Unclaimed", lambda row: f"{row['counts'].unclaimed:,}", number=True)
    today = Cell("Due today", lambda row: f"{row['counts'].today:,}", number=True)
    overdue = Cell("Overdue", lambda row: f"{row['counts'].overdue:,}", number=True,
                   late=lambda row: row["counts"].overdue)  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "Queues of my teams"
        empty = "You are in no team. An administrator can add you to one."
