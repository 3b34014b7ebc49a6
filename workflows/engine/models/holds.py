"""The table of legal holds: what must be kept whatever its age, because a court, an inquiry or a complaint may ask."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .events import Content


class LegalHold(models.Model):
    """That nothing about somebody or something may be erased, from when to when, on whose word and why.

    `subject_id` is an id of the table that `about` names; the reasons are words on the hold's own stream.
    """

    class About(models.TextChoices):
        """What a hold is put on."""

        CLIENT = "client", "Client"
        CASE = "case", "Case"
        PROVIDER = "provider", "Provider"
        PERSON = "person", "Person"
        CONTACT = "contact", "Contact"

    about = models.CharField(max_length=10, choices=About.choices)
    subject_id = models.BigIntegerField()
    why = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+", db_index=False)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_why__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False, lifted_why__isnull=False),
                name="legal_hold_lifted_by_somebody",
            )
        ]
        indexes = [
            models.Index(
                fields=["about", "subject_id"], name="legal_hold_standing", condition=models.Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"
