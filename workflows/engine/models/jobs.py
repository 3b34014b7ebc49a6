"""Tables of what workers are to carry out: what must follow an event, periodic jobs, and changes of many cases."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .cases import Case


class Outbox(models.Model):
    """Something that must follow. PostgreSQL is the truth, Redis only the wake-up (architecture §5)."""

    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="outbox_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(fields=["parked_at"], name="outbox_parked", condition=models.Q(parked_at__isnull=False)),
        ]


class Slot(models.Model):
    """That a periodic job's slot was taken: any number of schedulers is safe, and a missed slot is seen."""

    job = models.CharField(max_length=60)
    slot = models.DateTimeField()
    taken_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="slot_once")]


class Batch(models.Model):
    """Many cases changed by one person's wish, one by one through the door, in a worker."""

    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)


class BatchItem(models.Model):
    """One item of a batch and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        REFUSED = "refused", "Not done"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    target = models.BigIntegerField()
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.WAITING)
    message = models.CharField(max_length=500, blank=True, default="")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "target"], name="batch_item_once")]
        indexes = [models.Index(fields=["batch", "result"], name="batch_item_result")]
