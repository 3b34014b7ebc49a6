"""The lists of the home page."""

from backoffice.casework import worklist
from backoffice.casework.worklist import client_words, home_words
from backoffice.web.tables import Cell, ListTable
from backoffice.web.words import capped_count, money


class MyWork(ListTable):
    """What the person has claimed."""

    due = Cell("Due", lambda row: row["clock"].words, tag=lambda row: row["clock"].tag,
               late=lambda row: row["clock"].late, bare=True)  # fmt: skip
    what = Cell(
        "What",
        lambda row: row["title"],
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=worklist.what_words,
        name=True,
    )
    who = Cell("Provider and client", home_words, second=client_words)
    stake = Cell("At stake", lambda row: money(row["amount"]),
                 second=worklist.stake_words, number=True)  # fmt: skip

    class Meta(ListTable.Meta):
        caption = "My work, first due first"
        empty = "You have claimed nothing. Claim something from a queue, and it appears here."


def figure_cell(heading: str, figure: str, view: str) -> Cell:
    """A number that opens the view of the queue that it counts; nothing opens where there is nothing."""
    return Cell(
        heading,
        lambda row: capped_count(row["counts"][figure]),
        link=lambda row: f"{row['href']}{view and f'?view={view}'}" if row["counts"][figure] else "",
        more=lambda row: f"{heading.lower()} in {row['name']}",
        late=lambda row: figure == "breached" and row["counts"][figure],
        number=True,
    )


class TeamQueues(ListTable):
    """How much waits in each of the person's teams; each figure opens what it counts."""

    team = Cell("Team", lambda row: row["name"], link=lambda row: row["href"], name=True)
    open = figure_cell("Open", "open", "")
    unclaimed = figure_cell("Unclaimed", "unclaimed", "unclaimed")
    at_risk = figure_cell("At risk", "at_risk", "at_risk")
    breached = figure_cell("Breached", "breached", "breached")
    waiting = figure_cell("Not before", "waiting", "waiting")

    class Meta(ListTable.Meta):
        caption = "Queues of my teams"
        empty = "You are in no team. An administrator can add you to one."


class Unanswerable(ListTable):
    """Documents that nobody at the provider may answer: the helpline's to put right."""

    due = Cell("Due", lambda row: row["clock"].words, tag=lambda row: row["clock"].tag,
               late=lambda row: row["clock"].late, bare=True)  # fmt: skip
    what = Cell("What", lambda row: row["title"], link=lambda row: row["href"], more=lambda row: row["reference"],
                second=worklist.what_words, name=True)  # fmt: skip
    who = Cell("Provider and service", lambda row: row["provider_name"], second=lambda row: row["home"])

    class Meta(ListTable.Meta):
        caption = "What nobody at the provider may answer"
