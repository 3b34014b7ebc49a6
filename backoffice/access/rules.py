"""What a password and a passcode must be when they are chosen: a sentence for each thing that is missing."""

from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator

from backoffice.web.words import plural
from workflows.council.sign_in import PasscodeRules, PasswordRules
from workflows.parties.models import User

from . import passcode

EASY_LENGTH = 4


def password_faults(password: str, rules: PasswordRules, user: User) -> list[str]:
    """What is wrong with a new password by the council's rules (norfolk-handbook §1)."""
    capitals = sum(each.isupper() for each in password)
    letters = sum(each.isalpha() for each in password)
    digits = sum(each.isdigit() for each in password)
    faults = [
        (len(password) < rules.min_length, f"Use at least {rules.min_length} characters"),
        (capitals < rules.capitals, f"Use at least {plural(rules.capitals, 'capital letter')}"),
        (letters < rules.letters, f"Use at least {plural(rules.letters, 'letter')}"),
        (digits < rules.digits, f"Use at least {plural(rules.digits, 'digit')}"),
        (
            rules.refuse_common and _is_common(password),
            "Many people use this password. Choose one that is harder to guess",
        ),
        (_is_own_name(password, user), "Do not use your name or your e-mail address as a password"),
        (user.check_password(password), "Choose a password that you have not used before"),
    ]
    return [sentence for wrong, sentence in faults if wrong]


def passcode_faults(digits: str, rules: PasscodeRules) -> list[str]:
    """What is wrong with a new passcode."""
    if not (digits.isascii() and digits.isdigit() and len(digits) == rules.length):
        return [f"Use exactly {rules.length} digits"]
    if len(set(digits)) == 1:
        return ["Use more than one digit"]
    if passcode.runs_too_long(digits, rules.longest_run):
        return [f"Do not use more than {rules.longest_run} digits in a row that go up or down, such as 1234 or 4321"]
    return []


def _is_common(password: str) -> bool:
    return password.lower().strip() in _common().passwords


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def _is_own_name(password: str, user: User) -> bool:
    plain = password.lower()
    known = {user.email.lower(), user.email.partition("@")[0].lower(), user.name.replace(" ", "").lower()}
    return any(len(each) >= EASY_LENGTH and each in plain for each in known)
