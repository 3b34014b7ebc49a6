"""The table of cases: viewflow's abstract one with our own columns (docs/adr/0003), written by the door alone."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from viewflow.workflow.models import AbstractProcess
from viewflow.workflow.status import PROCESS

from workflows.parties.models import Client, Organisation, Service, Team

from ..fields import FlowField


class Holder(models.TextChoices):
    """Whose turn it is."""

    TEAM = "team", "A council team"
    PROVIDER = "provider", "The provider"
    SYSTEM = "system", "The system"
    NOBODY = "nobody", "Nobody"


class Case(AbstractProcess):
    """One thing that happens, from beginning to end, always held by somebody while it is open.

    `version` is the number of its last event; `head` is that event's hash.
    """

    flow_class: Any = FlowField()
    status = models.CharField(max_length=10, choices=PROCESS.choices, default=PROCESS.NEW)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=30)
    version = models.IntegerField(default=0)
    head = models.BinaryField(default=bytes)
    open_tasks = models.SmallIntegerField(default=0)
    holder = models.CharField(max_length=10, choices=Holder.choices, default=Holder.NOBODY)
    holder_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    holder_since = models.DateTimeField(default=timezone.now)
    # The team that was chosen for this case, where no desk says it: the other end of a conversation.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # What it takes to read it beside its kind: care, finance, general; empty where the kind says it all.
    sensitivity = models.CharField(max_length=10, blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    # Its service's when it began: figures of what happened do not move when a service is put into another group.
    service_group = models.CharField(max_length=40, blank=True, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # pounds a week, or in all

    seed = artifact = parent_task = None
    data: ClassVar[dict[str, Any]] = {}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="NEW") | models.Q(open_tasks__gt=0), name="case_open_is_somebodys_turn"
            ),
            models.CheckConstraint(
                condition=models.Q(holder="team") ^ models.Q(holder_team__isnull=True), name="case_team_holder_has_team"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "state", "-id"], name="case_of_organisation"),
            models.Index(fields=["kind", "state", "-id"], name="case_of_kind"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def coerced(self) -> "Case":
        """Itself: all cases are rows of one table."""
        return self
