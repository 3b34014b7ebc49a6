"""Who imports whom, where import-linter's contracts (pyproject.toml, `./concord check`) cannot say it."""

import tomllib
from itertools import chain

import grimp
import pytest

from .reading import ROOT

PACKAGES = ("backoffice", "launcher", "portal", "tasks", "workflows")
#: What the heart must not know: it has neither addresses nor pages.
PAGES = ("django.http", "django.shortcuts", "django.urls", "django.views")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def layers() -> set[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return set(chain.from_iterable(line.replace(":", "|").replace(" ", "").split("|") for line in lines))


def packages(folder: str) -> set[str]:
    return {f"{folder}.{path.parent.name}" for path in (ROOT / folder).glob("*/__init__.py")}


def test_every_folder_of_pages_and_processes_has_its_floor() -> None:
    assert packages("workflows") | packages("backoffice") - {"backoffice.migrations"} <= layers()


def test_no_two_files_import_each_other(graph: grimp.ImportGraph) -> None:
    pairs = {
        tuple(sorted((one, other)))
        for one in graph.modules
        for other in graph.find_modules_directly_imported_by(one)
        if one in graph.find_modules_directly_imported_by(other)
    }
    assert pairs == set()


def test_the_heart_has_no_addresses_and_no_pages() -> None:
    lines = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "workflows").rglob("*.py")
        for line in path.read_text().splitlines()
        if line.strip().startswith(tuple(f"{word} {page}" for word in ("from", "import") for page in PAGES))
    ]
    assert lines == []
