"""How somebody wants to be told, kind by kind: by a mail at once, by one mail a day, or on the home page only.

Every notice stands on the home page in any case; without a choice there is a mail at once. What protects an account
(`notices.always`) is mailed at once whatever was chosen.
"""

from collections.abc import Iterable, Mapping

from workflows.engine import notices
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.engine.records import tell
from workflows.parties.actor import Actor

from .models import NoticePreference

How = NoticePreference.How


def kinds() -> dict[str, str]:
    """The kinds of notices that can be set, with their plain names: each completes "Tell me when …"."""
    return notices.kinds()


def read(user_id: int) -> dict[str, str]:
    """How a person wants to be told, for every kind."""
    chosen = dict(NoticePreference.objects.filter(user_id=user_id).values_list("kind", "how"))
    return {kind: chosen.get(kind, How.AT_ONCE) for kind in kinds()}


def of(users: Iterable[int], kind: str) -> dict[int, str]:
    """How each of several people wants to be told of a kind, in one query."""
    asked = list(users)
    chosen = dict(NoticePreference.objects.filter(user_id__in=asked, kind=kind).values_list("user_id", "how"))
    return {user: chosen.get(user, How.AT_ONCE) for user in asked}


@command
def set_preferences(*, actor: Actor, wishes: Mapping[str, str]) -> None:
    """Choose how to be told of some kinds (`{kind: "at_once" | "daily" | "none"}`); the others stay as they are."""
    own = {each.kind for group in notices.listed(actor.kind).values() for each in group if not each.always}
    for kind, how in wishes.items():
        if kind not in own or how not in How.values:
            raise Refused("Choose how to be told from the list.", "preference")
    before = read(actor.user_id)
    changed = {kind: how for kind, how in wishes.items() if before[kind] != how}
    if not changed:
        return
    NoticePreference.objects.bulk_create(
        [NoticePreference(user_id=actor.user_id, kind=kind, how=how) for kind, how in changed.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["how"],
    )
    facts = {"changes": {kind: [before[kind], how] for kind, how in changed.items()}}
    tell(f"user:{actor.user_id}", "user.notices_set", actor, facts)
