"""Where a provider asks for a service to be unsuspended (bedford-actuals-guide "Actuals")."""

from workflows.actions import rules
from workflows.actions.rules import Side
from workflows.actuals.selectors import Line
from workflows.council.profile import current
from workflows.parties.actor import Actor

from ..lines.acting import about, new_action

UNSUSPEND = "unsuspend"


def unsuspending(actor: Actor, line: Line) -> str:
    """The address of an action about a suspended line, of the council's own type for that where it has one."""
    address = about(line.week.line_id, line.week.line.service_id, actor, new_action())
    able = {each.key for each in rules.types_for(current().actions, Side.PROVIDER)}
    return f"{address}&type={UNSUSPEND}" if address and UNSUSPEND in able else address
