"""Tells a right password from a wrong one, also of somebody who is suspended: they are told so, and not let in."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from workflows.parties.models import User


class PasswordBackend(ModelBackend):
    """Asked before every other one, and its no is the last word: a second one would hash the password again."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **others: Any
    ) -> User:
        """The person whose password this is; PermissionDenied when there is none."""
        found = super().authenticate(request, username=username, password=password, **others)
        if not isinstance(found, User):
            raise PermissionDenied
        return found

    def user_can_authenticate(self, user: Any) -> bool:
        """Whoever is active, or would be if they had used the portal."""
        return isinstance(user, User) and (user.is_active or user.suspended_at is not None)

    def get_user(self, user_id: int) -> User | None:
        """Who a session is of: nobody who is not active."""
        return User.objects.filter(pk=user_id, is_active=True).first()
