"""What a profile says about change requests."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Reason, Table, Text, offered, unique
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
    """What the chapter is called."""
    include_archived: Text
    """The words of the tick box that shows old requests too."""
    empty: Text
    """What is said when there are none."""
    contact_needs: frozenset[ContactField]
    """What must be given for a new contact."""
    new_user: Literal["telephone", "mail"]
    """How somebody new gets in: the helpline gives a first password by `telephone`, or a `mail` brings a link that
    works once."""
    link_hours: Annotated[int, Field(ge=1, le=720)] = 72
    """For how many hours that link works."""
    shared_mailbox: Literal["warn", "refuse"]
    """Whether an address that several people read must be confirmed (`warn`) or is refused."""
    shared_mailboxes: frozenset[Annotated[str, Field(pattern=r"^[a-z0-9._-]+$")]]
    """First parts of addresses that several people read, such as info or office."""
    preferred_mail: frozenset[Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$")]] = frozenset()
    """Where the addresses end that are preferred, such as nhs.net: any other is taken, and the helpline is told so."""
    decide_within: ClockTarget
    """The council's time to decide."""
    password_within: ClockTarget
    """The helpline's time to telephone a first password."""
    undo_within: ClockTarget
    """For how long an applied change can be taken back."""
    archive_days: Annotated[int, Field(ge=1, le=3660)]
    """After how many days a decided request is archived."""
    reasons: tuple[Reason, ...]
    """The reasons from which one is chosen to reject."""

    @model_validator(mode="after")
    def _whole(self) -> "ChangeRequests":
        unique([reason.key for reason in self.reasons], "[[change_requests.reasons]]")
        if not offered(self.reasons):
            raise ValueError("[[change_requests.reasons]] must name at least one reason that is not retired")
        if not {"forename", "surname"} <= self.contact_needs:
            raise ValueError("contact_needs must name forename and surname")
        return self
