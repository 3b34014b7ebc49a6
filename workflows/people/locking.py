"""Whom somebody may change, and the lock on their row."""

from workflows.engine.duties import require_administrator
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.parties.models import User


def locked(actor: Actor, user_id: int) -> User:
    """Lock a person; their kind says who may change them. The system itself, and who was erased, is nobody's."""
    there = User.objects.filter(pk=user_id, erased_at=None).exclude(kind=User.Kind.SYSTEM)
    user = there.select_for_update(no_key=True).first()
    if user is None:
        raise NotFound
    if user.kind == User.Kind.PROVIDER:
        require_helpline(actor)
    else:
        require_administrator(actor)
    return user


def require_helpline(actor: Actor) -> None:
    """Let administrators pass, and the team of the helpline desk (norfolk-handbook §6)."""
    require_administrator(actor, "helpline")
