"""Policies of payment for tests, each a file in tests/policies/payments."""

import tomllib
from pathlib import Path

from workflows.council.payments import Payments


def policy(name: str) -> Payments:
    """The policy of tests/policies/payments/<name>.toml."""
    path = Path(__file__).parent / "policies" / "payments" / f"{name}.toml"
    return Payments.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
