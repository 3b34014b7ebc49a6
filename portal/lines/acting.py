"""Where a provider begins an action about a line (norfolk-handbook §5 "Submit Action", suffolk-user-guide §6.7)."""

from django.urls import NoReverseMatch, reverse

from workflows.parties.actor import Actor

FUNCTION = "actions"


def new_action() -> str:
    """The address of a new action; empty while this portal has none, so that no page shows a link to nowhere."""
    try:
        return reverse("portal:action_new")
    except NoReverseMatch:
        return ""


def about(line_id: int, service_id: int, actor: Actor, address: str) -> str:
    """The address of a new action about a line; empty when the person's role lets them submit none there."""
    if not address or not actor.may(FUNCTION, "edit", service_id):
        return ""
    return f"{address}?line={line_id}"
