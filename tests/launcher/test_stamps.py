"""A step is skipped only when nothing that went into it changed."""

from pathlib import Path

from launcher.stamps import Stamps, digest


def test_a_stamp_is_fresh_only_for_the_same_inputs(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps")
    assert not stamps.fresh("build", "a")
    stamps.put("build", "a")
    assert stamps.fresh("build", "a")
    assert not stamps.fresh("build", "b")
    assert not stamps.fresh("other", "a")


def test_a_changed_added_or_renamed_file_changes_the_hash(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("1")
    seen = {digest(tmp_path)}
    (tmp_path / "one.py").write_text("2")
    seen.add(digest(tmp_path))
    (tmp_path / "two.py").write_text("")
    seen.add(digest(tmp_path))
    (tmp_path / "two.py").rename(tmp_path / "three.py")
    seen.add(digest(tmp_path))
    assert len(seen) == 4


def test_what_python_leaves_behind_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("1")
    before = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"x")
    assert digest(tmp_path) == before


def test_texts_are_told_apart_however_they_are_cut() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_a_place_that_does_not_exist_counts_as_empty(tmp_path: Path) -> None:
    assert digest(tmp_path / "nowhere") == digest()
