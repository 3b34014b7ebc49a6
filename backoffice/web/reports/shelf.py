"""All reports that there are, and which of them a person reads."""

from collections.abc import Callable

from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.reports.models import KeptQuestion
from workflows.reports.selectors import FUNCTION

from .commissioned import Commissioned
from .contributions import Contributions
from .exceptions import Exceptions
from .kinds import COUNCIL, PORTAL, Report
from .late import Late
from .orders import Orders
from .pending import Pending

#: In the order of suffolk-user-guide §5; then the council's own.
REPORTS: tuple[Report, ...] = (Commissioned(), Exceptions(), Pending(), Orders(), Late(), Contributions())


def of_question(question: KeptQuestion) -> Report:
    """The report that was asked for; NotFound when there is none of this name."""
    return _found(lambda report: report.key == question.report)


def called(slug: str, side: str) -> Report:
    """The report of an address; NotFound when the council has none of it on this side."""
    return _found(lambda report: report.slug == slug and report.offered(side))


def offered(side: str) -> list[Report]:
    """The reports of the council on a side."""
    return [each for each in REPORTS if each.offered(side)]


def readable(actor: Actor) -> list[Report]:
    """Those that a person reads."""
    if actor.is_provider:
        return offered(PORTAL) if actor.may(FUNCTION) else []
    return [each for each in offered(COUNCIL) if each.reads in actor.reads]


def _found(is_it: Callable[[Report], bool]) -> Report:
    found = next((each for each in REPORTS if is_it(each)), None)
    if found is None:
        raise NotFound
    return found
