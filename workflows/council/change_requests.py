"""What a profile says about change requests."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Reason, Table, Text, unique
from .targets import ClockTarget

#: The fields of a contact that a council may insist on, and `access`: a security role with its reach.
ContactField = Literal[
    "title",
    "forename",
    "surname",
    "address_1",
    "town",
    "postcode",
    "mobile",
    "telephone",
    "email",
    "portal_email",
    "role",
    "access",
]


class ChangeRequests(Table):
    """Change requests: what a contact must have, how somebody new gets in, clocks, reasons and words.

    `new_user`: the helpline gives a first password by telephone, or a mail brings a link that works once, for
    `link_hours`. `shared_mailboxes` are the first parts of addresses that several people read; one of them is
    refused, or must be confirmed (`shared_mailbox`). A decided request is archived `archive_days` later.
    """

    name: Text
    include_archived: Text
    empty: Text
    contact_needs: frozenset[ContactField]
    new_user: Literal["telephone", "mail"]
    link_hours: Annotated[int, Field(ge=1, le=720)] = 72
    shared_mailbox: Literal["warn", "refuse"]
    shared_mailboxes: frozenset[Annotated[str, Field(pattern=r"^[a-z0-9._-]+$")]]
    decide_within: ClockTarget
    password_within: ClockTarget
    undo_within: ClockTarget
    archive_days: Annotated[int, Field(ge=1, le=3660)]
    reasons: tuple[Reason, ...]

    @model_validator(mode="after")
    def _whole(self) -> "ChangeRequests":
        unique([reason.key for reason in self.reasons], "[[change_requests.reasons]]")
        if not self.reasons:
            raise ValueError("[[change_requests.reasons]] must name at least one reason")
        if not {"forename", "surname"} <= self.contact_needs:
            raise ValueError("contact_needs must name forename and surname")
        return self
