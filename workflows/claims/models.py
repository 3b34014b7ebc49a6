"""One-off claims. Where a claim stands is the state of its case; what was accepted is payments.OneOff of the case.

What people wrote lies in content rows of the case's stream, so that erasing a client takes it along.
"""

from django.db import models
from django.db.models import Q

from workflows.engine.models import Case, Content
from workflows.payments.models import pounds
from workflows.register.models import CarePackageLine


class Claim(models.Model):
    """What a provider claims once: the service (and the client, of a line) is the case's own."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="claim")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, null=True, related_name="claims")
    kind = models.CharField(max_length=40)  # a key of the profile
    on = models.DateField()
    amount = pounds()
    text = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True, default="")  # of a rejection: a key of the profile

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="claim_is_of_something")]
        indexes = [models.Index(fields=["on", "kind"], name="claim_by_day")]
