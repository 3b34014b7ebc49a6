"""What of payments hangs on the profile."""

from collections.abc import Iterator

from workflows.council.payments import PaymentCalendar
from workflows.council.schema import Council
from workflows.engine.stranding import gone, strands

from .models import PaymentMethod, ScheduledPayment


@strands
def calendars(council: Council) -> Iterator[str]:
    """Calendars by which contracts are paid, and periods that are not finalised and would no longer be any."""
    known = council.payments.calendars if council.payments else ()
    but = "{count} payment methods of contracts use it; keep it, or give the contracts another first"
    yield from gone("the payment calendar", PaymentMethod.objects.all(), "calendar", [each.key for each in known], but)
    for each in known:
        yield from _moved(each)


def _moved(calendar: PaymentCalendar) -> Iterator[str]:
    payments = ScheduledPayment.objects.filter(calendar=calendar.key, finalised_at=None)
    firsts = payments.values_list("first", "last").order_by("first").distinct()
    other = [
        first
        for first, last in firsts
        if (first - calendar.anchor).days % calendar.days or (last - first).days + 1 != calendar.days
    ]
    if other:
        yield (
            f"- the payment calendar {calendar.key} has other periods, but {len(other)} of the old ones are open, such"
            f" as that of {other[0]:%d/%m/%Y}; finalise them first, or begin a calendar of another name"
        )
