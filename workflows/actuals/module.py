"""The council's module of actuals, for whatever needs its rules."""

from workflows.council.actuals import Actuals
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import NotFound


def module() -> Actuals:
    """The council's module; NotFound where it has none: what is not there does not exist."""
    found = current().actuals
    if found is None:
        raise NotFound
    return found


def takes_files() -> bool:
    """Whether weeks go out and come in as files today (suffolk-user-guide §2: "unavailable from day one")."""
    found = current().actuals
    return found is not None and found.files_from is not None and found.files_from <= moment.today()


def with_files() -> Actuals:
    """The council's module where weeks go out and come in as files; NotFound where (or as long as) they do not."""
    if not takes_files():
        raise NotFound
    return module()
