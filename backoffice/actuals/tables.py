"""The lists of actuals."""

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_words, moment, money, plural, weekday_date

RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Accepted", "green"), "refused": Tag("Not accepted", "red")}


class _Weeks(ListTable):
    """What every list of weeks begins with."""

    week = Cell(
        "Week beginning",
        lambda row: date_words(row["week"]),
        link=lambda row: row["href"],
        more=lambda row: f"{row['place']}, {row['reference']}",
        second=lambda row: row["reference"],
        name=True,
    )
    provider = Cell("Provider", lambda row: row["organisation"], second=lambda row: row["where"])


class ToCheck(_Weeks):
    """Weeks that await the check, the oldest first."""

    tick = Tick(lambda row: row["case_id"], more=lambda row: f"{row['reference']}", field="week")
    look = Cell(
        "Needs a look",
        lambda row: plural(row["figures"].exceptions, "line") if row["figures"].exceptions else "None",
        second=lambda row: f"{row['figures'].clean:,} as planned",
    )
    at_stake = Cell("At stake", lambda row: money(row["figures"].at_stake), number=True)
    payable = Cell("Will be paid", lambda row: money(row["figures"].payable), number=True)
    due = Cell(
        "Due",
        lambda row: row["clock"].words,
        tag=lambda row: row["clock"].tag,
        late=lambda row: row["clock"].late,
        second=lambda row: row["owner"],
    )

    class Meta(ListTable.Meta):
        caption = "Weeks that await the check, the oldest first"
        empty = "No week that matches awaits the check. Weeks appear here when a provider submits them."
        sequence = ("tick", "week", "provider", "look", "at_stake", "payable", "due")


class Late(_Weeks):
    """Weeks that were not submitted although their cut-off has passed."""

    due = Cell("Was due", lambda row: moment(row["cut_off"]), tag=lambda _: Tag("Late", "red"))
    whose = Cell("Whose turn", lambda row: row["organisation"], second=lambda _: "the provider")
    planned = Cell("Planned, not paid", lambda row: money(row["figures"].planned), number=True)

    class Meta(ListTable.Meta):
        caption = "Weeks that were not submitted by their cut-off, the oldest first"
        empty = "Every week whose cut-off has passed was submitted."


class Grouped(ListTable):
    """What needs a person, by provider."""

    name = Cell("Provider", lambda row: row["name"], link=lambda row: row["href"], name=True)
    lines = Cell("Lines", lambda row: f"{row['lines']:,}", second=lambda row: plural(row["weeks"], "week"), number=True)
    unpaid = Cell("Will not be paid", lambda row: money(row["unpaid"]), number=True)
    at_stake = Cell("At stake", lambda row: money(row["at_stake"]), number=True)

    class Meta(ListTable.Meta):
        caption = "Needs a look, by provider"
        show_caption = True
        empty = "No line needs a look."


class Caused(ListTable):
    """What needs a person, by cause."""

    name = Cell("Cause", lambda row: row["name"], name=True)
    lines = Cell("Lines", lambda row: f"{row['lines']:,}", number=True)
    unpaid = Cell("Will not be paid", lambda row: money(row["unpaid"]), number=True)
    at_stake = Cell("At stake", lambda row: money(row["at_stake"]), number=True)

    class Meta(ListTable.Meta):
        caption = "Needs a look, by cause"
        show_caption = True
        empty = "No line needs a look."


class Preview(_Weeks):
    """What would be accepted of each week."""

    accepted = Cell("Accepted", lambda row: plural(row["figures"].clean, "line"), number=True)
    payable = Cell("Will be paid", lambda row: money(row["figures"].clean_payable), number=True)
    left = Cell(
        "Stays to be checked",
        lambda row: plural(row["figures"].exceptions, "line") if row["figures"].exceptions else "Nothing",
        second=lambda row: f"{money(row['figures'].at_stake)} at stake" if row["figures"].exceptions else "",
        number=True,
    )

    class Meta(ListTable.Meta):
        caption = "What will be accepted of each week"


class Items(ListTable):
    """What became of each week of a batch."""

    week = Cell(
        "Week",
        lambda row: row["reference"] or "A week that you may not open",
        link=lambda row: row["href"],
        second=lambda row: date_words(row["week"]) if row["week"] else "",
        name=True,
    )
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each week"
        empty = "There is none of these."


class Decisions(ListTable):
    """What absences have set going."""

    what = Cell(
        "What",
        lambda row: row["title"],
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=lambda row: row["reference"],
        name=True,
    )
    line = Cell(
        "Care package line",
        lambda row: row["line_reference"],
        second=lambda row: f"{row['organisation']}, {row['cause']}",
    )
    since = Cell("Since", lambda row: f"week of {date_words(row['since'])}")
    who = Cell("Team", lambda row: row["team_name"] or "Nobody", tag=lambda row: row["tag"])
    due = Cell(
        "Due",
        lambda row: row["clock"].words,
        tag=lambda row: row["clock"].tag,
        late=lambda row: row["clock"].late,
        second=lambda row: f"Follow up on {weekday_date(row['not_before'])}" if row["not_before"] else "",
    )

    class Meta(ListTable.Meta):
        caption = "Decisions about care, the newest first"
        empty = "Nothing is asked for. What an absence sets going appears here by itself."
