"""That somebody changed how they sign in: an event in their stream, and a mail that cannot be switched off.

(Bedford, guidance on actuals, "Email Notifications": "Password Change (Immediate): If the Contact's password is
changed, an email will be sent immediately.")
"""

from workflows.engine import events, moment, outbox
from workflows.engine.atomic import command

from .notices import SIGN_IN_CHANGED


@command
def secret_changed(*, user_id: int, what: str, called: str, by: int | None = None) -> None:
    """Record that a person's `what` ("password", "passcode") is another, and tell them; `called` is the council's word,
    and `by` somebody of the helpline, who did it for them.

    Belongs into the transaction that sets it. Neither the event nor the mail says anything of the secret itself.
    """
    stream = f"user:{user_id}"
    event = events.record(stream, f"user.{what}_changed", by or user_id, {}, at=moment.now())
    told = {"kind": SIGN_IN_CHANGED, "case": None, "reference": called, "audience": {"user": user_id}}
    outbox.put("notify", f"{stream}:{event.seq}:{what}", told)
