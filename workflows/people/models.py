"""What is kept of people beside who they are: how they want to be told, and whom a provider names as a contact.

(Absences are in parties: the engine reads them.)
"""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from workflows.parties.models import ContactDetails, Organisation, Service


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


class Contact(ContactDetails):
    """Somebody whom a provider names to the council (norfolk-handbook §6); with `user`, they may sign in.

    The Provider Portal Email Address is the user's own, so it is kept there and nowhere else. `role` is what they do
    there ("Finance Assistant"), `role_for` at which service (None: the organisation); their security role is a
    membership. Whoever has left is kept, with `gone_at`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="contacts")
    title = models.CharField(max_length=20, blank=True, default="")
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100, blank=True, default="")
    role_for = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.CharField(max_length=100, blank=True, default="")
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="contact_once_a_user")]
        indexes = [models.Index(fields=["organisation", "surname", "id"], name="contact_of_organisation")]

    def __str__(self) -> str:
        return " ".join(each for each in (self.title, self.forename, self.surname) if each)

    @property
    def name(self) -> str:
        """What they are called, without the title."""
        return f"{self.forename} {self.surname}".strip()

    @property
    def portal_email(self) -> str:
        """The address that they sign in with; empty where they have no access."""
        return self.user.email if self.user else ""


class Officer(models.Model):
    """Who of the council looks after a provider (officers.py); not always somebody who uses Concord."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="officer")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    telephone = models.CharField(max_length=30, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class PolicyAccepted(models.Model):
    """That a person accepted a text of the council's, in which version (gloucestershire-faq 7)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="policies_accepted")
    policy = models.CharField(max_length=40)  # its key in the profile
    version = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "policy", "version"], name="policy_accepted_once")]


class OpenSession(AbstractBaseSession):
    """A session, and whose it is (sessions.py); no foreign key, as every page writes here and nobody is deleted."""

    user_id = models.BigIntegerField(null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        indexes = [models.Index(fields=["user_id"], condition=models.Q(user_id__isnull=False), name="session_of_user")]


class KnownDevice(models.Model):
    """A browser with which a person has signed in; its cookie's token is kept as a hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash", "user"], name="known_device_once")]


class Authenticator(models.Model):
    """An authenticator app. Its secret is made from the salt and a key that is not in the database (authenticators.py).

    `last_step` is the half minute whose digits were used last: no digits are taken twice.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authenticator")
    salt = models.CharField(max_length=32)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A code in place of an authenticator app that is lost; it works once, and is kept as a keyed hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once")]


class SignInLink(models.Model):
    """A link that a mail brought: it lets somebody choose a password or a passcode, once. Its token is kept as a hash.

    `first` is the way in of somebody new (gloucestershire-faq 3), the others are resets (norfolk-handbook §1).
    """

    class Opens(models.TextChoices):
        FIRST = "first", "The first sign-in"
        PASSWORD = "password", "A new password"
        PASSCODE = "passcode", "A new passcode"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    opens = models.CharField(max_length=10, choices=Opens.choices, default=Opens.FIRST)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class HelpAsked(models.Model):
    """That somebody who cannot sign in waits for the helpline's telephone call (norfolk-handbook §1); one at a time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=SignInLink.Opens.choices)
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(closed_at=None), name="help_asked_once")
        ]
        indexes = [models.Index(fields=["asked_at"], condition=models.Q(closed_at=None), name="help_asked_open")]
