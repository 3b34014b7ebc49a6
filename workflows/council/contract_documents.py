"""What a profile says about contract documents."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Reason, Table, Text
from .targets import ClockTarget


class ContractDocuments(Table):
    """The contract document of a care package line: its names, texts, reasons and clocks."""

    name: Text
    full_name: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")]  # begins the references of documents: ISC-2026-000123
    type_label: Text
    agree_text: Text
    agree_button: Text
    reject_text: Text
    reject_button: Text
    reject_means: Text
    password_to_answer: bool
    signed_copy: Literal["none", "optional"]
    reasons: tuple[Reason, ...]
    respond_within: ClockTarget
    amend_within: ClockTarget
    deemed_accepted_after: ClockTarget | None = None

    @model_validator(mode="after")
    def _reasons(self) -> "ContractDocuments":
        keys = [reason.key for reason in self.reasons]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("reasons must name at least one reason, each key once")
        return self
