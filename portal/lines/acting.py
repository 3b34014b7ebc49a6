"""Where a provider begins an action about a line (norfolk-handbook §5 "Submit Action", suffolk-user-guide §6.7)."""

from django.urls import reverse

from workflows.actions import rules
from workflows.actions.rules import Side
from workflows.actions.selectors import FUNCTION
from workflows.actions.switching import switched
from workflows.council.profile import current
from workflows.parties.actor import Actor


def new_action() -> str:
    """The address of a new action."""
    return reverse("portal:action_new")


def notices(line_id: int, service_id: int, actor: Actor) -> list[tuple[str, str]]:
    """(name, address) of each notice that can be given of a line's client: of a death, of a stay away."""
    address = about(line_id, service_id, actor, new_action())
    able = rules.types_for(current().actions, Side.PROVIDER, switched(actor.organisation_id))
    found = [each for each in able if each.notice and actor.sees(each.sensitivity)]
    return [(each.label, f"{address}&type={each.key}") for each in found] if address else []


def notice_type(actor: Actor, kind: str) -> str:
    """The type of action by which this person gives notice of one kind ("death"); empty when there is none."""
    able = rules.types_for(current().actions, Side.PROVIDER, switched(actor.organisation_id))
    return next((each.key for each in able if each.notice == kind and actor.sees(each.sensitivity)), "")


def about(line_id: int, service_id: int, actor: Actor, address: str) -> str:
    """The address of a new action about a line; empty when the person's role lets them submit none there."""
    if not address or not actor.may(FUNCTION, "edit", service_id):
        return ""
    return f"{address}?line={line_id}"
