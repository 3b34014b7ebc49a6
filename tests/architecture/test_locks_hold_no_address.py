"""Lock files say which packages, by hash, and never where from: whoever installs has an index of their own."""

import re
from pathlib import Path

import pytest

from .reading import ROOT

ADDRESS = re.compile(r"\w+://")
LOCKS = [ROOT / "package-lock.json", *sorted((ROOT / "requirements").glob("*.txt"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_holds_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "sha" in text
    assert [line for line in text.splitlines() if ADDRESS.search(line)] == []
