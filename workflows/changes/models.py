"""Change requests and their fields. The state of a request is the state of its case."""

from django.conf import settings
from django.db import models

from workflows.engine.models import Case, Content
from workflows.people.models import Contact

from .rules import NAMES


class ChangeRequest(models.Model):
    """One submission about one record: the case's organisation, its service, or a contact.

    `same` is what tells a second submission of the same; `responded_at` is when it was last answered, by which the
    provider's list is in order ("the latest response at the bottom": bedford-actuals-guide).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="change_request")
    what = models.CharField(max_length=20, choices=[(str(each), name) for each, name in NAMES.items()])
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="requests")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField(default=True)
    same = models.CharField(max_length=64)
    responded_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True, default="")
    words = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    has_left = models.BooleanField(default=False)  # of a removal: they have left the provider
    undo_until = models.DateTimeField(null=True)  # of a removal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["same"], condition=models.Q(open=True), name="change_request_asked_once")
        ]
        indexes = [models.Index(fields=["responded_at", "case"], name="change_request_in_order")]


class ChangeField(models.Model):
    """One field of a request: what it was when it was asked, what is wanted, and what was decided about it."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="fields")
    place = models.SmallIntegerField()
    field = models.CharField(max_length=20)
    old = models.TextField(blank=True)
    wanted = models.TextField(blank=True)
    found = models.TextField(blank=True, default="")  # what was recorded when it was decided
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "field"], name="change_field_once")]
        ordering = ["place"]
