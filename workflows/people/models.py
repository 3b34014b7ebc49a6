"""What people set about themselves: who stands in for them, and how they want to be told."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Absence(models.Model):
    """A time in which somebody's work goes to a substitute; both days are included."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standing_in")
    first_day = models.DateField()
    last_day = models.DateField()
    ended_at = models.DateTimeField(null=True)  # taken back before its time

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~Q(user=F("substitute")), name="absence_needs_somebody_else"),
        ]
        indexes = [models.Index(fields=["user", "first_day"], name="absence_of_user")]


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
