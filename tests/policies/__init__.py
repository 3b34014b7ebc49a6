"""The actuals of councils that have no whole profile yet, as parts of one: each value with its section.

`assumed` marks what a council's document does not say; docs/adr/0011-actuals-policy.md says what was chosen and why.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from workflows.council.actuals import Actuals
from workflows.council.schema import Council

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def part(name: str) -> dict[str, Any]:
    """The tables of a part, as they are written."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def actuals(name: str) -> Actuals:
    """The actuals of a council."""
    return Actuals.model_validate(part(name)["actuals"])


def council(name: str) -> Council:
    """A whole profile with these actuals: what they do not say is taken from the profile that is shipped."""
    path = settings.ROOT / "fixtures" / "councils" / "norfolk.toml"
    whole, own = tomllib.loads(path.read_text(encoding="utf-8")), part(name)
    whole["service_groups"] = own["service_groups"]
    whole["teams"] += own["teams"]
    return Council.model_validate(whole | {"actuals": own["actuals"]})
