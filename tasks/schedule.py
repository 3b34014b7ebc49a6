"""What is done regularly. A slot of a job is taken once, by whichever scheduler comes first, and carried by a worker.

A scheduler that was away takes the present slot only: nobody is flooded by what was missed, and what was missed is
seen (`health`), because its slot is not there.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from tasks import cleaning
from tasks.stopping import Rest, Stop
from workflows.actuals import opening
from workflows.contracts import deeming
from workflows.engine import anchors, definitions, folding, outbox, replaying, sweep
from workflows.engine.files import scanning
from workflows.engine.models import Outbox, Slot
from workflows.invoices import opening as invoices
from workflows.payments import opening as payments
from workflows.people import absences, leaving, suspending
from workflows.reports import commands as reports
from workflows.retention import asking as bundles
from workflows.retention import listing as retention
from workflows.search import commands as searches

logger = logging.getLogger(__name__)

#: How often a scheduler looks at the clock, in seconds.
LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """A regular piece of work: how often, and the idempotent function that does it.

    `late_after`: how long after the beginning of a slot it should be finished.
    """

    name: str
    every: timedelta
    function: Callable[[], object]
    late_after: timedelta

    def slot(self, now: datetime) -> datetime:
        """The beginning of the slot that `now` is in (UTC)."""
        since = (now.astimezone(UTC) - EPOCH) // self.every
        return EPOCH + since * self.every


EPOCH = datetime(2000, 1, 1, 2, tzinfo=UTC)  # daily slots begin at two in the morning

JOBS = {
    job.name: job
    for job in (
        Job("sweep", timedelta(minutes=1), sweep.sweep, late_after=timedelta(minutes=5)),
        Job("fold", timedelta(minutes=1), folding.fold, late_after=timedelta(minutes=5)),
        Job("anchor", timedelta(hours=1), anchors.anchor, late_after=timedelta(minutes=30)),
        Job("absences", timedelta(hours=1), absences.move_turns, late_after=timedelta(minutes=30)),
        Job("stranded", timedelta(hours=1), leaving.put_right, late_after=timedelta(minutes=30)),
        Job("scans", timedelta(minutes=15), scanning.retry, late_after=timedelta(minutes=15)),
        Job("searches", timedelta(hours=1), searches.forget, late_after=timedelta(minutes=30)),
        Job("reports", timedelta(hours=1), reports.forget, late_after=timedelta(minutes=30)),
        Job("deem", timedelta(hours=1), deeming.deem_due, late_after=timedelta(minutes=30)),
        Job("actuals", timedelta(hours=1), opening.tend, late_after=timedelta(minutes=30)),
        Job("invoices", timedelta(minutes=5), invoices.open_due, late_after=timedelta(minutes=10)),
        Job("payments", timedelta(hours=1), payments.open_due, late_after=timedelta(minutes=30)),
        Job("payments_changed", timedelta(minutes=1), payments.work_out_changed, late_after=timedelta(minutes=5)),
        Job("suspend", timedelta(days=1), suspending.tend, late_after=timedelta(hours=6)),
        Job("calendar", timedelta(days=1), definitions.refresh, late_after=timedelta(hours=6)),
        Job("check_clocks", timedelta(days=1), replaying.check_daily, late_after=timedelta(hours=6)),
        Job("retention", timedelta(days=1), retention.monthly, late_after=timedelta(hours=6)),
        Job("bundles", timedelta(hours=1), bundles.forget, late_after=timedelta(minutes=30)),
        Job("clean", timedelta(days=1), cleaning.clean, late_after=timedelta(hours=6)),
    )
}


@dataclass(frozen=True, slots=True)
class Health:
    """How a job is doing: when it was last taken and finished, how many slots of the last day nobody took."""

    job: str
    last_taken: datetime | None
    last_finished: datetime | None
    missed: int
    late: bool


def run(stop: Stop) -> None:
    """Take slots as they come until `stop` is set."""
    rest = Rest(stop)
    while not stop.is_set():
        try:
            take_due(timezone.now())
            rest.over()
            stop.wait(LOOK)
        except DatabaseError as error:
            connection.close()
            rest.after("PostgreSQL", error)
    connection.close()


def take_due(now: datetime) -> list[str]:
    """Take the present slot of every job that nobody has taken yet; returns the jobs taken."""
    slots = {name: job.slot(now) for name, job in JOBS.items()}
    known = set(Slot.objects.filter(job__in=slots, slot__in=slots.values()).values_list("job", "slot"))
    return [name for name, slot in slots.items() if (name, slot) not in known and _take(name, slot)]


def run_job(name: str, slot: datetime) -> None:
    """Do a job for a slot and note when it was finished."""
    JOBS[name].function()
    Slot.objects.filter(job=name, slot=slot).update(finished_at=timezone.now())


def health(now: datetime) -> list[Health]:
    """How each job is doing."""
    return [_health(job, now) for job in JOBS.values()]


@transaction.atomic
def _take(name: str, slot: datetime) -> bool:
    """Insert the slot; who inserted it also writes down the work, unless an earlier slot's still waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO engine_slot (job, slot, taken_at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING", [name, slot]
        )
        if cursor.rowcount == 0:
            return False
    waiting = Outbox.objects.filter(topic="job", key__startswith=f"{name}:", done_at=None, parked_at=None)
    if not waiting.exists():
        outbox.put("job", f"{name}:{slot.isoformat()}", {"job": name, "slot": slot.isoformat()})
    return True


def _health(job: Job, now: datetime) -> Health:
    rows = Slot.objects.filter(job=job.name).order_by("-slot")
    last = rows.first()
    finished = rows.exclude(finished_at=None).first()
    day = max(timedelta(days=1), 2 * job.every)
    first = rows.filter(slot__gt=now - day).order_by("slot").first()
    expected = (job.slot(now) - first.slot) // job.every + 1 if first else 0
    taken = rows.filter(slot__gte=first.slot).count() if first else 0
    last_good = finished.slot if finished else None
    return Health(
        job=job.name,
        last_taken=last.slot if last else None,
        last_finished=finished.finished_at if finished else None,
        missed=max(expected - taken, 0),
        late=last_good is None or now - last_good > job.every + job.late_after,
    )
