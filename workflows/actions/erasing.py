"""What conversations hold of a person: those that are about them as a contact, with their files.

Of a client nothing is to be declared: an action about one lies on its case's own stream, which goes with the client
(engine.erase). What somebody wrote about others stays, as written by nobody who can be named.
"""

from collections.abc import Collection

from workflows.engine.bundles import tells
from workflows.engine.holds import reaches

from .models import (
    Action,
    Post,
)


@reaches("person")
def conversations_about(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the conversations about people."""
    about = Action.objects.filter(contact__in=ids).values_list("contact", "pk")
    return {(pk, f"case:{case}") for pk, case in about}


tells(Action, "case__client", "actions")
tells(Post, "action__case__client", "action-posts")
