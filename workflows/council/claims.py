"""What a profile says about one-off claims: what can be claimed, how late, and why a claim is rejected."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Key, Reason, Table, Text, offered, unique
from .targets import ClockTarget


class ClaimKind(Table):
    """A kind of claim: what it can be about, and whether it needs evidence."""

    key: Key
    """Its short name; claims keep their kind by it."""
    label: Text
    """What people choose, and what stands in the payment."""
    about: frozenset[Literal["line", "service"]] = frozenset({"line", "service"})
    """What it can be about: a care package line, or a service as a whole."""
    evidence: bool = True
    """Whether a file must come with it."""
    hint: Annotated[str, Field(max_length=300)] = ""
    """A line beneath the choice, such as what to attach."""
    retired: bool = False
    """Whether it is no longer offered; claims of it keep it."""


class Claims(Table):
    """One-off claims (norfolk-handbook §2 "One-Off Claims"): amounts outside the plan that a provider asks for.

    What is accepted is paid with the contract's next scheduled payment, so a council with claims has payments.
    """

    name: Text = "One-Off Claims"
    """What the chapter is called."""
    new_button: Text = "New claim"
    """The button that begins one."""
    kinds: Annotated[tuple[ClaimKind, ...], Field(min_length=1)]
    """What can be claimed."""
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    """Why a claim is rejected."""
    within_days: Annotated[int, Field(ge=1, le=1100)] | None = None
    """For how many days after its day something can be claimed; left out, at any time."""
    check_within: ClockTarget | None = None
    """The council's time to accept, query or reject."""
    answer_within: ClockTarget | None = None
    """The provider's time to answer a query."""

    def kind(self, key: str) -> ClaimKind | None:
        """A kind; None when the profile no longer knows it."""
        return next((each for each in self.kinds if each.key == key), None)

    @model_validator(mode="after")
    def _once(self) -> "Claims":
        unique([each.key for each in self.kinds], "[[claims.kinds]]")
        unique([each.key for each in self.reasons], "[[claims.reasons]]")
        if not offered(self.kinds) or not offered(self.reasons):
            raise ValueError("must offer at least one kind and one reason that is not retired")
        for each in self.kinds:
            if not each.about:
                raise ValueError(f"{each.key} must say what it can be about: line, service or both")
        return self
