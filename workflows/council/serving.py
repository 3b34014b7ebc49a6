"""Whether somebody at a provider can do each thing that the council has: a role for every function in use."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .faults import Fault
from .roles import Function

if TYPE_CHECKING:
    from .schema import Council

#: What every council has; modules add theirs.
ALWAYS: tuple[Function, ...] = ("contract_documents", "actions", "contacts", "organisation_details")


def faults(council: "Council") -> Iterator[Fault]:
    """Functions that no role may edit, types of action that nobody may begin, and no role that administers users."""
    if not any(role.administers_users for role in council.roles):
        yield Fault(("roles",), "needs a role with administers_users = true: who else says who may sign in?")
    for function in _in_use(council):
        if not any(function in role.edit for role in council.roles):
            yield Fault(
                ("roles",), f'needs a role that may edit {function}: nobody could do it. Add "{function}" to edit'
            )
    for place, kind in enumerate(council.actions.types):
        able = [role for role in council.roles if "actions" in role.edit and kind.sensitivity in role.sensitivities]
        if "provider" in kind.begun_by and not able:
            said = f"{kind.key} is begun by providers and no role that edits actions reads {kind.sensitivity}"
            yield Fault(("actions", "types", place, "key"), said)


def _in_use(council: "Council") -> Iterator[Function]:
    yield from ALWAYS
    if council.actuals is not None:
        yield "actuals"
    if council.payments is not None and council.payments.review == "confirm":
        yield "scheduled_payments"
