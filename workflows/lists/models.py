"""Tables of what an administrator edits while the council runs: lists, closure days and notices.

What happened to each, by whom and why, is told by the events of its stream.
"""

from django.conf import settings
from django.db import models


class Version(models.Model):
    """How often anything here was changed, in one row: who changes something locks it, who has read something asks
    it whether that is still so."""

    number = models.IntegerField(default=0)


class Entry(models.Model):
    """An entry of a running list, by the key that cases keep; it is retired, never deleted."""

    path = models.CharField(max_length=60)  # where the list stands in the profile: contract_documents.reasons
    key = models.CharField(max_length=40)
    words = models.JSONField()  # what it says, by the field of the profile
    place = models.IntegerField()
    own = models.BooleanField(default=False)  # an administrator has made or changed it: no file speaks for it
    retired_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path", "key"], name="list_entry_once")]


class Notice(models.Model):
    """What stands above every page of an audience from one moment to another."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "Everybody, also on the page of signing in"
        SIGNED_IN = "signed_in", "Council staff and providers"
        STAFF = "staff", "Council staff"
        PROVIDERS = "providers", "Providers"
        SIGNED_OUT = "signed_out", "Whoever is about to sign in"

    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    first = models.DateTimeField()  # shown from then on
    last = models.DateTimeField()  # and until then
    down_from = models.DateTimeField(null=True)  # a downtime that is planned: when it begins
    down_until = models.DateTimeField(null=True)  # and ends
    ended_at = models.DateTimeField(null=True)  # taken away before its time
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    client_key = models.CharField(max_length=36, unique=True)  # a form that is sent twice is one notice

    class Meta:
        indexes = [models.Index(fields=["last"], name="notice_shown", condition=models.Q(ended_at__isnull=True))]
