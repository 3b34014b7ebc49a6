"""Turns memberships into guardian permissions: one group per role and organisation, or role and service.

A group is named `organisation:<id>:<role>` or `service:<id>:<role>`. What a role may do comes from the profile, so
loading a changed profile re-syncs every group.
"""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from workflows.council.profile import current
from workflows.council.roles import Role

from .models import Membership, Organisation, OrganisationGroupPermission, Service, ServiceGroupPermission, User


def permissions_of(role: Role) -> frozenset[str]:
    """The permission names that a role of the profile gives."""
    return frozenset({f"edit_{each}" for each in role.edit} | {f"view_{each}" for each in role.view | role.edit})


def sync_user(user: User) -> None:
    """Put a person into exactly the groups that their memberships call for."""
    groups = [_group(membership) for membership in Membership.objects.filter(user=user)]
    kept = user.groups.exclude(name__startswith="organisation:").exclude(name__startswith="service:")
    user.groups.set([*kept, *groups])


def sync_roles() -> int:
    """Give every existing group the permissions of its role as the profile now has it; returns how many groups."""
    groups = Group.objects.filter(name__startswith="organisation:") | Group.objects.filter(name__startswith="service:")
    for group in groups:
        kind, object_id, role = group.name.split(":")
        _grant(group, kind, int(object_id), role)
    return len(groups)


def _group(membership: Membership) -> Group:
    kind = "organisation" if membership.service_id is None else "service"
    object_id = membership.organisation_id if membership.service_id is None else membership.service_id
    group, made = Group.objects.get_or_create(name=f"{kind}:{object_id}:{membership.role}")
    if made:
        _grant(group, kind, object_id, membership.role)
    return group


def _grant(group: Group, kind: str, object_id: int, role_key: str) -> None:
    model, table = (
        (Organisation, OrganisationGroupPermission) if kind == "organisation" else (Service, ServiceGroupPermission)
    )
    wanted = permissions_of(current().role(role_key))
    content_type = ContentType.objects.get_for_model(model)
    permissions = Permission.objects.filter(content_type=content_type, codename__in=wanted)
    rows = table.objects.filter(group=group, content_object_id=object_id)
    rows.exclude(permission__in=permissions).delete()
    table.objects.bulk_create(
        [table(group=group, permission=each, content_object_id=object_id) for each in permissions],
        ignore_conflicts=True,
    )
