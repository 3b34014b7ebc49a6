"""A password's hash that is renewed while somebody answers does not sign them out."""

from typing import Any

import pytest

from tests import factories as make
from tests.web import portal

pytestmark = pytest.mark.django_db


def test_a_hash_renewed_at_a_binding_act_keeps_the_session(settings: Any) -> None:
    """As after an update of Django: the password was hashed the old way, and is hashed anew at the first right try."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    document = make.published()
    browser = portal.sign_in(portal.provider_of(document))
    form = portal.open_form(browser, document)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert browser.post(portal.address(document), portal.agreeing(form)).status_code == 302
    assert browser.get(portal.address(document)).status_code == 200
