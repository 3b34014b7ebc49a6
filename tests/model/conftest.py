"""The people of the model tests, made quickly: hundreds of them sign in nowhere."""

import pytest

from tests.model.moves import People


@pytest.fixture
def people(db: None, settings: pytest.FixtureRequest) -> People:
    """Everybody who may try a verb."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    return People()
