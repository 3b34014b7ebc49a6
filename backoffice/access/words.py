"""Small words of the sign-in pages."""

from backoffice.web.words import plural


def tries_left(count: int) -> str:
    """`You have 1 more try before your account is locked`."""
    return f"You have {plural(count, 'more try', 'more tries')} before your account is locked"
