"""What a profile says about signing in: passwords, the second step, when an account locks or ends."""

from typing import Annotated, Literal

from pydantic import Field

from .tables import Table, Text


class PasswordRules(Table):
    """What a password must contain when it is chosen."""

    min_length: Annotated[int, Field(ge=8, le=64)]
    capitals: Annotated[int, Field(ge=0)] = 0
    letters: Annotated[int, Field(ge=0)] = 0
    digits: Annotated[int, Field(ge=0)] = 0


class PasscodeRules(Table):
    """The second step: `whole` asks for every digit, `positions` for three random ones."""

    mode: Literal["whole", "positions"]
    name: Text
    length: Annotated[int, Field(ge=4, le=10)] = 6
    longest_run: Annotated[int, Field(ge=1)] = 3


class SignIn(Table):
    """How people get in."""

    password: PasswordRules
    passcode: PasscodeRules
    lock_after: Annotated[int, Field(ge=1, le=20)]
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
