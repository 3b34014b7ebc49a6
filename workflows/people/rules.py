"""What must hold for people: pure functions."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

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


def loses_its_last(
    council: Council, before: Iterable[tuple[str, int | None]], after: Iterable[tuple[str, int | None]]
) -> bool:
    """Whether a provider had somebody who administers its people and then has nobody (workflows §2).

    Each is a role and its service; only who has the role at the whole organisation administers it.
    """
    roles = administering_roles(council)
    had, has = ([role for role, service in each if service is None and role in roles] for each in (before, after))
    return bool(had) and not has


def leaves_nobody(administrators: Iterable[int], leaving: int) -> bool:
    """Whether somebody is the last of those who administer."""
    return set(administrators) == {leaving}


def refusal_of_unseen(now: str, seen: str) -> str | None:
    """Why something cannot be replaced by somebody who saw it as `seen`, or None: a colleague was faster."""
    if now != seen:
        return "A colleague has changed this meanwhile. Check what is recorded now, and send it again."
    return None


def months_later(day: datetime, months: int) -> datetime:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def has_expired(chosen_at: datetime, months: int | None, now: datetime) -> bool:
    """Whether a password that was chosen then must be changed (norfolk-handbook §1: after 12 months)."""
    return months is not None and now >= months_later(chosen_at, months)


def warning_due(days_left: int, warnings: Iterable[int]) -> int | None:
    """Which warning a person who is suspended in so many days should have had last; None while it is too early."""
    return min((each for each in warnings if each >= days_left), default=None)


#: The number of the lock under which absences are recorded.
ABSENCES = 20_260_502
LONGEST_ABSENCE = timedelta(days=366)


def refusal_of_days(first: date, last: date, today: date) -> str | None:
    """Why somebody cannot be recorded as away on these days, or None."""
    if last < first:
        return "The last day must not be before the first day."
    if last < today:
        return "The last day must not be in the past."
    if last - first > LONGEST_ABSENCE:
        return "An absence can be a year long at most."
    return None


def refusal_of_substitute(name: str, substitute: str, *, oneself: bool, active: bool, colleague: bool) -> str | None:
    """Why somebody cannot stand in for a person, or None."""
    if oneself:
        return f"{name} cannot stand in for themselves."
    if not active:
        return f"{substitute} does not work here any more."
    if not colleague:
        return f"{substitute} is in none of {name}'s teams."
    return None


def refusal_of_overlap(user: int, substitute: int, others: Iterable[tuple[int, int, date, date]]) -> str | None:
    """Why an absence cannot stand beside others, or None: one at a time for a person, and no loop on any day.

    `others` are the open absences of the same days: (who, substitute, first day, last day), cut to those days.
    """
    rows = list(others)
    if any(each[0] == user for each in rows):
        return "They are recorded as away on some of these days already. End that absence first."
    # A set of days on which the same absences hold begins where one begins; one day of each is enough.
    for day in {each[2] for each in rows}:
        leads_to = {who: then for who, then, first, last in rows if first <= day <= last}
        if _leads_back(user, substitute, leads_to):
            return "The work would come back to where it began, because whoever stands in is away then as well."
    return None


def _leads_back(user: int, substitute: int, leads_to: dict[int, int]) -> bool:
    here, seen = substitute, {substitute}
    while here in leads_to:
        here = leads_to[here]
        if here == user:
            return True
        if here in seen:
            return False
        seen.add(here)
    return False
