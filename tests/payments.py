"""Policies of payment for tests: those of a council that is shipped, and tests/policies/payments/another.toml."""

import tomllib
from pathlib import Path

from workflows.council import profile
from workflows.council.payments import Payments

FOLDER = Path(__file__).parents[1] / "fixtures" / "councils"


def policy(name: str) -> Payments:
    """The payments of a council by its key, or the policy of tests/policies/payments/<name>.toml."""
    if (FOLDER / f"{name}.toml").exists():
        found = profile.load(FOLDER / f"{name}.toml").payments
        assert found is not None
        return found
    path = Path(__file__).parent / "policies" / "payments" / f"{name}.toml"
    return Payments.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
