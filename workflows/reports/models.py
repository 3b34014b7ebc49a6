"""What people chose for a report, for a short while: the address of a report carries a word that says nothing."""

from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(hours=12)
FILE_KEPT_FOR = timedelta(days=1)


def new_token() -> str:
    """A word that nobody can guess."""
    return token_urlsafe(24)


class KeptQuestion(models.Model):
    """What a person chose for a report, for that person (at that provider) alone: numbers and days, no name."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation_id = models.BigIntegerField(null=True)  # the provider for which the person asked
    report = models.CharField(max_length=60)
    chosen = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Report {self.pk}"


class MadeFile(models.Model):
    """A long report as a file, made by a worker for whoever asked, and kept for them for a day.

    `reach` is what the person might read when it was made: who may read something else by now has to ask again.
    """

    class State(models.TextChoices):
        """How far it is."""

        MAKING = "making", "Being made"
        MADE = "made", "Ready"
        FAILED = "failed", "Not made"

    question = models.ForeignKey(KeptQuestion, on_delete=models.CASCADE, related_name="files")
    form = models.CharField(max_length=10)  # of file: xlsx, csv
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    total = models.IntegerField()  # rows when it was asked for
    progress = models.IntegerField(default=0)  # rows that are written
    file = models.FileField(max_length=200, blank=True)
    reach = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "form"], name="made_file_once")]

    def __str__(self) -> str:
        return f"File {self.pk}"
