"""Inside notes: what council staff write to each other on a case. Nothing of it reaches a provider."""

from collections.abc import Iterable

from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.errors import Forbidden, Refused
from workflows.engine.models import Case
from workflows.engine.records import checked_words
from workflows.parties.actor import Actor
from workflows.parties.models import User

from .words import MENTIONED

#: The label of the words of a note: whoever shows a story to a provider leaves these out.
LABEL = "note"


def note(*, actor: Actor, case_id: int, text: str, mentions: Iterable[int] = (), key: str) -> door.Outcome:
    """Write an inside note on any case that one may read, open or closed; whom it mentions is told.

    Refused when it is empty, or when somebody mentioned could not open the case.
    """
    named = sorted(set(mentions))

    def act(turn: door.Turn) -> None:
        if not actor.is_staff:
            raise Forbidden("Only the council writes inside notes.")
        words = checked_words("note", text, required=True)
        _refuse_who_cannot_read(named, turn.case)
        turn.event.write_down(LABEL, words)
        turn.facts["mentions"] = named
        others = [each for each in named if each != actor.user_id]
        if others:
            turn.notify(MENTIONED, {"users": others})

    body = {"verb": "note", "case": case_id, "text": text, "mentions": named}
    return door.on_case(actor=actor, verb="note", case_id=case_id, key=key, act=act, body=body)


def readers(kind: str, sensitivity: str = "") -> list[User]:
    """Who may be mentioned on a case of this kind and sensitivity: active staff whose teams may open it, by name."""
    teams = current().teams
    able = User.objects.filter(is_active=True, kind=User.Kind.STAFF)
    able = able.filter(teams__team__key__in=[each.key for each in teams if kind in each.reads])
    if sensitivity:
        able = able.filter(teams__team__key__in=[each.key for each in teams if sensitivity in each.sensitivities])
    return list(able.distinct().order_by("name", "pk"))


def _refuse_who_cannot_read(named: list[int], case: Case) -> None:
    if named and not set(named) <= {each.pk for each in readers(case.kind, case.sensitivity)}:
        raise Refused("Somebody whom you mention may not open this case. Take their name out.", "cannot_read")
