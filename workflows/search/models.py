"""What people asked, for a short while: the address of a page of results carries a word that says nothing."""

from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(hours=1)


def new_token() -> str:
    """A word that nobody can guess."""
    return token_urlsafe(24)


class KeptSearch(models.Model):
    """What a person typed into the search box, for that person (at that provider) alone, and for an hour."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation_id = models.BigIntegerField(null=True)  # the provider for which the person asked
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Search {self.pk}"
