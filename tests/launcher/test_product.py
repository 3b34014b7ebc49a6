"""What the product's processes are told, and what a person's command line means."""

from pathlib import Path

import pytest

from launcher import __main__ as launcher
from launcher import demo, product, servers
from launcher.home import Home
from launcher.say import Trouble

ADDRESSES = {"DATABASE_URL": "postgresql://me@db/concord", "REDIS_URL": "redis://queue:6379/1"}
FOUND = servers.Servers(None, None, ADDRESSES, "concord")


def test_the_council_is_norfolk_unless_the_person_says_otherwise() -> None:
    assert product.council(None, {}) == "norfolk"
    with pytest.raises(Trouble):
        product.council(None, {"CONCORD_COUNCIL": "atlantis"})
    assert product.council("norfolk", {"CONCORD_COUNCIL": "atlantis"}) == "norfolk"


@pytest.mark.parametrize("name", ["atlantis", "../norfolk", "Norfolk; DROP", "x" * 60])
def test_an_unknown_council_is_told_with_those_that_there_are(name: str) -> None:
    with pytest.raises(Trouble, match="There is no council") as caught:
        product.council(name, {})
    assert "norfolk" in str(caught.value)


def test_each_council_has_a_database_of_its_own() -> None:
    assert product.council(None, {"CONCORD_COUNCIL_FILE": "/etc/concord/westmere.toml"}) == "westmere"
    assert product.database("west-sussex") == "concord_west_sussex"


def test_a_persons_settings_win_over_defaults_and_lose_against_what_must_be(tmp_path: Path) -> None:
    given = {"CONCORD_MAIL_DIR": "/mail", "CONCORD_SECRET_KEY": "", "CONCORD_HOME": "elsewhere", "LANG": "C"}
    environ = product.environment(Home(tmp_path), FOUND, "norfolk", demo=True, environ=given)
    assert environ["CONCORD_MAIL_DIR"] == "/mail"
    assert len(environ["CONCORD_SECRET_KEY"]) == 64
    assert environ["CONCORD_HOME"] == str(tmp_path)
    assert environ["LANG"] == "C"
    assert environ["CONCORD_DEMO"] == "1"
    assert {name: environ[name] for name in ADDRESSES} == ADDRESSES


def test_tests_are_no_demo(tmp_path: Path) -> None:
    assert product.environment(Home(tmp_path), FOUND, "norfolk", demo=False, environ={})["CONCORD_DEMO"] == "0"


def test_a_demo_can_be_asked_for_in_words(tmp_path: Path) -> None:
    environ = {"CONCORD_HOME": str(tmp_path)}
    asked = demo.wish(["--port", "9000", "--fresh", "--scale", "3"], environ)
    assert (asked.council, asked.port, asked.fresh, asked.scale) == ("norfolk", 9000, True, 3)
    asked = demo.wish([], environ)
    assert (asked.council, asked.port, asked.fresh, asked.scale) == ("norfolk", 8000, False, None)
    assert (
        asked.history,
        demo.wish(["--history"], environ).history,
        demo.wish(["--history", "4"], environ).history,
    ) == (
        0,
        52,
        4,
    )


@pytest.mark.parametrize("words", [["--port", "0"], ["--port", "70000"], ["--port", "x"], ["--nonsense"]])
def test_what_it_does_not_know_it_says(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        demo.wish(words, {})
    assert "usage: concord demo" in capsys.readouterr().err


def test_an_unknown_verb_is_answered_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert launcher.main(["dance"]) == 2
    assert "./concord demo" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_help_names_every_verb(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert launcher.main(words) == 0
    told = capsys.readouterr().out
    assert all(f"./concord {verb}" in told for verb in launcher.VERBS)
