"""A demonstration for a council that has none of its own, made of its profile: service levels, rates, people.

The homes and their work are made up beside it by `generator`; the files are those of `fixtures/demo/<council>`.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from workflows.council.schema import Council
from workflows.council.teams import Team

from .generator import FORENAMES, SURNAMES

#: The first organisation that the generator makes up.
ORGANISATION = "DEMO-001"
RATE, SINCE = "20.00", "01/04/2024"
UNITS = {"hours": "Hour", "sessions": "Session", "half_days": "Half day", "visits": "Visit"}


def written(council: Council, folder: Path) -> Path:
    """Write the files of a council's demonstration; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    levels = [*_levels(council)]
    _csv(folder / "levels.csv", ["LevelKey", "ServiceLevel", "ServiceGroup", "Unit", "ContractType"], levels)
    rates = [[level[1], SINCE, "", RATE] for level in levels]
    _csv(folder / "rates.csv", ["ServiceLevel", "From", "To", "Amount"], rates)
    (folder / "people.toml").write_text("\n".join(_people(council)) + "\n", encoding="utf-8")
    return folder


def _levels(council: Council) -> Iterator[list[str]]:
    """One level of each service group, and those that its kinds of service name."""
    for group in council.service_groups:
        kinds = [each for each in council.actuals.kinds if each.service_group == group.key] if council.actuals else []
        for kind in kinds:
            for level in sorted(kind.levels):
                yield [level, level.replace("_", " ").capitalize(), group.key, UNITS[kind.unit], "Spot"]
        if not kinds or not all(kind.levels for kind in kinds):
            unit = next((UNITS[kind.unit] for kind in kinds if not kind.levels), "Week")
            yield [f"{group.key}_standard", f"{group.name} Standard Rate", group.key, unit, "Spot"]


def _people(council: Council) -> Iterator[str]:
    """A member of each team, one who leads and manages all, an administrator, an auditor, and one of each role."""
    names = cycle(f"{forename} {surname}" for forename, surname in zip(FORENAMES, SURNAMES, strict=False))
    own: Sequence[Team] = [team for team in council.teams if not team.outside]
    for team in own:
        yield from _one("staff", next(names), "council", f'teams = {{ {team.key} = "member" }}')
        yield from _one("staff", next(names), "council", f'teams = {{ {team.key} = "lead" }}')
    managed = ", ".join(f'{team.key} = "manager"' for team in own)
    yield from _one("staff", next(names), "council", f"teams = {{ {managed} }}")
    for duty in ("administrator", "auditor"):
        yield from _one("staff", next(names), "council", f'duties = ["{duty}"]')
    for role in council.roles:
        at = f'at = [{{ organisation = "{ORGANISATION}", role = "{role.key}" }}]'
        yield from _one("provider", next(names), "provider", at)


def _one(kind: str, name: str, domain: str, more: str) -> list[str]:
    email = f"{name.lower().replace(' ', '.')}@{domain}.example"
    return [f"[[{kind}]]", f'name = "{name}"', f'email = "{email}"', more, ""]


def _csv(path: Path, header: list[str], rows: Sequence[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
