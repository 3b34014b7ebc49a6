"""The lists of administration."""

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import listing, moment, upper_first
from workflows.lists import selectors


class People(ListTable):
    """Who may sign in."""

    name = Cell("Name", lambda row: row.name, second=lambda row: row.email, link=lambda row: row.href, name=True)
    where = Cell("Where, and as what", lambda row: row.places)
    seen = Cell("Last sign-in", lambda row: moment(row.last_login) if row.last_login else "Never")
    state = TagCell("State", lambda row: row.state)

    class Meta(ListTable.Meta):
        caption = "People, by name"
        empty = "There is nobody here."


class Teams(ListTable):
    """The council's teams."""

    name = Cell("Team", lambda row: row.team.name, name=True,
                link=lambda row: reverse("council:team", args=[row.team.pk]))  # fmt: skip
    desks = Cell("Does the work of", lambda row: upper_first(listing(row.desks)) or "No desk")
    leads = Cell("Leads", lambda row: listing(row.leads) or "Nobody", late=lambda row: not row.leads)
    members = Cell("Members", lambda row: row.members, number=True, late=lambda row: not row.members)
    open = Cell("Open", lambda row: f"{row.open:,}", number=True)

    class Meta(ListTable.Meta):
        caption = "Teams, by name"
        empty = "The council's profile has no team that works here."


class Members(ListTable):
    """Who is in a team."""

    name = Cell("Name", lambda row: row.user.name, second=lambda row: row.user.email, link=lambda row: row.href,
                name=True)  # fmt: skip
    role = Cell("Here as", lambda row: row.get_role_display())
    claimed = Cell("Claimed", lambda row: f"{row.claimed:,}", number=True)
    state = TagCell("State", lambda row: row.user.state)

    class Meta(ListTable.Meta):
        caption = "Members, by name"
        empty = "Nobody is in this team. Add somebody, or its work is done by nobody."


class Mails(ListTable):
    """E-mails that a demonstration wrote."""

    subject = Cell(
        "Subject",
        lambda row: row.subject,
        link=lambda row: row.href,
        more=lambda row: f"number {row.number}",
        name=True,
    )
    to = Cell("To", lambda row: row.to)
    when = Cell("Sent", lambda row: moment(row.when))

    class Meta(ListTable.Meta):
        caption = "E-mails, the latest first"
        empty = "No e-mail was sent yet. The first follows a published document by some seconds."


#: What sign-in writes, in words.
SIGNING_IN = {
    "sign_in": "Signed in",
    "sign_in.out": "Signed out",
    "sign_in.refused": "Refused: wrong password or digits",
    "sign_in.locked": "Refused and locked: the last try was wrong too",
    "sign_in.suspended": "Refused: access is suspended",
}


def said(what: str) -> str:
    """What was recorded, as far as it has words; the rest as it stands, which is how the log of events calls it."""
    if what in SIGNING_IN:
        return SIGNING_IN[what]
    if what.startswith("refused:"):
        _, verb, code = what.split(":", 2)
        return f"Refused: {verb.replace('_', ' ')} ({code.replace('_', ' ')})"
    return upper_first(what.replace(".", ", ").replace("_", " "))


class AccessLog(ListTable):
    """Who did what, when."""

    at = Cell("When", lambda row: moment(row.at), nowrap=True)
    who = Cell("Who", lambda row: row.user.name if row.user else "An address that is not known",
               second=lambda row: row.acting_for, name=True)  # fmt: skip
    what = Cell(
        "What", lambda row: said(row.what), second=lambda row: f"Number {row.object_id}" if row.object_id else ""
    )
    client = Cell("Client", lambda row: row.ss_ref)

    class Meta(ListTable.Meta):
        caption = "What was recorded, the newest first"
        empty = "Nothing was recorded that fits."


RESULTS = {"waiting": Tag("Waiting"), "done": Tag("Moved", "green"), "refused": Tag("Not moved", "yellow")}


class Moved(ListTable):
    """What became of each open clock when the calendar changed."""

    case = Cell("Case", lambda row: row["case__reference"] or "–", link=lambda row: row["href"], name=True)
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each clock"
        empty = "There is none of these."


SHOWN = {"shown": Tag("Shown now", "green"), "coming": Tag("Comes", "blue"), "over": Tag("Over")}


class Notices(ListTable):
    """Notices and downtimes."""

    title = Cell(
        "Notice",
        lambda row: row.title,
        link=lambda row: reverse("council:notice", args=[row.pk]),
        second=lambda row: row.get_audience_display(),
        name=True,
    )
    state = TagCell("State", lambda row: SHOWN[selectors.shown_now(row)])
    first = Cell("From", lambda row: moment(row.first))
    last = Cell("Until", lambda row: moment(row.ended_at or row.last))
    by = Cell("Written by", lambda row: row.made_by.name)

    class Meta(ListTable.Meta):
        caption = "Notices, the latest first"
        empty = "No notice was written yet."
