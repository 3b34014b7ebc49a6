"""The authenticator app as second step (RFC 6238), and the codes for whoever has lost it (docs/adr/0018).

The database alone gives nothing away: the app's secret is a keyed hash of person and salt, and so is what is kept of a
recovery code. The key is the installation's; with an old one as fallback nobody is locked out.
"""

import base64
import hmac
import secrets
from collections.abc import Iterator

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes

from workflows.engine import moment
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.parties.models import User

from .models import Authenticator, RecoveryCode
from .secrets import secret_changed

STEP_SECONDS = 30
#: Half minutes before and after the present one whose digits are taken: clocks differ.
WINDOW = (0, -1, 1)
CODES = 10
#: What is not taken for something else when it is read from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CALLED = "authenticator app"


def of(user_id: int) -> Authenticator | None:
    """The app that a person signs in with; None while they have none."""
    return Authenticator.objects.filter(user=user_id, confirmed_at__isnull=False).first()


def begin(user: User) -> Authenticator:
    """The app that a person is setting up: the same until it is confirmed, so that going back loses nothing.

    One that is confirmed is not shown again: Refused.
    """
    made, _ = Authenticator.objects.get_or_create(user=user, defaults={"salt": secrets.token_hex(16)})
    if made.confirmed_at is not None:
        raise Refused("You have an authenticator app already. Take it away first.", "has_one")
    return made


def secret(app: Authenticator, key: str | bytes | None = None) -> str:
    """What the app and we share, as the app takes it."""
    message = f"authenticator:{app.user_id}:{app.salt}".encode()
    digest = hmac.new(force_bytes(key or settings.SECRET_KEY), message, "sha256").digest()
    return base64.b32encode(digest[:20]).decode()


def address(app: Authenticator, issuer: str) -> str:
    """What the picture holds that an app reads."""
    return pyotp.TOTP(secret(app)).provisioning_uri(name=app.user.email, issuer_name=issuer)


def right(app: Authenticator, digits: str) -> bool:
    """Whether these are the app's digits of now; they are used up by that."""
    step = int(moment.now().timestamp()) // STEP_SECONDS
    for key in _keys():
        reader = pyotp.TOTP(secret(app, key), interval=STEP_SECONDS)
        for near in WINDOW:
            if constant_time_compare(reader.generate_otp(step + near), digits):
                newer = Authenticator.objects.filter(pk=app.pk, last_step__lt=step + near)
                return bool(newer.update(last_step=step + near))
    return False


@command
def confirm(*, user: User, digits: str) -> list[str]:
    """Take the app as the second step once its digits are right; returns the recovery codes, which are shown once."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    app = begin(user)
    if not right(app, digits):
        raise Refused("Those digits are not the app's. Wait for the next ones and try again.", "digits")
    Authenticator.objects.filter(pk=app.pk).update(confirmed_at=moment.now())
    secret_changed(user_id=user.pk, what="authenticator", called=CALLED)
    return _new_codes(user)


@command
def take_away(*, user: User, by: int | None = None) -> None:
    """Forget the app and its codes; `by`: somebody of the helpline, for a person who has lost it."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    gone, _ = Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if not gone:
        raise Refused("There is no authenticator app.", "unchanged")
    secret_changed(user_id=user.pk, what="authenticator", called=CALLED, by=by)


@transaction.atomic
def recover(user_id: int, code: str) -> bool:
    """Whether this is one of the person's recovery codes; it is used up by that."""
    hashes = [_hashed(user_id, code, key) for key in _keys()]
    unused = RecoveryCode.objects.filter(user=user_id, code_hash__in=hashes, used_at=None)
    return bool(unused.update(used_at=moment.now()))


def codes_left(user_id: int) -> int:
    """How many recovery codes a person has."""
    return RecoveryCode.objects.filter(user=user_id, used_at=None).count()


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=_hashed(user.pk, each)) for each in codes])
    return codes


def _hashed(user_id: int, code: str, key: str | bytes | None = None) -> str:
    plain = "".join(code.lower().split()).replace("-", "")
    message = f"recovery:{user_id}:{plain}".encode()
    return hmac.new(force_bytes(key or settings.SECRET_KEY), message, "sha256").hexdigest()


def _keys() -> Iterator[str | bytes]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS
