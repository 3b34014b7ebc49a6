"""The lists of publishing."""

from django.urls import reverse

from backoffice.casework.cells import weekly_cell
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_range, date_words, upper_first

RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Done", "green"), "refused": Tag("Not done", "red")}


class Ready(ListTable):
    """Lines that are ready to publish."""

    tick = Tick(lambda row: row.line.pk, more=lambda row: row.line.reference, field="line")
    client = Cell(
        "Client",
        lambda row: str(row.line.client),
        link=lambda row: reverse("council:register_line", args=[row.line.pk]),
        more=lambda row: row.line.reference,
        second=lambda row: f"{row.line.client.ss_ref}, {row.line.reference}",
        name=True,
    )
    service = Cell("Service", lambda row: row.line.service.name, second=lambda row: row.line.service.organisation.name)
    dates = Cell("Dates", lambda row: upper_first(date_range(row.line.start, row.line.end)))
    what = Cell("What will happen", lambda row: row.words)
    cost = weekly_cell("Cost", lambda row: row.weekly)

    class Meta(ListTable.Meta):
        caption = "Lines whose document does not say what they say"
        empty = "Nothing is ready to publish: every line's document says what the line says."


class Chosen(Ready):
    """The same lines, without boxes: what was chosen."""

    class Meta(Ready.Meta):
        exclude = ("tick",)
        caption = "What will happen to each line"


class WithoutRate(ListTable):
    """Lines that cannot be published, because they have no price."""

    client = Cell(
        "Client",
        lambda row: str(row.client),
        link=lambda row: reverse("council:register_line", args=[row.pk]),
        more=lambda row: row.reference,
        second=lambda row: f"{row.client.ss_ref}, {row.reference}",
        name=True,
    )
    service = Cell("Service", lambda row: row.service.name, second=lambda row: row.service.organisation.name)
    dates = Cell("Dates", lambda row: upper_first(date_range(row.start, row.end)))
    why = Cell(
        "Why not",
        lambda row: f"No rate of {row.service_level.name} is in force on {date_words(row.priced_on)}",
        second=lambda _: "Set a rate of the service level, or a price of the line",
    )

    class Meta(ListTable.Meta):
        caption = "Lines that wait for a rate"


class Items(ListTable):
    """What became of each item of a batch."""

    line = Cell(
        "Line",
        lambda row: row["reference"],
        link=lambda row: row["line_href"],
        second=lambda row: row["client"],
        name=True,
    )
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])
    document = Cell("Document", lambda row: row["document"], link=lambda row: row["href"])

    class Meta(ListTable.Meta):
        caption = "What became of each line"
        empty = "There is none of these."


class Batches(ListTable):
    """Past and running bulk publications."""

    begun = Cell(
        "Begun", lambda row: row.when, link=lambda row: row.href, more=lambda row: f"number {row.pk}", name=True
    )
    by = Cell("By", lambda row: row.actor.name)
    total = Cell("Lines", lambda row: f"{row.total:,}", number=True)
    state = TagCell("State", lambda row: Tag("Finished", "green") if row.finished_at else Tag("Running", "blue"))

    class Meta(ListTable.Meta):
        caption = "The last bulk publications"
        empty = "Nothing was published in bulk yet."
