"""Who acts, who holds work, and who it is about.

Nothing here decides anything: permissions follow from memberships (`grants.py`), and every change of a row goes
through the commands of `people` and `register`.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase

from workflows.council.roles import Function

FUNCTIONS: tuple[str, ...] = Function.__args__  # type: ignore[attr-defined]
OBJECT_PERMISSIONS: list[tuple[str, Any]] = [
    (f"{level}_{function}", f"May {level} {function.replace('_', ' ')}")
    for function in FUNCTIONS
    for level in ("view", "edit")
]


class UserManager(BaseUserManager["User"]):
    """Makes users; addresses are kept in lower case, because people type them either way."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password nobody can sign in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by the address that was typed."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person at the council or at a provider, or the system itself. The e-mail address is the username."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Council staff"
        PROVIDER = "provider", "Provider"
        SYSTEM = "system", "System"

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    is_active = models.BooleanField(default=True)
    # Keyed hashes of the digits (backoffice.access.passcode): the database alone does not give the code away.
    passcode = models.TextField(blank=True, default="")
    passcode_asked = models.CharField(max_length=20, blank=True, default="")
    must_change_password = models.BooleanField(default=False)
    password_set_at = models.DateTimeField(null=True, blank=True)
    # When they last signed in, or were let in: whoever does not use the portal is suspended (norfolk-handbook §1).
    used_at = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "kind"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None) | models.Q(is_active=False), name="user_suspended_is_not_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A council team, loaded from the profile by key."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A member of staff in a team: a member, its lead, or its manager."""

    class Role(models.TextChoices):
        MEMBER = "member", "Member"
        LEAD = "lead", "Team lead"
        MANAGER = "manager", "Manager"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="teams")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]


class Absence(models.Model):
    """A time in which somebody's work goes to a substitute; both days are included."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="standing_in")
    first_day = models.DateField()
    last_day = models.DateField()
    ended_at = models.DateTimeField(null=True)  # taken back before its time

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("substitute")), name="absence_needs_somebody_else"
            ),
        ]
        indexes = [models.Index(fields=["user", "first_day"], name="absence_of_user")]


class ContactDetails(models.Model):
    """The address block of norfolk-handbook §6 and §7, the same for organisations, services and contacts."""

    address_1 = models.CharField(max_length=200, blank=True, default="")
    address_2 = models.CharField(max_length=200, blank=True, default="")
    address_3 = models.CharField(max_length=200, blank=True, default="")
    town = models.CharField(max_length=100, blank=True, default="")
    county = models.CharField(max_length=100, blank=True, default="")
    postcode = models.CharField(max_length=10, blank=True, default="")
    country = models.CharField(max_length=100, blank=True, default="")
    uprn = models.CharField("UPRN", max_length=12, blank=True, default="")
    usrn = models.CharField("USRN", max_length=8, blank=True, default="")
    mobile = models.CharField(max_length=30, blank=True, default="")
    telephone = models.CharField(max_length=30, blank=True, default="")
    fax = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")

    class Meta:
        abstract = True


class Providers(models.Manager["Organisation"]):
    """The organisations that provide care: every list of organisations is one of these."""

    def get_queryset(self) -> models.QuerySet["Organisation"]:
        """Leave the council itself out."""
        return super().get_queryset().filter(is_council=False)


class Organisation(ContactDetails):
    """The company that owns the homes (norfolk-handbook §7).

    The council is one too, for cases that are about no provider, such as a payment run; nobody can be its member.
    """

    reference = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    is_council = models.BooleanField(default=False, db_default=False)

    objects = Providers()
    everyone = models.Manager["Organisation"]()

    class Meta:
        permissions = OBJECT_PERMISSIONS

    def __str__(self) -> str:
        return self.name


class Service(ContactDetails):
    """A home or another service of an organisation (norfolk-handbook §7)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    reference = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    group = models.CharField(max_length=40)  # a service group's key in the profile

    class Meta:
        permissions = OBJECT_PERMISSIONS

    def __str__(self) -> str:
        return self.name


class OrganisationGroupPermission(GroupObjectPermissionBase):
    """What a role's group may do at a whole organisation (a direct foreign key: guardian's quick form)."""

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE)


class ServiceGroupPermission(GroupObjectPermissionBase):
    """What a role's group may do at one service only."""

    content_object = models.ForeignKey(Service, on_delete=models.CASCADE)


class Membership(models.Model):
    """A person's role at an organisation, or at one of its services only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=40)  # a role's key in the profile

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "service", "role"], nulls_distinct=False, name="membership_once"
            )
        ]


class Client(models.Model):
    """A person who receives care. SSRef is the council's social-services reference (norfolk-handbook §4)."""

    ss_ref = models.CharField("SSRef", max_length=20, unique=True)
    surname = models.CharField(max_length=100)
    forename = models.CharField(max_length=100)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Lists of lines stand in the order of names: a page is read along this index, however long the list is.
        indexes = [models.Index(fields=["surname", "forename", "id"], name="client_by_name")]

    def __str__(self) -> str:
        return f"{self.surname}, {self.forename}"
