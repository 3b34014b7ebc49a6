"""What the register holds of a client besides the client's own row: line references, and rows of imported files."""

import re
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from workflows.engine.bundles import silent, tells
from workflows.engine.erase import with_client
from workflows.engine.holds import reaches
from workflows.parties.models import Client, Service

from .models import (
    CarePackageLine,
    Contract,
    Contribution,
    ImportRow,
    LineRate,
    LineSuspension,
    LineVisits,
    PaymentHold,
    Rate,
)


@reaches("client")
def lines_of(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the clients' lines."""
    lines = CarePackageLine.objects.filter(client__in=ids).values_list("client", "pk")
    return {(pk, f"line:{line}") for pk, line in lines}


@reaches("provider")
def lines_at(ids: Collection[int]) -> set[tuple[int, str]]:
    """The streams of the lines at a provider's services, and of its contracts."""
    lines = CarePackageLine.objects.filter(service__organisation__in=ids).values_list("service__organisation", "pk")
    contracts = Contract.objects.filter(organisation__in=ids).values_list("organisation", "pk")
    services = Service.objects.filter(organisation__in=ids).values_list("organisation", "pk")
    named = (("line", lines), ("contract", contracts), ("service", services))
    return {(pk, f"{what}:{each}") for what, pairs in named for pk, each in pairs}


@with_client
def erase_register(client: Client, _now: datetime) -> None:
    """Take the client's reference off lines and imported rows; the words on the lines' streams go too.

    A line keeps its figures and days: they are evidence of what was paid, and name nobody.
    """
    lines = list(CarePackageLine.objects.select_for_update(no_key=True).filter(client=client).order_by("pk"))
    named = "|".join(re.escape(text) for text in [client.ss_ref, *(line.reference for line in lines)])
    ImportRow.objects.filter(raw__regex=rf"\y({named})\y").update(raw="", data={}, message="", problem="", issue="")
    for line in lines:
        line.reference = f"erased-{line.pk}"
    CarePackageLine.objects.bulk_update(lines, ["reference"])


tells(CarePackageLine, "client", "lines")
tells(LineRate, "line__client", "line-rates")
tells(LineSuspension, "line__client", "line-suspensions")
tells(LineVisits, "line__client", "planned-visits")
tells(Contribution, "line__client", "contributions")
tells(PaymentHold, "line__client", "payment-holds")
tells(ImportRow, lambda client: Q(raw__regex=rf"\y{re.escape(client.ss_ref)}\y"), "rows-of-imports")
silent("Prices and contracts are of services, not of people.", Contract, Rate)
