"""The port that is served, when it is free and when it is taken."""

import socket

import pytest

from launcher import ports
from launcher.say import Trouble


def test_a_taken_port_leads_to_the_next_free_one() -> None:
    with ports.listen(20000) as first:
        number = first.getsockname()[1]
        with ports.listen(number) as second:
            assert second.getsockname()[1] > number


def test_it_listens_on_this_machine_only() -> None:
    with ports.listen(20000) as found:
        assert found.getsockname()[0] == "127.0.0.1"
        with socket.create_connection(found.getsockname(), timeout=5):
            pass


def test_it_says_so_when_no_port_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "TRIES", 1)
    with ports.listen(20000) as taken, pytest.raises(Trouble, match="No free port"):
        ports.listen(taken.getsockname()[1])
