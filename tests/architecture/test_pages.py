"""Pages ask selectors and call commands; each says who may open it; none carries a style or a script of its own."""

import ast
import re

import pytest
from django.core.management import call_command

from backoffice.web.checks import undeclared

from .code import PAGES, files, place, tree, words
from .reading import ROOT

TEMPLATES = sorted({*ROOT.glob("backoffice/**/*.html"), *ROOT.glob("portal/**/*.html")})
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "a script without a file": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
}
WRITING = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
#: Tables that belong to a page itself and to no process.
OWN = {"SavedView"}


def test_a_page_reads_through_selectors() -> None:
    """`Model.objects` in a page would go past the scoping of the selectors."""
    found = [
        f"{place(path, node)} {ast.unparse(node)}"
        for path in files(*PAGES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "objects" and ast.unparse(node.value) not in OWN
    ]
    assert found == []


def test_a_page_writes_through_commands() -> None:
    found = [
        f"{place(path, each)} {ast.unparse(each.func)}"
        for path in files(*PAGES)
        for each in ast.walk(tree(path))
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in WRITING
        and ast.unparse(each.func.value).split(".")[0] not in {*OWN, "batches", "commands", "messages", "saved"}
    ]
    assert found == []


def test_every_view_declares_who_may_open_it() -> None:
    assert list(undeclared()) == []


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    assert TEMPLATES
    texts = {path: path.read_text(encoding="utf-8") for path in TEMPLATES}
    found = [
        f"{place(path)}: {what}" for path, text in texts.items() for what, each in INLINE.items() if each.search(text)
    ]
    assert found == []


def test_no_python_writes_a_style_or_a_script() -> None:
    found = [
        f"{place(path, node)}: {what}"
        for path in files("backoffice", "portal")
        for node, text in words(path)
        for what, each in INLINE.items()
        if "<" in text and each.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color: red">', "a style attribute"),
        ("<style>", "a style element"),
        ("<script>alert(1)</script>", "a script without a file"),
        ('<a onclick="x()">', "an event attribute"),
        ('<a href="javascript:x()">', "a script address"),
    ],
)
def test_what_is_looked_for_is_found(text: str, what: str) -> None:
    assert INLINE[what].search(text)


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
