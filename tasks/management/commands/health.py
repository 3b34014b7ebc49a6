"""`manage health`: says whether later work is keeping up; for people and for container health checks."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tasks import schedule
from workflows.engine import definitions
from workflows.engine.parked import waiting
from workflows.lists import reading

#: A message that is due for longer than this means that no relay or no worker runs.
TOO_OLD = timedelta(minutes=10)
#: Bank holidays must be known for longer than this: clocks that begin now reach into that time.
SHORT = timedelta(days=120)


class Command(BaseCommand):
    """Ends with 1 when a job is late, the outbox does not move or bank holidays run out.

    Parked messages are told, and are not a failure.
    """

    help = "Say whether the relay, the workers and the regular jobs are keeping up."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line a job, one for the outbox and one for the calendar."""
        reading.refresh(now=True)
        now = timezone.now()
        late = []
        for job in schedule.health(now):
            self.stdout.write(f"{job.job}: finished {job.last_finished or 'never'}, {job.missed} slot(s) missed")
            late += [job.job] if job.late else []
        outbox = waiting(now)
        self.stdout.write(f"outbox: {outbox.due} due, oldest {outbox.oldest or 'none'}, {outbox.parked} parked")
        if outbox.oldest is not None and now - outbox.oldest > TOO_OLD:
            late.append("outbox")
        known = definitions.known_until()
        self.stdout.write(f"bank holidays: known until {known}")
        if known - now.date() < SHORT:
            late.append("bank holidays (install a newer `holidays` package and load the council again)")
        if late:
            raise CommandError(f"not keeping up: {', '.join(late)}")
