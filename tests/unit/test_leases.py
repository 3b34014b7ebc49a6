"""The thread that renews leases: it survives a fault, and goes when nothing is held."""

from threading import Event
from typing import Any

import pytest

from tasks.leases import Keeper

PATIENCE = 10


def test_a_renewal_that_fails_is_followed_by_the_next_and_the_thread_goes_in_the_end(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTBOX_LEASE_SECONDS = 0.03
    keeper, tried, again = Keeper(), [], Event()

    def renew() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError("the database went away")
        again.set()

    monkeypatch.setattr(keeper, "renew", renew)
    with keeper.holding(1, 1):
        first = keeper._thread
        assert first is not None
        assert again.wait(PATIENCE)
    first.join(PATIENCE)
    assert (first.is_alive(), keeper._thread) == (False, None)
    with keeper.holding(2, 1):
        second = keeper._thread
        assert second is not None and second is not first
    second.join(PATIENCE)
    assert not second.is_alive()
