"""What the layout itself keeps: forms that people typed while they were signed out."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """A form that could not be taken because its sender was signed out, or its page too old.

    Held for 24 hours, without passwords and without files. `token_hash` is of a token in the sender's session;
    `user` is who was signed in, and once set nobody else gets it. It is offered at one sign-in only.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    page = models.CharField(max_length=500)  # where the form stood
    action = models.CharField(max_length=500)  # where it was sent to
    fields = models.JSONField()  # [[name, [value, …]], …] in the order of the form
    had_secret = models.BooleanField(default=False)
    had_files = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "backoffice"
        indexes: ClassVar = [
            models.Index(fields=["user", "expires_at"], name="draft_by_user"),
            models.Index(fields=["expires_at"], name="draft_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"Draft {self.pk}"
