"""Actions and their posts. Where a conversation stands is the state of its case.

Titles and posts are words of people: they lie in content rows of the case's stream, so that erasing a client takes
them along.
"""

from django.conf import settings
from django.db import models

from workflows.engine.models import Case, Content
from workflows.parties.models import Organisation
from workflows.register.models import CarePackageLine, Contract

from .rules import Related, Side


class Action(models.Model):
    """One conversation: its type, what it is about, and by when whoever began it would like an answer.

    The client, the service and the provider are the case's own.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="action")
    type = models.CharField(max_length=40)  # a key of the profile
    related = models.CharField(max_length=10, choices=[(each, each.title()) for each in Related])
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, null=True, related_name="actions")
    title = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(max_length=200, blank=True, default="")  # a name of the profile that only sends
    wanted_by = models.DateField(null=True)
    since = models.DateField(null=True)  # of a notice
    until = models.DateField(null=True)
    begun_by = models.CharField(max_length=10, choices=[(each, each.title()) for each in Side])
    last_post_at = models.DateTimeField()
    posts_count = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-last_post_at", "case"], name="action_by_last_post"),
            models.Index(fields=["type", "-last_post_at", "case"], name="action_by_type"),
        ]


class Post(models.Model):
    """Something that one side wrote for the other to read."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="posts", db_index=False)
    side = models.CharField(max_length=10, choices=[(each, each.title()) for each in Side])
    verb = models.CharField(max_length=30)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_of = models.CharField(max_length=200)  # the team or the provider that they wrote for
    at = models.DateTimeField()
    words = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["action", "id"], name="post_of_action")]


class TypeForProvider(models.Model):
    """That a provider may use a type that the profile switches for each (gloucestershire-faq 15: invoices)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "type"], name="type_for_provider_once")]
