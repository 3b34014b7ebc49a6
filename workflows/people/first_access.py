"""The first way in: a mail tells somebody new where to sign in, and brings a link where the profile says so (links.py);
else the helpline gives a first password by telephone (norfolk-handbook §1).
"""

import secrets

from workflows.council.profile import current
from workflows.engine import outbox
from workflows.engine.errors import Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor
from workflows.parties.models import User

#: Letters and figures that are not taken for each other on the telephone.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIGURES = "23456789"


#: Carried to the worker that mails somebody new where to sign in, and the link where there is one.
WELCOME = "first_access"


def by_link(user: User) -> bool:
    """Whether this person's first way in is a link: the council's own always, others where the profile says so."""
    return user.kind == User.Kind.STAFF or current().change_requests.new_user == "mail"


def is_invited(user: User) -> bool:
    """Whether somebody who may sign in has not done so yet."""
    return user.password_set_at is None and (user.must_change_password or not user.has_usable_password())


def invite(actor: Actor, user: User) -> None:
    """Have the mail sent to somebody who has no password of their own yet."""
    event = tell(f"user:{user.pk}", "user.invited", actor, {})
    outbox.put(WELCOME, f"{WELCOME}:{user.pk}:{event.seq}", {"user": user.pk})


def first_password() -> str:
    """A password to read out: three groups of four, more than any profile asks for."""
    groups = [_group(CAPITALS, LETTERS, FIGURES) for _ in range(3)]
    return "-".join(groups)


def give_password(actor: Actor, user: User, password: str) -> None:
    """Give somebody new a first password, which they must change; Refused once they have chosen one of their own."""
    refuse_if_begun(user)
    user.set_password(password)
    user.must_change_password = True
    user.passcode = user.passcode_asked = ""
    user.save(update_fields=["password", "must_change_password", "passcode", "passcode_asked"])
    tell(f"user:{user.pk}", "user.password_issued", actor, {})


def refuse_if_begun(user: User) -> None:
    """Refuse for whoever has signed in already: they have a password of their own, and the helpdesk resets those."""
    if user.password_set_at is not None:
        raise Refused(f"{user.name} has chosen a password already.", "signed_in")


def _group(*alphabets: str) -> str:
    letters = [secrets.choice(each) for each in alphabets] + [secrets.choice(FIGURES)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
