"""Views of a queue that people keep."""

from django.conf import settings
from django.db import models

from workflows.parties.models import Team


class SavedView(models.Model):
    """A name for a queue's filters: one's own, or a team's. The filters are the page's address, opaque ids only."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="saved_views")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) ^ models.Q(team__isnull=True), name="saved_view_of_one"
            ),
            models.UniqueConstraint(
                fields=["owner", "team", "name"], nulls_distinct=False, name="saved_view_named_once"
            ),
        ]
