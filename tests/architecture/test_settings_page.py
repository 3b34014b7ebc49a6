"""docs/settings.md names every setting, with its default, and no other."""

import re

import pytest

from .reading import ROOT, asked, is_ours, read_in

PAGE = (ROOT / "docs" / "settings.md").read_text()
NAMED = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))


def test_every_setting_of_the_product_is_explained() -> None:
    assert set(asked()) <= NAMED


def test_every_variable_that_the_launcher_reads_or_sets_is_explained() -> None:
    assert read_in(ROOT / "launcher") <= NAMED


def test_no_setting_is_explained_that_nothing_reads() -> None:
    code = set().union(
        *(read_in(ROOT / folder) for folder in ("backoffice", "launcher", "portal", "tasks", "tests", "workflows"))
    )
    assert all(is_ours(name) for name in NAMED)
    assert NAMED - code - {"CONCORD_PYTHON"} == set()  # read by the shell script `concord`
    assert "CONCORD_PYTHON" in (ROOT / "concord").read_text()


@pytest.mark.parametrize("name", sorted(name for name, needed in asked().items() if needed))
def test_what_must_be_set_is_said_to_be(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| none: it must be set \|", PAGE, re.MULTILINE)
