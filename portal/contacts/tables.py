"""The list of contacts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from workflows.people.models import Contact


@dataclass(frozen=True, slots=True)
class Row:
    """A contact with what they may use of the portal, in words."""

    contact: Contact
    access: str


class Contacts(ListTable):
    """The contacts of one page."""

    name = Cell(
        "Name",
        lambda row: str(row.contact),
        name=True,
        link=lambda row: reverse("portal:contact", args=[row.contact.pk]),
        tag=lambda row: Tag("Has left", "grey") if row.contact.gone_at else None,
    )
    role = Cell(
        "Role",
        lambda row: row.contact.role,
        second=lambda row: row.contact.role_for.name if row.contact.role_for else "",
    )
    telephone = Cell("Telephone", lambda row: row.contact.telephone or row.contact.mobile)
    email = Cell("Email", lambda row: row.contact.email)
    access = Cell("Security role", lambda row: row.access)

    class Meta(ListTable.Meta):
        caption = "Contacts"
        empty = "There is no contact yet. Ask for one with New Contact."

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(rows)
