"""The table of turns: viewflow's abstract one with our own columns and far fewer indexes (docs/adr/0003).

It is written by the door alone; the sweep may touch what it marks: at risk, past target, urgency.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from viewflow.workflow.models import AbstractTask
from viewflow.workflow.status import STATUS

from workflows.parties.models import Client, Organisation, Service, Team

from ..fields import NodeField
from .cases import Case
from .clocks import CalendarVersion, ClockDefinition


def without_generic_owner(model: Any) -> Any:
    """Take viewflow's generic foreign key off: setting it to None leaves it among the private fields."""
    model._meta.private_fields = [each for each in model._meta.private_fields if each.name != "owner_permission_obj"]
    model.owner_permission_obj = None
    model._meta._expire_cache()
    return model


def _of_team(name: str, *fields: str, include: Sequence[str] = ("not_before", "owner"), **but: bool) -> models.Index:
    """An index of the open turns of teams, or of those of them that `but` says."""
    which = models.Q(finished__isnull=True, team__isnull=False, **but)
    return models.Index(fields=["team", *fields], name=name, include=include, condition=which)


@without_generic_owner
class Task(AbstractTask):
    """A turn: something that a team, a provider or the system is to do.

    Title, reference, amount and provider are copied in when it opens, so that a queue page reads one table. Each of a
    queue's views and filters has a partial index that is in the order of the list, or small; what else is asked of
    every row of a count stands in the index too (`include`), so that counting reads no rows.
    """

    process = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="task_set")
    flow_task: Any = NodeField()
    flow_task_type = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=STATUS.choices, default=STATUS.NEW)
    created = models.DateTimeField(default=timezone.now)
    predecessor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="leading", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The case's organisation, whoever's turn it is: a queue is narrowed by it.
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    service_group = models.CharField(max_length=40, blank=True, default="")  # the case's
    # The outside team that is to do it, where `team` only keeps it (keeping.py).
    outside = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    node = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    optional = models.BooleanField(default=False)
    outcome = models.CharField(max_length=30, blank=True, default="")  # the verb that ended it
    clock = models.ForeignKey(ClockDefinition, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    not_before = models.DateField(null=True)  # the follow-up date: kept out of sight until then, the clock runs on
    priority = models.SmallIntegerField(default=0)  # 0 usual, 1 high, 2 at once
    urgency = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # what it costs to leave it (urgency.py)
    standing_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at_risk_marked_at = models.DateTimeField(
        null=True
    )  # by the sweep, as breached_at: the tallies count what is marked
    breached_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # when somebody first had it for their own; never taken back
    # By which its working time was measured when it ended.
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    previous = scheduled = external_task_id = None
    owner_permission = owner_permission_content_type = owner_permission_obj_pk = owner_permission_obj = None
    seed = artifact = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=True) | models.Q(organisation__isnull=True),
                name="task_held_by_one_side",
            )
        ]
        indexes = [
            _of_team("task_team_queue", "due_at", "id"),
            _of_team("task_costly_first", "-urgency", "id"),
            # Narrower than the one above, or that one is taken, and all that was claimed at its head is read first.
            _of_team("task_unclaimed", "due_at", "id", include=["not_before"], owner__isnull=True),
            _of_team("task_at_risk", "due_at", "id", at_risk_marked_at__isnull=False, breached_at__isnull=True),
            _of_team(
                "task_at_risk_costly", "-urgency", "id", at_risk_marked_at__isnull=False, breached_at__isnull=True
            ),
            _of_team("task_waiting", "due_at", "id", not_before__isnull=False),
            _of_team("task_by_provider", "provider", "due_at", "id"),
            _of_team("task_by_step", "kind", "node", "due_at", "id"),
            _of_team("task_by_amount", "amount"),
            _of_team("task_by_opening", "created"),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="task_my_work",
                include=["team", "not_before"],
                condition=models.Q(finished__isnull=True, owner__isnull=False),
            ),
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="task_provider_queue",
                condition=models.Q(finished__isnull=True, organisation__isnull=False),
            ),
            models.Index(
                fields=["at_risk_at"],
                name="task_to_risk",
                condition=models.Q(finished__isnull=True, breached_at__isnull=True, at_risk_marked_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="task_to_breach",
                condition=models.Q(finished__isnull=True, breached_at__isnull=True),
            ),
            # Everything that somebody may read, of teams and providers together:
            models.Index(fields=["due_at", "id"], name="task_due_first", condition=models.Q(finished__isnull=True)),
            models.Index(
                fields=["-urgency", "id"], name="task_costly_of_all", condition=models.Q(finished__isnull=True)
            ),
            models.Index(fields=["process", "id"], name="task_of_case"),
        ]

    @property
    def data(self) -> dict[str, Any]:
        """Nothing is kept loose on a task; viewflow assigns an empty dict here."""
        return {}

    @data.setter
    def data(self, value: dict[str, Any]) -> None:
        if value:
            raise ValueError("A task keeps no loose data; add a column.")
