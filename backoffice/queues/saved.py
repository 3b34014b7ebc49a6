"""Views of a queue that people keep under a name: their own, or their team's."""

from dataclasses import dataclass
from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict

from workflows.engine.errors import NotFound, Refused
from workflows.parties.actor import Actor

from .asking import NAMES, number
from .models import SavedView

MOST = 20
#: What a list is of: a team, by its id; all of a person's teams together; everything that they may read.
Where = int | Literal["all", "everything"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved view: its name, whose it is, which list it opens, its filters."""

    pk: int
    name: str
    of_team: str
    where: Where
    query: QueryDict


def views(actor: Actor) -> list[Kept]:
    """A person's own views and their teams', by name; a view of a queue that they left is not shown."""
    mine = Q(owner_id=actor.user_id) | Q(team_id__in=actor.team_ids)
    rows = SavedView.objects.filter(mine).select_related("team").order_by("name", "pk")[: MOST * 2]
    found = [_kept(row) for row in rows]
    return [each for each in found if opens(actor, each.where)]


def opens(actor: Actor, where: Where) -> bool:
    """Whether there is such a list for this person."""
    every = "auditor" in actor.duties
    if where == "everything":
        return bool(actor.reads)
    if where == "all":
        return every or len(actor.team_ids) > 1
    return every or where in actor.team_ids


def where_of(text: str) -> Where | None:
    """A list by its word or its team's id, as it stands in a form or in a kept view; None when it is neither."""
    words: dict[str, Where] = {"all": "all", "everything": "everything"}
    return words.get(text) or number(text)


def save(actor: Actor, where: Where, name: str, query: QueryDict, *, for_team: bool) -> None:
    """Keep the filters of a queue under a name; refused when the name is missing, too long or taken.

    A team's view is seen and deleted by its members, so only they save one.
    """
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Refused("Give the view a name of 60 characters at most.", "name")
    if for_team and where not in actor.team_ids:
        raise Refused("Only members of the team can save a view for the team.", "not_a_member")
    pairs = QueryDict(mutable=True)
    pairs["team"] = str(where)
    for each in NAMES:
        pairs.setlist(each, [value for value in query.getlist(each) if value])
    text = pairs.urlencode()
    if len(text) > 500:
        raise Refused("This view has too many filters to be kept. Take some away.", "too_long")
    whose = {"team_id": where} if for_team else {"owner_id": actor.user_id}
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
    return Kept(row.pk, row.name, row.team.name if row.team else "", where_of(str(team)) or "all", query)
