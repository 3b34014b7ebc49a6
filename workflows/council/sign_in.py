"""What a profile says about signing in: passwords, the second step, when an account locks or ends."""

from typing import Annotated, Literal

from pydantic import Field

from .tables import Table, Text


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


class SignIn(Table):
    """How people get in."""

    password: PasswordRules
    """What a password must contain."""
    passcode: PasscodeRules
    """The second step, a code of figures."""
    lock_after: Annotated[int, Field(ge=1, le=20)]
    """After so many wrong tries of password or code the account is locked."""
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    """After so many minutes without a click people are signed out."""
