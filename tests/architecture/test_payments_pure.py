"""The arithmetic of payments knows neither tables nor pages, so that its oracle can try all of it."""

import sys
from pathlib import Path

import pytest

from .code import imports, place
from .reading import ROOT

PAYMENTS = ROOT / "workflows" / "payments"
PURE = [
    PAYMENTS / f"{name}.py"
    for name in ("money", "calendar", "facts", "entitlement", "adjustments", "carrying", "why", "snapshot")
]
ALLOWED = {"workflows.council.payments", "workflows.register.rules", "workflows.engine.calendar"}
ALLOWED |= {f"workflows.payments.{path.stem}" for path in PURE}


@pytest.mark.parametrize("path", PURE, ids=place)
def test_it_uses_the_standard_library_the_councils_types_and_other_rules_only(path: Path) -> None:
    assert {each for each in imports(path) if each.split(".")[0] not in sys.stdlib_module_names} <= ALLOWED


def test_amounts_are_never_floats() -> None:
    found = [place(path) for path in PURE if "float" in path.read_text(encoding="utf-8")]
    assert found == []
