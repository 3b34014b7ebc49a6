"""Where the work folder is, and that secrets are kept in nobody else's."""

from pathlib import Path

import pytest

from launcher import home, keys
from launcher.say import Trouble


def test_it_is_in_the_tree_by_default(tmp_path: Path) -> None:
    assert home.choose({}, tmp_path).root == tmp_path / ".concord"


def test_it_is_where_the_person_says(tmp_path: Path) -> None:
    assert home.choose({"CONCORD_HOME": str(tmp_path / "mine")}, tmp_path).root == tmp_path / "mine"


def test_a_named_folder_that_cannot_be_written_is_told_and_not_replaced(nothing: Path) -> None:
    with pytest.raises(Trouble, match="cannot be used") as caught:
        home.choose({"CONCORD_HOME": str(nothing)})
    assert "Set CONCORD_HOME" in str(caught.value)


def test_a_tree_that_cannot_be_written_leads_to_the_cache_folder(
    tmp_path: Path, nothing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = home.choose({"HOME": str(tmp_path)}, nothing)
    assert found.root.parent == tmp_path / ".cache"
    assert f"working in {found.root} instead" in capsys.readouterr().err


def test_an_unwritable_home_folder_leads_to_the_temporary_folder(
    tmp_path: Path, nothing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert home.choose({"HOME": str(nothing)}, nothing).root.parent == tmp_path


def test_two_trees_never_share_a_fallback(tmp_path: Path, nothing: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert home.choose(environ, nothing).root != home.choose(environ, nothing / "other").root


def test_a_folder_that_everybody_can_write_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o777)
    assert "can be written by everybody" in home.unwritable(place)


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    assert home.private(tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_link_is_no_private_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Trouble, match="belongs to somebody else"):
        home.private(tmp_path / "link")


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = keys.key(tmp_path / "secrets", "event-key")
    assert len(first) == 64
    assert keys.key(tmp_path / "secrets", "event-key") == first
    assert (tmp_path / "secrets" / "event-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["event-key"]


def test_two_secrets_differ(tmp_path: Path) -> None:
    assert keys.key(tmp_path, "one") != keys.key(tmp_path, "two")
