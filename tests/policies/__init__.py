"""The actuals of the councils that have the module, from the profiles that are shipped.

`assumed` marks what a council's document does not say; docs/adr/0011-actuals-policy.md says what was chosen and why.
"""

from functools import cache
from pathlib import Path

from django.conf import settings

from workflows.council.actuals import Actuals
from workflows.council.profile import load
from workflows.council.schema import Council

NAMES = ("bedford", "bradford", "suffolk")


@cache
def council(name: str) -> Council:
    """The whole profile of a council."""
    return load(Path(settings.ROOT) / "fixtures" / "councils" / f"{name}.toml")


def actuals(name: str) -> Actuals:
    """The actuals of a council."""
    found = council(name).actuals
    assert found is not None
    return found
