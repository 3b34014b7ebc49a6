"""What one unit of another service level costs for a line's provider, for rows that somebody adds."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from workflows.register.models import CarePackageLine, Rate
from workflows.register.rules import Price, Span, amount_on


def level_prices(lines: Sequence[CarePackageLine], levels: Collection[int], day: date) -> dict[int, dict[int, Decimal]]:
    """By line and service level: the narrowest rate in force on a day; in one query, none without a level."""
    if not levels:
        return {}
    rates: dict[tuple[int, int | None, int | None], list[Price]] = defaultdict(list)
    for each in Rate.objects.filter(service_level__in=levels):
        scope = (each.service_level_id, each.organisation_id, each.contract_id)
        rates[scope].append(Price(Span(each.start, each.end), each.amount))
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for line in lines:
        owner = line.service.organisation_id
        for level in levels:
            scopes = ((level, None, line.contract_id), (level, owner, None), (level, None, None))
            amounts = (amount_on(rates[scope], day) for scope in scopes)
            amount = next((each for each in amounts if each is not None), None)
            if amount is not None:
                found[line.pk][level] = amount
    return found
