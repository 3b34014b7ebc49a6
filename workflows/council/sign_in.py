"""What a profile says about signing in: passwords, the second step, when an account locks or ends, what is accepted."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .tables import Key, Table, Text, unique


class PasswordRules(Table):
    """What a password must contain when it is chosen."""

    min_length: Annotated[int, Field(ge=8, le=64)]
    """The least number of characters."""
    capitals: Annotated[int, Field(ge=0)] = 0
    """How many capital letters at least."""
    letters: Annotated[int, Field(ge=0)] = 0
    """How many letters at least."""
    digits: Annotated[int, Field(ge=0)] = 0
    """How many figures at least."""
    refuse_common: bool = False
    """Whether a password is refused that stands on the list of the 20,000 commonest ones."""
    expires_months: Annotated[int, Field(ge=1, le=60)] | None = None
    """After so many months a new one must be chosen, at the next sign-in; without it, never."""
    advice: Text
    """What is said to whoever chooses one; a blank line begins a new paragraph."""


class PasscodeRules(Table):
    """The second step: `whole` asks for every digit, `positions` for three random ones."""

    mode: Literal["whole", "positions"]
    """`whole` asks for every figure of the code, `positions` for three of them at random."""
    name: Text
    """What the council calls the code."""
    length: Annotated[int, Field(ge=4, le=10)] = 6
    """How many figures it has."""
    longest_run: Annotated[int, Field(ge=1)] = 3
    """Longer runs of ascending or descending figures are refused: with 3, a code with 1234 or 9876."""


class Resets(Table):
    """How somebody who cannot sign in gets a new password or code."""

    by: Literal["link", "helpline"]
    """`link`: by a mail with a link that works once, or by the helpline; `helpline`: by the helpline only."""
    link_minutes: Annotated[int, Field(ge=10, le=1440)] = 60
    """For how many minutes such a link works."""
    questions: Annotated[tuple[Text, ...], Field(min_length=1)]
    """What the helpline asks to know who is on the telephone. Which were answered is recorded, the answers never."""
    answers_needed: Annotated[int, Field(ge=1, le=10)]
    """How many of them must be answered."""

    @model_validator(mode="after")
    def _enough(self) -> "Resets":
        unique(self.questions, "[sign_in.resets] questions")
        if self.answers_needed > len(self.questions):
            raise ValueError(f"answers_needed is {self.answers_needed}, but there are {len(self.questions)} questions")
        return self


class Policy(Table):
    """A text that is accepted at sign-in, once a version."""

    key: Key
    """Its short name; what was accepted is kept by it."""
    title: Text
    """What it is called."""
    version: Annotated[str, Field(min_length=1, max_length=20)]
    """Which version this is; with another one everybody is asked again."""
    text: Text
    """What is accepted; a blank line begins a new paragraph."""


class SignIn(Table):
    """How people get in."""

    password: PasswordRules
    """What a password must contain."""
    passcode: PasscodeRules
    """The second step, a code of figures."""
    resets: Resets
    """How somebody who cannot sign in gets a new password or code."""
    lock_after: Annotated[int, Field(ge=1, le=20)]
    """After so many wrong tries of password or code the account is locked."""
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    """After so many minutes without a click people are signed out."""
    longest_hours: Annotated[int, Field(ge=1, le=12)] = 12
    """After so many hours people are signed out, however busy they are."""
    suspend_after_days: Annotated[int, Field(ge=7, le=730)] | None = None
    """A provider's person who has not signed in for so many days is suspended until the helpline lets them in again;
    without it, never."""
    staff_suspend_after_days: Annotated[int, Field(ge=7, le=730)] | None = None
    """The same for the council's own people, whom an administrator lets in again; the last administrator stays."""
    suspension_warnings: tuple[Annotated[int, Field(ge=1, le=28)], ...] = ()
    """How many days before that they are warned by an e-mail."""
    policies: tuple[Policy, ...] = ()
    """Texts that everybody accepts at sign-in before anything else."""

    @model_validator(mode="after")
    def _whole(self) -> "SignIn":
        unique([each.key for each in self.policies], "[[sign_in.policies]]")
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        ends = [days for days in (self.suspend_after_days, self.staff_suspend_after_days) if days is not None]
        if self.suspension_warnings and not ends:
            yield "suspension_warnings needs suspend_after_days"
        elif self.suspension_warnings and max(self.suspension_warnings) >= min(ends):
            yield f"suspension_warnings must be fewer days than suspend_after_days ({min(ends)})"
