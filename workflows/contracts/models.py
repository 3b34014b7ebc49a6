"""Contract documents and their versions. The state of a document is the state of its case.

A published version never changes: a trigger refuses it (migration 0002), save for its answer and for erasure.
"""

from django.conf import settings
from django.db import models

from workflows.engine.models import Case, Content
from workflows.register.models import CarePackageLine

from .rules import Occasion


class ContractDocument(models.Model):
    """One document: a line on one occasion. At most one of a line awaits an answer or an amendment."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="document")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="documents")
    occasion = models.CharField(max_length=10, choices=[(each, each.title()) for each in Occasion])
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="next")
    version = models.IntegerField(default=1)  # the number of the latest version
    line_version = models.IntegerField()  # of the line when that version was made
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(open=True), name="document_open_once_a_line")
        ]


class DocumentVersion(models.Model):
    """What was published, frozen: figures, text, PDF and its SHA-256; and how it was answered."""

    class Answer(models.TextChoices):
        AGREED = "agreed", "Accepted"
        REJECTED = "rejected", "Rejected"
        DEEMED = "deemed", "Accepted (no answer in time)"
        TERMINATED = "terminated", "Terminated"
        SUPERSEDED = "superseded", "Superseded"

    document = models.ForeignKey(ContractDocument, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    figures = models.JSONField()
    weekly = models.DecimalField(max_digits=12, decimal_places=2)
    pdf = models.FileField(max_length=200)
    pdf_size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    explanation = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True, default="")
    words = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]
