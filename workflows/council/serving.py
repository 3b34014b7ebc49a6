"""Whether somebody at a provider can do each thing that the council has: a role for every function in use."""

from collections.abc import Iterable, Iterator, Sequence

from .actions import ActionType
from .faults import Fault
from .roles import Function, Role

#: What every council has; modules add theirs.
ALWAYS: tuple[Function, ...] = ("contract_documents", "actions", "contacts", "organisation_details")


def faults(roles: Sequence[Role], types: Iterable[ActionType], modules: Iterable[Function]) -> Iterator[Fault]:
    """Functions that no role may edit, types of action that nobody may begin, and no role that administers users."""
    if not any(role.administers_users for role in roles):
        yield Fault(("roles",), "needs a role with administers_users = true: who else says who may sign in?")
    for function in (*ALWAYS, *modules):
        if not any(function in role.edit for role in roles):
            said = f'needs a role that may edit {function}: nobody could do it. Add "{function}" to edit'
            yield Fault(("roles",), said)
    for place, kind in enumerate(types):
        able = [role for role in roles if "actions" in role.edit and kind.sensitivity in role.sensitivities]
        if "provider" in kind.begun_by and not able:
            said = f"{kind.key} is begun by providers and no role that edits actions reads {kind.sensitivity}"
            yield Fault(("actions", "types", place, "key"), said)
