"""The second step: a number of digits, asked whole or by three positions that stay until answered.

Each digit is kept as a keyed hash of person, salt, position and digit. A table of ten guesses a position is useless
without the key, which is not in the database (norfolk-handbook §1; picture 09a).
"""

import hmac
import secrets
from collections.abc import Mapping
from itertools import pairwise

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes

POSITIONS_ASKED = 3


def hashed(user_id: int, digits: str) -> str:
    """The text to keep for a number that was chosen: `salt:hash,hash,…`, one hash a position."""
    salt = secrets.token_hex(8)
    return f"{salt}:{','.join(_one(user_id, salt, place, digit) for place, digit in enumerate(digits, start=1))}"


def matches(user_id: int, kept: str, answer: Mapping[int, str]) -> bool:
    """Whether the digits at these positions (from 1) are right; all are compared, so time tells nothing."""
    salt, _, hashes = kept.partition(":")
    stored = hashes.split(",")
    if not answer or any(not 1 <= place <= len(stored) for place in answer):
        return False
    right = [_right(user_id, salt, place, digit, stored[place - 1]) for place, digit in answer.items()]
    return all(right)


def whole(digits: str) -> dict[int, str]:
    """Every position of a number that was typed in full."""
    return dict(enumerate(digits, start=1))


def length(kept: str) -> int:
    """How many digits the number has."""
    return len(kept.partition(":")[2].split(","))


def positions(count: int) -> list[int]:
    """Three random positions of `count`, in order."""
    return sorted(secrets.SystemRandom().sample(range(1, count + 1), min(POSITIONS_ASKED, count)))


def runs_too_long(digits: str, longest: int) -> bool:
    """Whether more than `longest` digits in a row go up or down by one (norfolk-handbook §1)."""
    for step in (1, -1):
        run = 1
        for before, after in pairwise(digits):
            run = run + 1 if int(after) - int(before) == step else 1
            if run > longest:
                return True
    return False


def _one(user_id: int, salt: str, place: int, digit: str, key: str | bytes | None = None) -> str:
    message = f"passcode:{user_id}:{salt}:{place}:{digit}".encode()
    return hmac.new(force_bytes(key or settings.SECRET_KEY), message, "sha256").hexdigest()[:32]


def _right(user_id: int, salt: str, place: int, digit: str, stored: str) -> bool:
    # A key that was changed with the old one kept as a fallback must not lock everybody out.
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(_one(user_id, salt, place, digit, key), stored) for key in keys)
