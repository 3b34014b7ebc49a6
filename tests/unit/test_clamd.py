"""The virus scanner is asked over its own protocol: a scanner of the tests speaks it on a real socket."""

from pathlib import Path

import pytest

from tests.files import EICAR, clamd
from workflows.engine.files.clamd import PIECE, Away, Verdict, ping, scan

LONG = bytes(range(256)) * 1_000


@pytest.mark.parametrize("content", [b"", b"short", LONG])
def test_a_clean_file_arrives_whole(content: bytes) -> None:
    with clamd() as running:
        assert scan(running.address, [content]) == Verdict(clean=True)
    assert running.seen == [content]
    assert max(running.pieces, default=0) <= PIECE


def test_it_speaks_over_a_unix_socket_too(tmp_path: Path) -> None:
    with clamd(tmp_path) as running:
        assert scan(running.address, [b"one", b"two"]).clean
    assert running.seen == [b"onetwo"]
    assert running.commands == [b"zINSTREAM\0"]


def test_what_it_finds_is_named() -> None:
    with clamd() as running:
        assert scan(running.address, [b"x" * 70_000 + EICAR]) == Verdict(clean=False, found="Eicar-Signature")


def test_a_file_that_is_too_large_for_it_is_told_although_it_hangs_up_while_we_send() -> None:
    with clamd() as running:
        running.limit = 100_000
        pieces = (b"\0" * PIECE for _ in range(2_000))
        assert scan(running.address, pieces) == Verdict(clean=False, too_large=True)


@pytest.mark.parametrize("said", [b"", b"stream: OK", b"stream: Can't allocate memory ERROR\0", b"UNKNOWN COMMAND\0"])
def test_an_answer_that_decides_nothing_is_no_verdict(said: bytes) -> None:
    with clamd() as running:
        running.reply = said
        with pytest.raises(Away):
            scan(running.address, [b"x"])


def test_a_scanner_that_is_not_there_is_away(tmp_path: Path) -> None:
    with clamd() as running:
        gone = running.address
    for address in (gone, ("unix", str(tmp_path / "no.sock"))):
        assert not ping(address)
        with pytest.raises(Away):
            scan(address, [b"x"])


def test_it_answers_a_ping() -> None:
    with clamd() as running:
        assert ping(running.address)
