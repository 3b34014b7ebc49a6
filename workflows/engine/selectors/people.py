"""What a person's own pages show: their teams, what they have not seen yet."""

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from workflows.engine.models import Notice
from workflows.parties.actor import Actor
from workflows.parties.models import Team, User


def teams(actor: Actor) -> list[Team]:
    """The person's own teams (for an auditor: every team), by name."""
    every = Team.objects.order_by("name")
    return list(every if "auditor" in actor.duties else every.filter(pk__in=actor.team_ids))


def unread(user_id: int, limit: int = 20) -> list[Notice]:
    """The newest things that a person has not seen yet."""
    return list(
        Notice.objects.filter(user_id=user_id, read_at__isnull=True).select_related("case").order_by("-id")[:limit]
    )


def unread_rows(user_id: int) -> QuerySet[Notice]:
    """What a person has not read yet."""
    return Notice.objects.filter(user=user_id, read_at=None)


def told(user_id: int) -> QuerySet[Notice]:
    """Everything that a person was told, with `seen`; to be ordered by ("seen", "-id"): unread first, newest first."""
    seen = ExpressionWrapper(Q(read_at__isnull=False), output_field=BooleanField())
    return Notice.objects.filter(user_id=user_id).select_related("case").annotate(seen=seen)


def name_of(user_id: int) -> str:
    """A person's name."""
    return User.objects.values_list("name", flat=True).get(pk=user_id)
