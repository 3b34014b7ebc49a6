"""Somebody cannot sign in: they ask for a link or a telephone call (norfolk-handbook §1 "For Password and Security code
resets you can either: Telephone … Email").

Whether there is such a person is told to nobody: each asking writes one row and is answered alike. What follows is
done later, by workers.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from workflows.council.profile import current
from workflows.engine import moment, outbox
from workflows.engine.atomic import command
from workflows.engine.records import tell
from workflows.parties.models import Team, User
from workflows.parties.selectors import system_actor

from .models import HelpAsked, SignInLink
from .notices import HELP_ASKED
from .rules import tidy_address

TOPIC = "reset"
What = Literal["password", "passcode"]
How = Literal["link", "helpline"]
#: Asking again within this time is the same asking: nobody's mailbox is filled by a stranger.
EVERY_MINUTES = 10


@command
def ask(*, email: str, what: What, how: How) -> None:
    """Write down that somebody asks; the same row whether or not there is such a person."""
    user = User.objects.filter(email=tidy_address(email), is_active=True).exclude(kind=User.Kind.SYSTEM).first()
    pk, now = user.pk if user else 0, moment.now()
    slot = int(now.timestamp()) // (60 * EVERY_MINUTES)
    outbox.put(TOPIC, f"{TOPIC}:{pk}:{what}:{how}:{slot}", {"user": pk, "what": what, "how": how})


@command
def wait_for_call(*, user: User, what: str) -> None:
    """Put a person into the helpline's queue, once, and tell whoever helps them."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    asked, new = HelpAsked.objects.get_or_create(
        user=user, closed_at=None, defaults={"what": what, "asked_at": moment.now()}
    )
    if not new:
        return
    tell(f"user:{user.pk}", "user.help_asked", system_actor(), {"what": what})
    told = {"kind": HELP_ASKED, "case": None, "reference": "", "audience": _helpers(user)}
    outbox.put("notify", f"help_asked:{user.pk}:{asked.pk}", told)


@command
def await_first_password(users: Sequence[User], *, key: str) -> None:
    """Put people who are new into the helpline's queue, which telephones each a first password (norfolk-handbook §1);
    whoever helps them is told once, however many they are."""
    now, waiting = moment.now(), set(HelpAsked.objects.filter(closed_at=None).values_list("user_id", flat=True))
    new = [each for each in users if each.pk not in waiting]
    HelpAsked.objects.bulk_create([HelpAsked(user=each, what=SignInLink.Opens.FIRST, asked_at=now) for each in new])
    for each in new:
        tell(f"user:{each.pk}", "user.help_asked", system_actor(), {"what": SignInLink.Opens.FIRST.value})
    if new:
        told = {"kind": HELP_ASKED, "case": None, "reference": "", "audience": _helpers(new[0]),
                "figures": {"count": len(new)}}  # fmt: skip
        outbox.put("notify", f"help_asked:{key}", told)


def _helpers(user: User) -> Mapping[str, Any]:
    """Who may help this person: the helpline's team, and administrators for the council's own people."""
    if user.kind == User.Kind.STAFF:
        administrators = User.objects.filter(groups__name="administrator", is_active=True).exclude(pk=user.pk)
        return {"users": list(administrators.values_list("pk", flat=True))}
    return {"team": Team.objects.get(key=current().team_for("helpline", None)).pk, "role": None}


@command
def note_link(*, user: User, what: str, by: int | None = None) -> None:
    """Record that a link is sent: by whom of the helpline, or by the person's own asking."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    tell(f"user:{user.pk}", "user.link_sent", system_actor(), {"opens": what, "by": by})
