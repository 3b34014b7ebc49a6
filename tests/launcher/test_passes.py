"""How the tests are run: side by side, and alone what needs PostgreSQL to itself."""

from launcher.test import _without_n


def test_the_second_pass_leaves_out_what_only_the_side_by_side_runner_understands() -> None:
    words = ["-q", "-n", "4", "tests/db", "--dist=loadfile", "-n2", "--dist", "load", "-k", "name"]
    assert _without_n(words) == ["-q", "tests/db", "-k", "name"]
