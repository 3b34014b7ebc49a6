"""The tables of the council's pages of disputes."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from backoffice.web import disputed
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable, Tick
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_words, money, plural
from workflows.disputes.models import DisputedRow
from workflows.register.rules import plain

Row = dict[str, Any]
RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Done", "green"), "refused": Tag("Not done", "red")}
WILL, WILL_NOT = Tag("It will be decided", "green"), Tag("Stays as it is", "red")


class Groups(ListTable):
    """What awaits a decision, by provider and cause."""

    provider = Cell("Provider", lambda row: row["provider"], name=True,
                    second=lambda row: disputed.cause_words(row["causes"]))  # fmt: skip
    rows = Cell("Rows", lambda row: f"{row['rows']:,}", second=lambda row: plural(row["disputes"], "dispute"),
                number=True)  # fmt: skip
    at_stake = Cell("In dispute", lambda row: money(row["at_stake"]), number=True)
    claimed = Cell("All as claimed", lambda row: money(row["claimed"]), number=True)
    planned = Cell("All as planned", lambda row: money(row["planned"]), number=True)
    amended = Cell(
        "Amended",
        lambda row: money(row["amended"]) if row["with_amended"] else "None",
        second=lambda row: plural(row["with_amended"], "row") if row["with_amended"] else "",
        number=True,
    )
    decide = Cell(
        "Decision",
        lambda _: "Decide many",
        link=lambda row: f"{reverse('council:disputes_decide')}?{urlencode(_asked(row))}",
        more=lambda row: f"of {row['provider']}, {disputed.cause_words(row['causes'])}",
        nowrap=True,
    )

    class Meta(ListTable.Meta):
        caption = "Disputes that await a decision, by provider and cause"
        empty = "Nothing awaits a decision. Disputes come here when providers have answered them."


def _asked(row: Row) -> dict[str, str]:
    return {"provider": str(row["dispute__case__organisation_id"]), "causes": ",".join(row["causes"])}


class Weeks(ListTable):
    """Weeks with lines that differ as the council disputes it."""

    week = Cell(
        "Week",
        lambda row: row["reference"],
        name=True,
        second=lambda row: f"week of {date_words(row['week'])}",
    )
    provider = Cell("Provider", lambda row: row["provider"], second=lambda row: row["service"])
    lines = Cell("Lines", lambda row: f"{row['lines']:,}", number=True)
    stake = Cell("At stake", lambda row: money(row["stake"]), number=True)
    dispute = Cell(
        "Dispute",
        lambda _: "Dispute lines",
        link=lambda row: reverse("council:dispute_raise", args=[row["case_id"]]),
        more=lambda row: f"of {row['reference']}",
        nowrap=True,
    )

    class Meta(ListTable.Meta):
        caption = "Submitted weeks with lines that can be disputed, the most money first"
        empty = "No submitted week has lines that the council's rule disputes."


class Chosen(ListTable):
    """The rows of a group, to be ticked."""

    tick = Tick(lambda row: str(row.pk), more=disputed.person, field="rows")
    client = Cell("Client", disputed.person, name=True,
                  second=lambda row: f"week of {date_words(row.dispute.week.week)}")  # fmt: skip
    dispute = Cell(
        "Dispute",
        lambda row: row.dispute.case.reference,
        link=lambda row: reverse("council:case", args=[row.dispute_id]),
        more=disputed.person,
        nowrap=True,
    )
    claimed = Cell("Claimed", lambda row: plain(row.claimed), second=lambda row: money(row.claimed_cost), number=True)
    planned = Cell("Planned", lambda row: plain(row.planned), second=lambda row: money(row.planned_cost), number=True)
    amended = Cell(
        "Amended",
        lambda row: plain(row.amended_units) if row.amended_units is not None else "",
        second=lambda row: money(row.amended_cost) if row.amended_cost is not None else "",
        number=True,
    )
    at_stake = Cell("In dispute", lambda row: money(row.at_stake), number=True)

    class Meta(ListTable.Meta):
        caption = "Rows that await a decision"
        empty = "None of these awaits a decision any more."


class Preview(ListTable):
    """What will be paid of each row."""

    client = Cell("Client", lambda each: disputed.person(each.row), name=True,
                  second=lambda each: each.row.dispute.case.reference)  # fmt: skip
    will = TagCell("What will happen", lambda each: WILL_NOT if each.why else WILL)
    now = Cell("Payable now", lambda each: money(each.row.payable_cost), number=True)
    then = Cell("Payable then", lambda each: money(each.pays) if each.pays is not None else "", number=True)
    why = Cell("Why not", lambda each: each.why)

    class Meta(ListTable.Meta):
        caption = "What will be paid of each row"


class Items(ListTable):
    """What became of each dispute of a batch."""

    dispute = Cell("Dispute", lambda row: row["reference"], name=True, link=lambda row: row["href"],
                   second=lambda row: row["provider"])  # fmt: skip
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each dispute"
        empty = "There is none of these."


class Listed(ListTable):
    """Disputed rows of all providers."""

    client = Cell("Client", disputed.client_of, name=True,
                  second=lambda row: f"week of {date_words(row['week'])}")  # fmt: skip
    dispute = Cell(
        "Dispute",
        lambda row: row["reference"],
        link=lambda row: reverse("council:case", args=[row["case_id"]]),
        more=disputed.client_of,
        second=lambda row: row["organisation"],
    )
    cause = Cell("Cause", lambda row: disputed.cause_words(row["causes"]))
    at_stake = Cell("In dispute", lambda row: money(row["at_stake"]), number=True,
                    second=lambda row: f"{money(row['payable_cost'])} is not")  # fmt: skip
    status = Cell("Status", disputed.outcome, tag=disputed.status_words, nowrap=True)
    holder = Cell("Who has it", disputed.who_has, second=disputed.since)
    due = Cell("Due", lambda row: date_words(row["due_at"]), nowrap=True)

    class Meta(ListTable.Meta):
        caption = "All disputed actuals, those disputed last first"
        empty = "There are no disputes like this."


class Differing(ListTable):
    """Lines of a week that can be disputed, to be ticked."""

    tick = Tick(lambda row: str(row.pk), more=lambda row: str(row.line.client), field="lines",
                ticked=lambda row: row.ticked)  # fmt: skip
    client = Cell("Client", lambda row: str(row.line.client), name=True,
                  second=lambda row: row.line.service_level.name)  # fmt: skip
    rule = TagCell("By the council's rule", lambda row: _rule(row.disputable))
    cause = Cell("Cause", lambda row: disputed.cause_words(row.causes))
    planned = Cell("Planned", lambda row: plain(row.planned), second=lambda row: money(row.planned_cost), number=True)
    claimed = Cell("Claimed", lambda row: plain(row.delivered), number=True)
    at_stake = Cell("At stake", lambda row: money(row.at_stake), number=True)

    class Meta(ListTable.Meta):
        caption = "Lines that differ from what was planned"
        empty = "No line that was submitted differs from what was planned, or all that do are disputed already."

    def __init__(self, rows: Sequence[Any], *, ticked: Collection[int]) -> None:
        for each in rows:
            each.ticked = each.pk in ticked
        super().__init__(rows)


def _rule(disputable: bool) -> Tag:
    return Tag("To be disputed", "yellow") if disputable else Tag("Only differs", "grey")


def pays(row: DisputedRow, way: str) -> Decimal | None:
    """What a decision would make payable of a row; None where it cannot be decided so."""
    return {
        "pay_as_claimed": row.claimed_cost,
        "pay_as_planned": row.planned_cost,
        "pay_as_amended": row.amended_cost,
        "ask_again": row.payable_cost,  # what is not in dispute stays payable, and nothing else is yet
    }.get(way)
