"""The texts that everybody accepts at sign-in, once a version (gloucestershire-faq 7 "you will sign up to user access
and acceptable use policies")."""

from workflows.council.profile import current
from workflows.council.sign_in import Policy
from workflows.engine import events, moment
from workflows.engine.atomic import command
from workflows.engine.calendar import LONDON
from workflows.parties.models import User

from .models import PolicyAccepted


def to_accept(user_id: int) -> list[Policy]:
    """The texts that a person has not accepted as they are now; no question where the profile has none."""
    policies = current().sign_in.policies
    if not policies:
        return []
    had = set(PolicyAccepted.objects.filter(user=user_id).values_list("policy", "version"))
    return [each for each in policies if (each.key, each.version) not in had]


def accepted(user_id: int) -> list[str]:
    """What a person has accepted, the newest first: `Use policy, version 2, on 4 May 2026`."""
    titles = {each.key: each.title for each in current().sign_in.policies}
    rows = PolicyAccepted.objects.filter(user=user_id).order_by("-at", "policy")
    days = [(each, each.at.astimezone(LONDON)) for each in rows]
    return [
        f"{titles.get(each.policy, each.policy)}, version {each.version}, on {day.day} {day:%B %Y}"
        for each, day in days
    ]


@command
def accept(*, user_id: int, policies: list[Policy]) -> None:
    """Record that a person accepted these texts, with version and time; again it stays as it was."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    now, asked = moment.now(), to_accept(user_id)
    new = [each for each in policies if each in asked]
    if not new:
        return
    PolicyAccepted.objects.bulk_create(
        [PolicyAccepted(user_id=user_id, policy=each.key, version=each.version, at=now) for each in new]
    )
    versions = {each.key: each.version for each in new}
    events.record(f"user:{user_id}", "user.policies_accepted", user_id, {"versions": versions}, at=now)
