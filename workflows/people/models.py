"""What people set about themselves: how they want to be told. (Absences are in parties: the engine reads them.)"""

from django.conf import settings
from django.db import models


class NoticePreference(models.Model):
    """How a person wants to be told of a kind of thing; without a row: at once."""

    class How(models.TextChoices):
        AT_ONCE = "at_once", "An e-mail at once"
        DAILY = "daily", "One e-mail a day"
        NONE = "none", "No e-mail, only on the home page"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=40)
    how = models.CharField(max_length=10, choices=How.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notice_preference_once")]
