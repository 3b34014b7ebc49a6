"""Finds a team's id by its key, and the other way, without asking twice: keys are never given to another team."""

from .models import Team

_ids: dict[str, int] = {}


def team_id(key: str) -> int:
    """The id of the team; Team.DoesNotExist says that `manage load_council` has not been run."""
    if key not in _ids:
        _ids[key] = Team.objects.values_list("pk", flat=True).get(key=key)
    return _ids[key]


def team_key(pk: int) -> str:
    """The key of the team with this id."""
    for key, known in _ids.items():
        if known == pk:
            return key
    key = Team.objects.values_list("key", flat=True).get(pk=pk)
    _ids[key] = pk
    return key


def forget() -> None:
    """Drop what was remembered (a database was emptied: tests and `demo --fresh`)."""
    _ids.clear()
