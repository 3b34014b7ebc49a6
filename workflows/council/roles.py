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
#: What a conversation may be about that not everybody reads (gloucestershire-faq 4: "no financial correspondence").
Sensitivity = Literal["care", "finance", "general"]
EVERY_SENSITIVITY: frozenset[Sensitivity] = frozenset({"care", "finance", "general"})


class Role(Table):
    """A security role of the provider portal: which functions it may edit, which it may only view, and which
    `sensitivities` it reads (all, unless it says fewer)."""

    key: Key
    name: Text
    number: int
    meaning: Annotated[str, Field(max_length=300)] = ""  # in the council's words, where the role is chosen
    edit: frozenset[Function] = frozenset()
    view: frozenset[Function] = frozenset()
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    administers_users: bool = False
