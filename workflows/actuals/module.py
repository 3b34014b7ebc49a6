"""The council's module of actuals, for whatever needs its rules."""

from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine.errors import NotFound


def module() -> Actuals:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    found = current().actuals
    if found is None:
        raise NotFound
    return found
