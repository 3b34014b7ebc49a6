"""What sign-in holds of a person: the tries that were counted under their address."""

from collections.abc import Iterable
from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from workflows.people.erasing import Person, with_person

from . import devices


@with_person
def erase_tries(person: Person, _now: datetime) -> Iterable[str]:
    """Forget them."""
    if person.address:
        keys = [person.address, *devices.keys_of(person.address)]
        for log in (AccessAttempt, AccessFailureLog, AccessLog):
            log.objects.filter(username__in=keys).delete()
    return ()
