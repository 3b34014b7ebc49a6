"""Silence as agreement: off, unless a council's profile says after how long."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import factories as make
from tests.councils import another_council, usual_council
from workflows.contracts.deeming import deem_due
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine import moment
from workflows.engine.models import Case, Outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def deeming_council(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    another_council(monkeypatch, {"contract_documents": {"deemed_accepted_after": "10 working days"}})
    yield
    usual_council()


def later(days: int) -> int:
    with moment.at(moment.now() + timedelta(days=days)):
        return deem_due()


def test_norfolk_does_not_take_silence_as_agreement(document: ContractDocument) -> None:
    assert later(365) == 0
    assert Case.objects.get(pk=document.pk).state == "published"


@pytest.mark.usefixtures("deeming_council")
def test_another_council_does_when_the_time_is_over(document: ContractDocument) -> None:
    assert later(8) == 0
    assert later(60) == 1
    assert later(60) == 0
    case = Case.objects.get(pk=document.pk)
    assert (case.state, case.holder) == ("accepted", "nobody")
    assert DocumentVersion.objects.get(document=document).answer == "deemed"
    assert Outbox.objects.filter(topic="notify", payload__kind="contract_document.deemed").count() == 1
