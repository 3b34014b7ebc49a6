"""What people chose for a report, for a short while: the address of a report carries a word that says nothing."""

from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(hours=12)


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
