"""Views of a queue that people keep under a name: their own, or their team's."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict

from workflows.engine.errors import NotFound, Refused
from workflows.parties.actor import Actor

from .asking import NAMES, number
from .models import SavedView

MOST = 20
#: The word for all of a person's teams together in the address of a saved view.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved view: its name, whose it is, which queue it opens (None: all of the person's teams), its filters."""

    pk: int
    name: str
    of_team: str
    team_id: int | None
    query: QueryDict


def views(actor: Actor) -> list[Kept]:
    """A person's own views and their teams', by name; a view of a queue that they left is not shown."""
    mine = Q(owner_id=actor.user_id) | Q(team_id__in=actor.team_ids)
    rows = SavedView.objects.filter(mine).select_related("team").order_by("name", "pk")[: MOST * 2]
    found = [_kept(row) for row in rows]
    every = "auditor" in actor.duties
    return [each for each in found if each.team_id is None or every or each.team_id in actor.team_ids]


def save(actor: Actor, team_id: int | None, name: str, query: QueryDict, *, for_team: bool) -> None:
    """Keep the filters of a queue under a name; refused when the name is missing, too long or taken.

    A team's view is seen and deleted by its members, so only they save one.
    """
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Refused("Give the view a name of 60 characters at most.", "name")
    if for_team and team_id not in actor.team_ids:
        raise Refused("Only members of the team can save a view for the team.", "not_a_member")
    pairs = QueryDict(mutable=True)
    pairs["team"] = str(team_id) if team_id is not None else ALL
    for each in NAMES:
        pairs.setlist(each, [value for value in query.getlist(each) if value])
    text = pairs.urlencode()
    if len(text) > 500:
        raise Refused("This view has too many filters to be kept. Take some away.", "too_long")
    whose = {"team_id": team_id} if for_team else {"owner_id": actor.user_id}
    if SavedView.objects.filter(**whose).count() >= MOST:
        raise Refused(f"There are {MOST} saved views already. Delete one first.", "too_many")
    try:
        with transaction.atomic():
            SavedView.objects.create(name=name, query=text, **whose)
    except IntegrityError:
        raise Refused(f"There is a view named {name} already. Choose another name.", "taken") from None


def delete(actor: Actor, view_id: int) -> str:
    """Delete one's own view or one of one's team; its name. NotFound when there is none such."""
    mine = Q(owner_id=actor.user_id) | Q(team_id__in=actor.team_ids)
    found = SavedView.objects.filter(mine, pk=view_id).first()
    if found is None:
        raise NotFound
    SavedView.objects.filter(pk=found.pk).delete()
    return found.name


def _kept(row: SavedView) -> Kept:
    query = QueryDict(row.query, mutable=True)
    (team,) = query.pop("team", [""])[:1] or [""]
    return Kept(row.pk, row.name, row.team.name if row.team else "", number(str(team)), query)
