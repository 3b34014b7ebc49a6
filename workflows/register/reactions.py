"""What the register does when a line has changed: it tells the people of the provider who deliver it
(bedford-actuals-guide, Care Package Line Items: "From here you can be notified of and view commissioned care")."""

from collections.abc import Mapping
from typing import Any

from workflows.engine import moment, outbox
from workflows.engine.reactions import reacts_to

from .models import CarePackageLine
from .notices import LINE_STARTED, TOLD
from .recording import LINE_CHANGED
from .rules import is_new_care
from .selectors import FUNCTION


@reacts_to(LINE_CHANGED, name="register.tell_provider")
def tell_provider(payload: Mapping[str, Any], key: str) -> None:
    """Tell who may view the provider's lines there of a new, changed or ended one, by its reference only."""
    kind = TOLD.get(payload["what"])
    line = CarePackageLine.objects.select_related("service").get(pk=payload["line"])
    if kind is None or (kind == LINE_STARTED and not is_new_care(line.start, line.end, moment.today())):
        return
    audience = {
        "organisation": line.service.organisation_id,
        "service": line.service_id,
        "function": FUNCTION,
        "level": "view",
    }
    told = {"kind": kind, "case": None, "reference": line.reference, "figures": {}, "audience": audience}
    outbox.put("notify", key, told)  # `line:12:…`: what the notice leads to (backoffice.web.news)
