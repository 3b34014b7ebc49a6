"""How the tests are run: side by side, and alone what needs PostgreSQL to itself."""

from pathlib import Path

from launcher.test import _alone, _without_n


def test_the_second_pass_leaves_out_what_only_the_side_by_side_runner_understands() -> None:
    words = ["-q", "-n", "4", "tests/db", "--dist=loadfile", "-n2", "--dist", "load", "-k", "name"]
    assert _without_n(words) == ["-q", "tests/db", "-k", "name"]


def test_the_second_pass_reads_only_the_files_that_have_such_tests_unless_some_are_named() -> None:
    assert {Path(each).name for each in _alone(["-q", "-x"])} >= {"test_event_log.py", "test_tallies.py"}
    assert _alone(["-q", f"{__file__}::test"]) == []
