"""The last lead of a team and the last administrator stay, also when two end each other at the same moment."""

from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests import factories as make
from tests.concurrency.racing import race
from workflows.engine.errors import Refused
from workflows.engine.verify import verify
from workflows.parties.models import TeamMember, User
from workflows.parties.selectors import system_actor
from workflows.people import commands, standing
from workflows.people.rules import leaves_nobody

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
TEAM = "service_brokerage"


def two_leads_go() -> tuple[list[Any], int]:
    """Two leads of a team, and nobody else, lose it: one by another role, one with all access."""
    anna, ben = (make.staff_user(TEAM, role="lead") for _ in range(2))
    actor = system_actor()
    results = race([
        partial(commands.add_to_team, actor=actor, user_id=anna.pk, team_key=TEAM, role="member"),
        partial(commands.deactivate, actor=actor, user_id=ben.pk, reason="Has left"),
    ])  # fmt: skip
    return results, TeamMember.objects.filter(team__key=TEAM, role="lead", user__is_active=True).count()


def two_administrators_end_each_other() -> tuple[list[Any], int]:
    """Two administrators, and nobody else, take the other's duty, and the other's access."""
    anna, ben = (make.staff_user("", duty="administrator") for _ in range(2))
    results = race([
        partial(commands.remove_duty, actor=make.actor(anna), user_id=ben.pk, duty="administrator"),
        partial(commands.suspend, actor=make.actor(ben), user_id=anna.pk, reason="Away"),
    ])  # fmt: skip
    return results, User.objects.filter(groups__name="administrator", is_active=True).count()


RACES = [(two_leads_go, "last_lead"), (two_administrators_end_each_other, "last_administrator")]


@pytest.mark.parametrize(("go", "code"), RACES, ids=["leads", "administrators"])
def test_one_of_the_last_two_stays(go: Any, code: str) -> None:
    results, left = go()
    assert left == 1, results
    assert [each.code for each in results if isinstance(each, Refused)] == [code], results
    assert verify().findings == []


@pytest.mark.parametrize("go", [each for each, _ in RACES], ids=["leads", "administrators"])
def test_without_the_row_at_which_they_wait_both_would_go(go: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: each looks who else there is before either has written."""
    both = Barrier(2, timeout=10)

    def looked(there: Any, leaving: int) -> bool:
        last = leaves_nobody(there, leaving)
        if leaving in there:
            both.wait()
        return last

    monkeypatch.setattr(standing, "hold", list)
    monkeypatch.setattr(standing, "leaves_nobody", looked)
    results, left = go()
    assert left == 0, results
