"""What every answer carries."""

import re

import pytest
from django.test import Client

from workflows.parties.models import User

from .conftest import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_pages")]


@pytest.mark.parametrize("address", ["/sign-in/", "/help/", "/nowhere/", "/brand.css", "/healthz"])
def test_every_answer_has_a_policy_without_inline_or_foreign_code(address: str, client: Client) -> None:
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)


def test_every_answer_has_the_companions(client: Client) -> None:
    headers = client.get("/help/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_pages_are_not_kept_and_the_colours_are(client: Client, james: User) -> None:
    assert browser_of(james).get("/note/").headers["Cache-Control"] == "no-store"
    assert client.get("/sign-in/").headers["Cache-Control"] == "no-store"
    assert "public" in client.get("/brand.css").headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/note/", "/help/", "/stale/", "/busy/", "/nowhere/"])
def test_no_page_has_inline_style_or_script(address: str, james: User) -> None:
    html = browser_of(james).get(address).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son[a-z]+=", html)


def test_another_council_has_its_own_colours(client: Client, council_with: object) -> None:
    assert b"--cc-brand:#0b4f5c" in client.get("/brand.css").content
    council_with(('colour = "#0b4f5c"', 'colour = "#4b2a6b"'))  # type: ignore[operator]
    assert b"--cc-brand:#4b2a6b" in client.get("/brand.css").content
