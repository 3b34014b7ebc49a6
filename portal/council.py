"""The council's own names for who does what, as providers read them."""

from workflows.council.profile import current


def brokerage(service_group: str | None = None) -> str:
    """The team that publishes and puts right contract documents."""
    return team_name(current().team_for("brokerage", service_group))


def team_name(key: str) -> str:
    """A team in the council's words."""
    return next(team.name for team in current().teams if team.key == key)
