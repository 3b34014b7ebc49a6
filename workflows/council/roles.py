"""What a profile says about security roles: what a provider's person, or a team, may see and do."""

from typing import Annotated, Literal

from pydantic import Field

from .tables import Key, Table, Text

Function = Literal[
    "contract_documents",
    "care_package_line_items",
    "contacts",
    "organisation_details",
    "reports",
    "actions",
    "scheduled_payments",
    "actuals",
    "invoices",
    "one_off_claims",
]
EVERY_FUNCTION: tuple[Function, ...] = Function.__args__  # type: ignore[attr-defined]
#: What a conversation may be about that not everybody reads (gloucestershire-faq 4: "no financial correspondence").
Sensitivity = Literal["care", "finance", "general"]
EVERY_SENSITIVITY: frozenset[Sensitivity] = frozenset({"care", "finance", "general"})


class Role(Table):
    """A security role of the provider portal: which functions it may edit, which it may only view, and which
    `sensitivities` it reads (all, unless it says fewer)."""

    key: Key
    """Its short name; people keep their role by it."""
    name: Text
    """What the council calls it."""
    number: int
    """Its place in lists; the number that providers know it by."""
    meaning: Annotated[str, Field(max_length=300)] = ""  # in the council's words, where the role is chosen
    """What it is for, in the council's words, where a role is chosen."""
    edit: frozenset[Function] = frozenset()
    """What people with it may read and do."""
    view: frozenset[Function] = frozenset()
    """What they may only read."""
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    """Of conversations that not everybody reads, which they do."""
    administers_users: bool = False
    """Whether they say who else of their organisation may sign in."""
