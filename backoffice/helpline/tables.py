"""The helpline's lists."""

from typing import Any

from django.urls import reverse

from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import moment
from workflows.council.profile import current


def _what(row: Any) -> str:
    if row.what == "first":
        return "A first password"
    return "A new password" if row.what == "password" else f"A new {current().sign_in.passcode.name}"


class Waiting(ListTable):
    """Who waits for a call."""

    name = Cell("Name", lambda row: row.user.name, second=lambda row: row.user.email, name=True,
                link=lambda row: reverse("council:helpline_person", args=[row.user_id]))  # fmt: skip
    what = Cell("Needs", _what)
    asked = Cell("Asked", lambda row: moment(row.asked_at))

    class Meta(ListTable.Meta):
        caption = "Who waits to be telephoned, longest first"
        empty = "Nobody waits to be telephoned."


class Found(ListTable):
    """Whom a part of a name found."""

    name = Cell("Name", lambda row: row.name, second=lambda row: row.email, name=True,
                link=lambda row: reverse("council:helpline_person", args=[row.pk]))  # fmt: skip
    where = Cell("Where", lambda row: row.places)
    seen = Cell("Last sign-in", lambda row: moment(row.last_login) if row.last_login else "Never")
    state = TagCell("State", lambda row: row.state)

    class Meta(ListTable.Meta):
        caption = "Found, by name"
        empty = "Nobody is found by that. Try less of the name, or the e-mail address."
