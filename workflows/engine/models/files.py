"""Tables of the files that people send, and of their bytes."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .cases import Case


class StoredFile(models.Model):
    """A file of the database storage: named by its content, so the same bytes are kept once."""

    name = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)


class FileChunk(models.Model):
    """A piece of a stored file."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="chunks")
    seq = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "seq"], name="file_chunk_once")]


class Attachment(models.Model):
    """A file that a person sent. Staged first: theirs alone, wiped after a day; then attached to the record of a room
    that its `kind` names (files.attach). Its bytes are a StoredFile, its name is what the sender called it, made safe.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the virus scan"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation_id = models.BigIntegerField(null=True)  # that the sender acted for
    kind = models.CharField(max_length=60, blank=True, default="")
    owner_id = models.BigIntegerField(null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stream = models.CharField(max_length=60, blank=True, default="")
    file = models.FileField(max_length=200, blank=True, default="")  # empty once refused or erased
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    salt = models.BinaryField()  # of the hash by which the event names the bytes
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    attached_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # by the virus scan
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attached_at__isnull=True, kind="", stream="", owner_id__isnull=True)
                | (
                    models.Q(attached_at__isnull=False, owner_id__isnull=False)
                    & ~models.Q(kind="")
                    & ~models.Q(stream="")
                ),
                name="attachment_staged_or_owned",
            ),
            models.CheckConstraint(
                condition=~models.Q(file="") | models.Q(state="refused") | models.Q(erased_at__isnull=False),
                name="attachment_has_bytes",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "owner_id", "id"], name="attachment_of_owner"),
            models.Index(fields=["stream"], name="attachment_of_stream"),
            models.Index(fields=["file"], name="attachment_of_bytes"),
            models.Index(fields=["created_at"], name="attachment_staged", condition=models.Q(attached_at__isnull=True)),
            models.Index(fields=["created_at"], name="attachment_to_scan", condition=models.Q(state="waiting")),
        ]
