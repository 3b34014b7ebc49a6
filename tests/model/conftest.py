"""The people of the model tests, made quickly: hundreds of them sign in nowhere."""

import pytest

from tests.model.moves import People


@pytest.fixture
def quick(db: None, settings: pytest.FixtureRequest) -> None:
    """Passwords that cost nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture
def people(quick: None) -> People:
    """Everybody who may try a verb on a contract document."""
    return People()
