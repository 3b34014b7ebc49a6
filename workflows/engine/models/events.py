"""Tables of what happened: events and their words, the answers that were given, anchors, and who looked at what."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from .cases import Case


class Event(models.Model):
    """What happened, in order, never changed (a trigger refuses it).

    A stream is one case, one record of the register, or one party. `body` is stored and hashed byte for byte;
    `hash` = HMAC-SHA256(key outside the database, hash before + body). What people wrote is not in it, only the
    salted hash of the content row that holds the words.
    """

    stream = models.CharField(max_length=60)
    seq = models.IntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="events", db_index=False)
    body = models.TextField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_once_in_stream")]


class Content(models.Model):
    """Words, names and files' names that an event refers to; erasing one leaves the chain whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stream = models.CharField(max_length=60, db_index=True)
    label = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    salt = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)


class Receipt(models.Model):
    """That a client's key has had its effect, and what the answer was."""

    key = models.CharField(max_length=100, primary_key=True)
    body_hash = models.BinaryField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)


class Anchor(models.Model):
    """The heads of all streams that changed since the last anchor; insert-only, and also written to a file outside."""

    at = models.DateTimeField(default=timezone.now)
    heads = models.JSONField()  # {stream: [seq, hash]}
    seen_below = models.BigIntegerField(default=0)  # every transaction below this number had ended
    hash = models.BinaryField()


class Access(models.Model):
    """That a person signed in, was refused, looked at a sensitive page or took a file: who, what, when.

    Nobody, where somebody tried to sign in with an address that is not known.
    """

    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    organisation_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="access_of_user"),
            models.Index(fields=["client_id", "-at"], name="access_of_client"),
            models.Index(fields=["-at", "id"], name="access_latest"),
        ]
