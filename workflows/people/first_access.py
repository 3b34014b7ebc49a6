"""The first way in where the helpline gives a password by telephone (norfolk-handbook §1); by a link: links.py."""

import secrets

from workflows.engine.errors import Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor
from workflows.parties.models import User

#: Letters and figures that are not taken for each other on the telephone.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
FIGURES = "23456789"


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
