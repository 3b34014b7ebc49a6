"""What a profile says about contract documents."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Reason, Table, Text, offered
from .targets import ClockTarget


class ContractDocuments(Table):
    """The contract document of a care package line: its names, texts, reasons and clocks."""

    name: Text
    """The short name of the document, such as ISO."""
    full_name: Text
    """The name in full."""
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")]  # begins the references of documents: ISC-2026-000123
    """The letters with which its references begin."""
    type_label: Text
    """What stands in the column Document Type."""
    agree_text: Text
    """What a person declares by agreeing."""
    agree_button: Text
    """The button for it."""
    reject_text: Text
    """What a person declares by rejecting."""
    reject_button: Text
    """The button for it."""
    reject_means: Text
    """What rejecting is for, and what it is not for."""
    password_to_answer: bool
    """Whether the password is asked again."""
    signed_copy: Literal["none", "optional"]
    """Whether a signed paper copy can be attached."""
    reasons: tuple[Reason, ...]
    """The reasons from which one is chosen to reject."""
    respond_within: ClockTarget
    """The provider's time to answer."""
    amend_within: ClockTarget
    """The brokerage's time to put a rejected document right."""
    deemed_accepted_after: ClockTarget | None = None
    """After how long without an answer a document counts as accepted; left out, it never does."""

    @model_validator(mode="after")
    def _reasons(self) -> "ContractDocuments":
        keys = [reason.key for reason in self.reasons]
        if not offered(self.reasons) or len(set(keys)) != len(keys):
            raise ValueError("reasons must name at least one reason that is not retired, each key once")
        return self
