"""A legal hold at the same moment as an erasure: what is held is there, or the hold came too late and says so."""

from collections.abc import Iterable
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from workflows.engine import erase, files, holds
from workflows.engine.errors import NotFound
from workflows.engine.models import LegalHold
from workflows.engine.verify import verify
from workflows.parties.models import Client

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "without the lock"])
def test_a_hold_waits_for_the_erasure_that_has_asked_already(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    make.load_teams()
    clerk, client = make.actor(make.staff_user("", duty="administrator")), make.client_()
    asked, placed, really = Signal(), Signal(), files.erase

    def between(streams: Iterable[str], now: Any = None) -> int:
        """The erasure has asked whether a hold stands, and has erased nothing yet."""
        asked.set()
        placed.wait(timeout=0.5)
        return really(streams, now)

    def place() -> LegalHold:
        asked.wait(timeout=20)
        hold = holds.place(actor=clerk, about="client", subject_id=client.pk, why="An inquest")
        placed.set()
        return hold

    monkeypatch.setattr(files, "erase", between)
    if not locked:
        monkeypatch.setattr(holds, "before_erasing", lambda: None)
    _, second = race([partial(erase.erase_client, client.pk, clerk), place])
    both = Client.objects.get(pk=client.pk).erased_at is not None and LegalHold.objects.exists()
    assert both is not locked
    assert isinstance(second, NotFound if locked else LegalHold)
    assert verify().findings == []
