"""A provider is told of commissioned care (bedford-actuals-guide, Care Package Line Items)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from workflows.engine import moment
from workflows.engine.models import Notice, Outbox
from workflows.parties.models import Service, User
from workflows.people import preferences
from workflows.register import commands as register
from workflows.register import line_lists
from workflows.register.models import CarePackageLine

load()
pytestmark = pytest.mark.django_db
TOPICS = ("line.changed", "reaction", "notify")


@pytest.fixture
def home() -> Service:
    return make.service()


@pytest.fixture
def anna(home: Service) -> User:
    return make.provider_user(home.organisation, role="read_only", name="Anna Leeder")


def carry() -> None:
    """What follows a change of a line, as the workers do it; other topics and mails stay."""
    while rows := list(Outbox.objects.filter(done_at=None, parked_at=None, topic__in=TOPICS).order_by("pk")):
        for row in rows:
            carrying.carry_out(row.pk, row.attempts)


def commissioned(home: Service, start: date | None = None) -> CarePackageLine:
    """A new line from a day on (today)."""
    client, level = make.client_("Kent", "Karl"), make.level()
    return register.add_line(
        actor=make.actor(make.staff_user()),
        reference=f"CPLI-{client.ss_ref}",
        client_id=client.pk,
        service_id=home.pk,
        contract_id=make.contract(home.organisation).pk,
        service_level_id=level.pk,
        quantity=Decimal(1),
        start=start or timezone.localdate(),
    )


def told(user: User) -> list[str]:
    carry()
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_new_changed_and_ended_care_is_told_by_reference_once(home: Service, anna: User) -> None:
    line, today = commissioned(home), timezone.localdate()
    officer = make.actor(make.staff_user())
    assert told(anna) == [f"Care package line {line.reference} is new: care is commissioned from you"]
    register.suspend_line(actor=officer, line_id=line.pk, version=None, start=today, reason="In hospital.")
    register.end_line(actor=officer, line_id=line.pk, version=None, end=today + timedelta(days=9), reason="Moves.")
    assert told(anna)[1:] == [
        f"Care package line {line.reference} was changed",
        f"Care package line {line.reference} has an end date",
    ]
    assert len(told(anna)) == 3
    assert not any("Kent" in text for text in told(anna))


def test_only_those_who_may_view_the_lines_there_are_told(home: Service, anna: User) -> None:
    there = make.service(home.organisation)
    only_there = make.provider_user(home.organisation, role="administration", only=there)
    only_here = make.provider_user(home.organisation, role="administration", only=home)
    payments = make.provider_user(home.organisation, role="payments")
    theirs = make.provider_user(make.organisation())
    commissioned(home)
    assert len(told(anna)) == len(told(only_here)) == 1
    assert told(only_there) == told(payments) == told(theirs) == []


def test_care_that_was_long_provided_is_no_news_but_its_change_is(home: Service, anna: User) -> None:
    line = commissioned(home, timezone.localdate() - timedelta(days=400))
    assert told(anna) == []
    assert line_lists.news([line]) == {}
    register.change_line(actor=make.actor(make.staff_user()), line_id=line.pk, version=None, quantity=Decimal(2))
    assert told(anna) == [f"Care package line {line.reference} was changed"]
    assert line_lists.news([line]) == {line.pk: "changed"}


def test_somebody_who_wants_no_mail_of_it_still_finds_it_on_the_home_page(home: Service, anna: User) -> None:
    preferences.set_preferences(actor=make.actor(anna), wishes={"line.started": "none"})
    commissioned(home)
    assert len(told(anna)) == 1
    assert not Outbox.objects.filter(topic="mail").exists()
    assert mail.outbox == []


def test_a_line_is_new_for_a_while(home: Service) -> None:
    line = commissioned(home)
    assert line_lists.news([line]) == {line.pk: "new"}
    register.change_line(actor=make.actor(make.staff_user()), line_id=line.pk, version=None, quantity=Decimal(2))
    assert line_lists.news([line]) == {line.pk: "new"}
    with moment.at(timezone.now() + timedelta(days=15)):
        assert line_lists.news([line]) == {}
