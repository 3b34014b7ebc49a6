"""Rows of work: turns with the names that a list shows, read in one query; and how many there are."""

from dataclasses import replace
from typing import Any

from backoffice.web.words import NOTHING
from workflows.engine import registry, rules, selectors
from workflows.engine.selectors import Narrow
from workflows.parties.actor import Actor
from workflows.parties.selectors import organisation_names

Row = dict[str, Any]


def rows(turns: Any) -> Any:
    """Turns (a queryset or an Across) as plain rows with all that a list shows, in one query."""
    return turns.order_by().values(
        "id",
        "process_id",
        "title",
        "reference",
        "kind",
        "due_at",
        "at_risk_at",
        "not_before",
        "priority",
        "urgency",
        "amount",
        "owner_id",
        "team_id",
        **selectors.names(),
    )


def narrows(by: Narrow, user_id: int) -> dict[str, Narrow]:
    """What each view of a queue is narrowed by, by figure.

    What waits for a later day is in a view of its own and in one's own work; elsewhere it is kept out of sight.
    """
    return {
        "open": by,
        "unclaimed": replace(by, owner="nobody"),
        "at_risk": replace(by, risk="at_risk"),
        "breached": replace(by, risk="breached"),
        "waiting": replace(by, waiting="only"),
        "mine": replace(by, owner=user_id, waiting="show"),
    }


def providers() -> list[tuple[int, str]]:
    """Every provider by name: not those of one list, which would have to be read to its end."""
    return organisation_names()


def kind_words(kind: str) -> str:
    """What a kind of case is called: the first line of its declaration."""
    return str(registry.latest(kind).__doc__).strip()


def kinds_of(actor: Actor) -> list[tuple[str, str]]:
    """The kinds of case that somebody reads, with their words: those that there are, of the ones a profile names."""
    return sorted((kind, kind_words(kind)) for kind in actor.reads & registry.kinds())


def client_words(row: Row) -> str:
    """`Brock, Arthur (4102277)`; a case may be about no client."""
    return f"{row['surname']}, {row['forename']} ({row['ss_ref']})" if row["ss_ref"] else NOTHING


def home_words(row: Row) -> str:
    """The service that it is about, else the organisation."""
    return row["home"] or row["provider_name"] or NOTHING


def stake_words(row: Row) -> str:
    """What the amount is money of, when there is one: of a week, of one period."""
    return registry.latest(row["kind"]).amount_is if row["amount"] is not None else ""


def priority_words(row: Row) -> str:
    """`High` or `At once`; nothing for the usual."""
    return rules.Priority(row["priority"]).words if row["priority"] else ""


def what_words(row: Row) -> str:
    """Kind, reference and, when somebody set one, the priority."""
    words = f"{kind_words(row['kind'])}, {row['reference']}"
    return f"{words}, priority: {priority_words(row).lower()}" if row["priority"] else words


def holder_words(row: Row, user_id: int) -> str:
    """Who has claimed it, for whom they stand in, and the outside team that is to do it; or that a provider has it."""
    if row["team_id"] is None:
        return "The provider"
    name = row["holder"] or "Nobody"
    if row["owner_id"] == user_id:
        name = f"{name} (you)"
    if row["absent"]:
        name = f"{name} for {row['absent']}"
    return f"{name}, waits for {row['outside_team']}" if row["outside_team"] else name
