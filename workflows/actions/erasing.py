"""What conversations hold of a person: those that are about them as a contact, with their files.

Of a client nothing is to be declared: an action about one lies on its case's own stream, which goes with the client
(engine.erase). What somebody wrote about others stays, as written by nobody who can be named.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.people.erasing import Person, with_person

from .models import Action


@with_person
def erase_conversations(person: Person, _now: datetime) -> Iterable[str]:
    """The streams of the conversations about a person."""
    if person.user is None:
        return ()
    return [f"case:{pk}" for pk in Action.objects.filter(contact=person.user).values_list("pk", flat=True)]
