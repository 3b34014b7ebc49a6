"""The lists of what is kept: legal holds, what is due to be erased, and what was put together for a client."""

from typing import Any

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import date_words, moment


class Holds(ListTable):
    """Legal holds."""

    number = Cell(
        "Hold",
        lambda row: f"Hold {row.pk}",
        link=lambda row: reverse("council:hold", args=[row.pk]),
        name=True,
        nowrap=True,
    )
    on = Cell("On", lambda row: row.called or "(erased)", second=lambda row: row.note)
    why = Cell("Why", lambda row: row.why.text or "(erased)")
    placed = Cell("Placed", lambda row: moment(row.placed_at), second=lambda row: f"by {row.placed_by.name}")
    lifted = Cell(
        "Lifted",
        lambda row: moment(row.lifted_at) if row.lifted_at else "Stands",
        second=lambda row: f"by {row.lifted_by.name}" if row.lifted_by else "",
    )

    class Meta(ListTable.Meta):
        caption = "Legal holds, the newest first"
        empty = "There is none."


#: What the kinds of record of a profile are called.
KINDS = {
    "clients": "Clients without care",
    "uploaded_files": "Files of cases",
    "people": "People who could sign in",
    "contacts": "Contacts who are gone",
    "access_log": "Access log",
    "recorded_visits": "Recorded visits",
    "imports": "Rows of imported files",
    "notices": "Notices and their e-mails",
    "drafts": "Forms kept over a sign-in",
    "saved_exports": "Reports made as files",
}


def kind_of(rule: Any) -> str:
    """`Cases: action, change request`."""
    cases = ", ".join(each.replace("_", " ") for each in rule.cases)
    return f"Cases: {cases}" if cases else KINDS[rule.what]


def _period(rule: Any) -> str:
    return f"{rule.keep} from the 31 March after" if rule.counted_from == "end_of_financial_year" else rule.keep


class Schedule(ListTable):
    """How long what is kept, with what a list says of it."""

    kind = Cell("What", lambda row: kind_of(row.rule), name=True, link=lambda row: f"?entry={row.number}#things")
    keep = Cell("Kept", lambda row: _period(row.rule), second=lambda row: f"ended before {date_words(row.before)}")
    why = Cell("Why", lambda row: row.rule.why, second=lambda row: row.rule.source or "Our assumption")
    due = Cell("Due", lambda row: f"{row.due:,}", number=True)
    held = Cell("Held", lambda row: f"{row.held:,}", number=True)
    erased = Cell("Erased", lambda row: f"{row.erased:,}", number=True)

    class Meta(ListTable.Meta):
        caption = "How long records are kept"
        empty = "The council's profile says nothing, so nothing is ever due."


STATES = {
    "due": Tag("Due", "orange"),
    "held": Tag("Held", "purple"),
    "erased": Tag("Erased", "grey"),
    "kept": Tag("Not erased", "yellow"),
}


class Due(ListTable):
    """What is on a list."""

    what = Cell(
        "Which",
        lambda row: row.called,
        second=lambda row: "Case" if row.line.rule.cases else KINDS[row.line.rule.what],
        name=True,
    )
    since = Cell("Ended", lambda row: date_words(row.since))
    count = Cell("Records", lambda row: f"{row.count:,}", number=True)
    state = TagCell("State", lambda row: STATES[row.state])
    why = Cell(
        "Why not",
        lambda row: f"Hold {row.hold_id}" if row.hold_id else row.message,
        link=lambda row: reverse("council:hold", args=[row.hold_id]) if row.hold_id else "",
        second=lambda row: f"{row.held:,} kept under a hold" if row.held and not row.hold_id else "",
        more=lambda row: f"keeps {row.called}",
    )

    class Meta(ListTable.Meta):
        caption = "What is on the list"
        empty = "Nothing of this is on the list."


BUNDLES = {
    "making": Tag("Being put together", "blue"),
    "made": Tag("Ready", "green"),
    "failed": Tag("Not made", "red"),
    "gone": Tag("Deleted", "grey"),
}


class Bundles(ListTable):
    """Bundles that were asked for."""

    number = Cell(
        "Bundle",
        lambda row: f"Bundle {row.pk}",
        link=lambda row: reverse("council:bundle", args=[row.pk]),
        name=True,
        nowrap=True,
    )
    client = Cell("Client", lambda row: "(erased)" if row.client.erased_at else f"SSRef {row.client.ss_ref}")
    asked = Cell("Asked for", lambda row: moment(row.asked_at), second=lambda row: f"by {row.asked_by.name}")
    state = TagCell("State", lambda row: BUNDLES[row.state])
    until = Cell("Until", lambda row: moment(row.expires_at) if row.state == "made" else "")

    class Meta(ListTable.Meta):
        caption = "Bundles, the newest first"
        empty = "Nobody has asked for one."


class Contents(ListTable):
    """What is in a bundle."""

    name = Cell("Table", lambda row: f"{row[0]}.csv", name=True)
    rows = Cell("Rows", lambda row: f"{row[1]:,}", number=True)
    review = Cell("To be read first", lambda row: f"{row[2]:,}" if row[2] else "Nothing", number=True)

    class Meta(ListTable.Meta):
        caption = "What is in it"
        empty = "Nothing is held."
