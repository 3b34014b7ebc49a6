"""What must hold for people: pure functions."""

import re
from collections.abc import Iterable

from workflows.council.schema import Council

ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
DUTIES = ("administrator", "auditor")


def tidy_address(text: str) -> str:
    """An e-mail address as it is kept: people type capitals either way."""
    return text.strip().lower()


def refusal_of_address(address: str) -> str | None:
    """Why this cannot be somebody's e-mail address, or None."""
    if len(address) > 254 or not ADDRESS.fullmatch(address):
        return "Enter an e-mail address like name@example.com."
    return None


def refusal_of_role(council: Council, role: str) -> str | None:
    """Why a provider's person cannot have this role, or None."""
    if role not in {each.key for each in council.roles}:
        return f"{council.name} has no role {role}."
    return None


def administering_roles(council: Council) -> frozenset[str]:
    """The roles that administer an organisation's users (norfolk-handbook §2, §6)."""
    return frozenset(role.key for role in council.roles if role.administers_users)


def leaves_nobody(administrators: Iterable[int], leaving: int) -> bool:
    """Whether somebody is the last of those who administer."""
    return set(administrators) == {leaving}
