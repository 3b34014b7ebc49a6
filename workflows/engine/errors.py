"""The refusals that a command or a selector may answer with; pages turn each into words and a status.

Raising one inside the door rolls everything back: a refusal has written nothing.
"""

from collections.abc import Mapping
from datetime import datetime


class Refused(Exception):
    """The rule says no. `reason` is a sentence for the person who asked; `code` is for tests and the story."""

    def __init__(self, reason: str, code: str = "refused") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class NotFound(Refused):
    """What is not yours does not exist."""

    def __init__(self) -> None:
        super().__init__("The page you asked for does not exist.", "not_found")


class Forbidden(Refused):
    """You may see this, and may not do that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "forbidden")


class Busy(Refused):
    """Somebody else has held the lock for longer than people want to wait."""

    def __init__(self) -> None:
        super().__init__("Somebody else is changing this at the moment. Try again in a few seconds.", "busy")


class Invalid(Refused):
    """Fields of the form are wrong: `faults` says what, by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()), "invalid")
        self.faults = dict(faults)


class Stale(Refused):
    """Somebody was faster: who did what, and when."""

    def __init__(self, who: str, what: str, when: datetime | None, case_id: int | None = None) -> None:
        super().__init__("Somebody else was faster, so your answer was not recorded.", "stale")
        self.who = who
        self.what = what
        self.when = when
        self.case_id = case_id


class KeyReused(Refused):
    """A client key came again with other contents: a fault of the sender, never silently another answer."""

    def __init__(self) -> None:
        super().__init__("This form was already sent with other contents. Open the page again.", "key_reused")
