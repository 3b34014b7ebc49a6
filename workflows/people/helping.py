"""What the helpline does for somebody who cannot sign in, or must not any more. Each act is recorded, with how it was
made sure who is on the telephone: which questions were answered, never the answers.

For a provider's people it is the helpline desk's; for the council's own the administrators' (as all verbs on people).
"""

from collections.abc import Sequence
from typing import Literal

from workflows.council.profile import current
from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.engine.records import checked_words, tell
from workflows.parties.actor import Actor
from workflows.parties.models import User

from . import authenticators, commands, sessions
from .locking import locked
from .models import HelpAsked
from .resets import TOPIC
from .secrets import secret_changed

Act = Literal["password", "password_link", "passcode_link", "passcode", "authenticator", "unlock", "reinstate", "end"]


@command
def give_password(*, actor: Actor, user_id: int, answered: Sequence[str], password: str) -> User:
    """Set a password that is read out once and must be changed; whatever was chosen before works no more."""
    user = _helped(actor, user_id, "password", answered)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    sessions.end([user.pk])
    secret_changed(user_id=user.pk, what="password", called="password", by=actor.user_id)
    return user


@command
def send_link(*, actor: Actor, user_id: int, answered: Sequence[str], what: Literal["password", "passcode"]) -> User:
    """Mail a link that lets the person choose a new password, or a new passcode."""
    user = _helped(actor, user_id, f"{what}_link", answered)
    key = f"{TOPIC}:{user.pk}:{what}:by:{actor.user_id}:{moment.now().isoformat()}"
    outbox.put(TOPIC, key, {"user": user.pk, "what": what, "how": "link", "by": actor.user_id})
    return user


@command
def take_passcode(*, actor: Actor, user_id: int, answered: Sequence[str]) -> User:
    """Take the passcode away: the person chooses another at the next sign-in, with the password that they have."""
    user = _helped(actor, user_id, "passcode", answered)
    user.passcode = user.passcode_asked = ""
    user.save(update_fields=["passcode", "passcode_asked"])
    name = current().sign_in.passcode.name
    secret_changed(user_id=user.pk, what="passcode", called=name, by=actor.user_id)
    return user


@command
def take_authenticator(*, actor: Actor, user_id: int, answered: Sequence[str]) -> User:
    """Take the authenticator app and its recovery codes away from whoever has lost them."""
    user = _helped(actor, user_id, "authenticator", answered)
    authenticators.take_away(user=user, by=actor.user_id)
    sessions.end([user.pk])
    return user


@command
def note_unlocked(*, actor: Actor, user_id: int, answered: Sequence[str]) -> User:
    """Record that the lock is lifted (the tries themselves are sign-in's: backoffice.access.lockout)."""
    return _helped(actor, user_id, "unlock", answered)


@command
def reinstate(*, actor: Actor, user_id: int, answered: Sequence[str], reason: str) -> User:
    """Give access back to whoever was suspended, or whose access had ended."""
    checked_words("reason", reason, required=True)
    _helped(actor, user_id, "reinstate", answered, active=False)
    return commands.reactivate(actor=actor, user_id=user_id, reason=reason)


@command
def end(*, actor: Actor, user_id: int, reason: str) -> User:
    """End a person's access at once; whoever asks for that need not be the person."""
    user = commands.deactivate(actor=actor, user_id=user_id, reason=reason)
    _close(user)
    return user


def _helped(actor: Actor, user_id: int, act: Act | str, answered: Sequence[str], *, active: bool = True) -> User:
    """Lock the person, refuse without the identity check, and record the act."""
    user = locked(actor, user_id)
    if actor.user_id == user.pk:
        raise Refused("Somebody else of the helpline must do this for you.", "oneself")
    if active and not user.is_active:
        raise Refused(f"{user.name} has no access. Give it back first.", "no_access")
    resets = current().sign_in.resets
    known = [each for each in resets.questions if each in answered]
    if len(known) < resets.answers_needed:
        raise Refused(f"{resets.answers_needed} of the questions must be answered.", "identity")
    tell(f"user:{user.pk}", "user.helped", actor, {"act": act, "answered": known})
    _close(user)
    return user


def _close(user: User) -> None:
    HelpAsked.objects.filter(user=user, closed_at=None).update(closed_at=moment.now())
