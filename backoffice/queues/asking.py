"""What the address of a queue asks for: filters, one of its views, an order. Opaque ids and days only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal
from urllib.parse import urlencode

from django.http import QueryDict

from workflows.council.profile import current
from workflows.engine.selectors import ORDERS, Narrow

#: The views of a queue: the word in the address, what the tab says, the figure that it counts.
VIEWS = (
    ("", "All open", "open"),
    ("unclaimed", "Unclaimed", "unclaimed"),
    ("at_risk", "At risk", "at_risk"),
    ("breached", "Breached", "breached"),
    ("waiting", "Not before", "waiting"),
    ("mine", "My work", "mine"),
)
FILTERS = ("kind", "provider", "owner", "held_by", "money", "node", "group", "opened_from", "opened_to", "waiting")
NAMES = ("view", "order", *FILTERS)
PROVIDERS = "providers"
MOST_MONEY = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A list of work: which turns, which tab, which order; and what was typed that is no amount."""

    by: Narrow
    view: str = ""
    order: str = "due"
    not_money: str = ""

    @property
    def figure(self) -> str:
        """The figure of the view."""
        return next(figure for view, _, figure in VIEWS if view == self.view)


def asked(
    query: QueryDict, kinds: Collection[str], providers: Collection[int], teams: Collection[int] = frozenset()
) -> Asked:
    """Read an address. What is not known is left out, never an error: an old link shows the list.

    `teams` are those that the list can be narrowed to: none where it is a team's own.
    """
    view, order = query.get("view", ""), query.get("order", "")
    provider, money = number(query.get("provider")), pounds(query.get("money"))
    by = Narrow(
        kinds=tuple(sorted({each for each in query.getlist("kind") if each in kinds})),
        nodes=tuple(each for each in query.getlist("node")[:1] if each.isidentifier() and len(each) <= 40),
        providers=(provider,) if provider in providers and provider is not None else (),
        groups=tuple(each.key for each in current().service_groups if each.key == query.get("group")),
        owner=_owner(query.get("owner", "")),
        held_by=_holder(query.get("held_by", ""), teams),
        waiting="show" if query.get("waiting") == "show" else "hide",
        money=money,
        opened_from=_day(query.get("opened_from")),
        opened_to=_day(query.get("opened_to")),
    )
    known = view if view in {each for each, _, _ in VIEWS} else ""
    typed = query.get("money", "").strip()
    return Asked(by, known, order if order in ORDERS else "due", typed if typed and money is None else "")


def kept(query: QueryDict, **changed: str) -> str:
    """The address of this list with something changed (empty: taken away); the place in it begins anew."""
    pairs = [(name, value) for name in NAMES if name not in changed for value in query.getlist(name) if value]
    pairs += [(name, value) for name, value in changed.items() if value]
    return f"?{urlencode(sorted(pairs, key=lambda pair: NAMES.index(pair[0])))}" if pairs else "?"


def without(query: QueryDict, name: str, value: str) -> str:
    """The address without one value of one filter."""
    pairs = [(each, one) for each in NAMES for one in query.getlist(each) if one and (each, one) != (name, value)]
    return f"?{urlencode(pairs)}"


def unfiltered(by: Narrow) -> bool:
    """Whether nothing but the tab narrows the list."""
    return replace(by, waiting="hide") == Narrow()


def number(text: str | None) -> int | None:
    """An id, when it is one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def pounds(text: str | None) -> Decimal | None:
    """An amount of money as people type it, None when it is none."""
    plain = (text or "").replace("£", "").replace(",", "").replace(" ", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < MOST_MONEY else None


def _owner(text: str) -> int | Literal["nobody"] | None:
    return "nobody" if text == "nobody" else number(text) or None


def _holder(text: str, teams: Collection[int]) -> int | Literal["providers"] | None:
    if text == PROVIDERS and teams:
        return "providers"
    team = number(text)
    return team if team in teams else None


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
