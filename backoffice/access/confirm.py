"""The password asked again at a binding act, and a person's own lock-out while signed in.

    if form.is_valid() and is_oneself(request, form):
        ...

Ask before the command, outside its transaction: a wrong try must stay counted when the command is not run.
"""

from typing import cast

from django.contrib.auth import HASH_SESSION_KEY, logout
from django.forms import Form
from django.http import HttpRequest

from backoffice.web import drafts
from workflows.engine import accesses
from workflows.parties.models import User

from . import lockout
from .words import tries_left


class WrongPassword(Exception):
    """The password is not right; `attempts_left` more tries, and `sentence` says so."""

    def __init__(self, attempts_left: int) -> None:
        super().__init__(attempts_left)
        self.attempts_left = attempts_left
        self.sentence = f"The password is not right. {tries_left(attempts_left)}"


class LockedOut(Exception):
    """The last try was wrong too. `SignedIn` answers with the page that says so; what was typed is kept."""


def check_password_again(request: HttpRequest, raw: str) -> None:
    """Return when `raw` is the password of whoever is signed in.

    Raises WrongPassword while tries are left, counting towards the same lock as signing in; then LockedOut, after
    keeping what was typed under the person's name and signing them out. An empty password is not a try: the form
    refuses it before.
    """
    user = cast("User", request.user)  # the gate lets only signed-in people here
    tries = lockout.tries_of(request, user.email)
    with lockout.one_at_a_time(tries.key):
        locked = tries.locked()
        if not locked and user.check_password(raw):
            # A hash that Django renews here would end every session that was made with the old one.
            request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            tries.forget()
            return
        left = 0 if locked else tries.count_wrong()
    accesses.note(user.pk, "refused" if left else "locked")
    if left:
        raise WrongPassword(left)
    _sign_out_keeping(request, user)
    raise LockedOut


def is_oneself(request: HttpRequest, form: Form) -> bool:
    """Whether the form's `password` is the right one; else its fault stands on the form. A form without asks nobody.

    Raises LockedOut with the last wrong try.
    """
    if "password" not in form.fields:
        return True
    try:
        check_password_again(request, form.cleaned_data["password"])
    except WrongPassword as wrong:
        form.add_error("password", wrong.sentence)
        return False
    return True


def _sign_out_keeping(request: HttpRequest, user: User) -> None:
    kept = drafts.keep(request, user.pk)
    logout(request)
    request.kept_draft = kept  # type: ignore[attr-defined]
