"""Tables of who is told: notices, and the rungs of the escalation ladder."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .cases import Case
from .tasks import Task


class Notice(models.Model):
    """That a person is told something: unread until seen, mailed once. References only, never a client's name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=200)
    key = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail_key = models.CharField(max_length=200, blank=True, default="")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["mail_key"], name="notice_to_mail", condition=models.Q(mailed_at__isnull=True)),
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            # counted in the header of every page
            models.Index(fields=["user", "-id"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]


class Rung(models.Model):
    """That a rung of the escalation ladder is to be climbed for a task, and when it was: once, however many schedulers
    run. It is written when the task comes to be at risk or past target, and told when the council works (ladder.py).
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="rungs")
    rung = models.CharField(max_length=60)  # `breached + 1 working day: manager`
    since = models.DateTimeField()  # what the rung counts from: when the task came to be at risk, or was due
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "rung"], name="rung_once")]
        indexes = [
            models.Index(fields=["rung", "since"], name="rung_to_tell", condition=models.Q(told_at__isnull=True))
        ]
