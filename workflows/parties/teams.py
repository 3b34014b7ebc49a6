"""Finds a team's id by its key without asking twice: keys are never given to another team."""

from .models import Team

_ids: dict[str, int] = {}


def team_id(key: str) -> int:
    """The id of the team; Team.DoesNotExist says that `manage load_council` has not been run."""
    if key not in _ids:
        _ids[key] = Team.objects.values_list("pk", flat=True).get(key=key)
    return _ids[key]


def forget() -> None:
    """Drop what was remembered (a database was emptied: tests and `demo --fresh`)."""
    _ids.clear()
