"""The list of a team's work."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.casework import worklist
from backoffice.casework.worklist import Row, client_words, home_words
from backoffice.web.clock import clock_of
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.words import money

BUTTON = (
    '{} <span class="cc-second cc-second--own"><button type="submit" class="cc-textbutton" name="{}" value="{}">'
    '{}<span class="govuk-visually-hidden"> {}</span></button></span>'
)


class ActCell(Cell):
    """The holder, and the button that claims or releases: the table stands in a form that posts it."""

    def html(self, row: Row) -> SafeString:
        """The holder's name with the button that this person may press."""
        shown = super().html(row)
        if not row["act"]:
            return shown
        return format_html(BUTTON, shown, row["act"], row["id"], row["act"].capitalize(), row["reference"])


class Queue(ListTable):
    """As the picture: what is chosen, when, what, provider and client, money, holder."""

    tick = Tick(lambda row: row["id"], more=lambda row: f"{row['reference']}, {row['title']}", field="task")
    due = Cell(
        "Due",
        lambda row: row["clock"].words,
        tag=lambda row: row["clock"].tag,
        late=lambda row: row["clock"].late,
        bare=True,
    )
    what = Cell(
        "What",
        lambda row: row["title"],
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=worklist.what_words,
        name=True,
    )
    who = Cell("Provider and client", home_words, second=client_words)
    stake = Cell("At stake", lambda row: money(row["amount"]), second=worklist.stake_words, number=True)
    holder = ActCell("Holder", lambda row: row["who"])

    class Meta(ListTable.Meta):
        caption = "Open work"
        empty = (
            "There is nothing here. Work arrives when a provider rejects a contract document, and leaves when it is "
            "done."
        )


class Everything(Queue):
    """Work of every team and provider: whose it is stands under who has claimed it."""

    holder = Cell("Holder", lambda row: row["who"], second=lambda row: row["team_name"])

    class Meta(Queue.Meta):
        caption = "Open work that you may read"
        empty = "Nothing is open: no team and no provider has anything to do."


def prepared(
    items: list[Row], user_id: int, now: datetime, *, members: frozenset[int], leads: frozenset[int], href: Any
) -> list[Row]:
    """Give rows what the table shows: their clock, holder, address, and what this person may do with each.

    `members` and `leads` are the teams that the person is in, and leads.
    """
    for row in items:
        member, lead = row["team_id"] in members, row["team_id"] in leads
        mine, free = row["owner_id"] == user_id, row["owner_id"] is None
        act = "claim" if free and member else "release" if member and (mine or (lead and not free)) else ""
        row |= {
            "clock": clock_of(row, now),
            "who": worklist.holder_words(row, user_id),
            "act": act,
            "href": href(row["process_id"]),
        }
    return items
