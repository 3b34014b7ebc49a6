"""Councils differ by their profiles: no code asks which one it serves."""

import ast
import tomllib

import pytest

from .code import OURS, files, place, tree, words
from .reading import ROOT

SEEDS = ("norfolk", "suffolk", "bradford", "bedford", "gloucestershire")
PROFILES = [tomllib.loads(path.read_text()) for path in (ROOT / "fixtures" / "councils").glob("*.toml")]
NAMES = {*SEEDS, *(each["key"] for each in PROFILES)} | {each["short_name"] for each in PROFILES}
#: Where a name may stand: the council that a demonstration begins with when none is named.
DEFAULT = {"backoffice/settings.py", "launcher/product.py", "launcher/demo.py"}
WHICH = {f"{who}.{what}" for who in ("council", "current()") for what in ("key", "name", "short_name")}
WHICH |= {"settings.COUNCIL"}


def test_no_councils_name_in_the_code() -> None:
    found = [
        f"{place(path, node)} {text!r}"
        for path in files(*OURS)
        if place(path) not in DEFAULT
        for node, text in words(path)
        if any(named(name, text) for name in NAMES)
    ]
    assert found == []


def named(name: str, text: str) -> bool:
    """Whether a text names a council: a short name in capitals must stand alone."""
    return name in text.split() if name.isupper() else name in text.lower()


def test_nothing_asks_which_council_it_is() -> None:
    found = [
        f"{place(path, node)}: {ast.unparse(node)}"
        for path in files("backoffice", "portal", "tasks", "workflows")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare | ast.Match) and asks(node)
    ]
    assert found == []


def asks(node: ast.Compare | ast.Match) -> bool:
    """Whether a comparison is about which council this is."""
    parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.subject]
    return any(ast.unparse(part) in WHICH for part in parts)


@pytest.mark.parametrize("code", ["council.key == 'x'", "current().key in ('x',)", "'x' != settings.COUNCIL"])
def test_what_is_looked_for_is_found(code: str) -> None:
    node = ast.parse(code, mode="eval").body
    assert isinstance(node, ast.Compare)
    assert asks(node)
