"""Each council that is shipped has a demonstration, and one that is not gets one made of its profile: levels of care,
and somebody of each team and role."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests import factories as make
from tests import month_end
from tests.councils import FOLDER, POLICIES, SHIPPED, served
from workflows.actuals import selectors
from workflows.actuals.models import ActualWeek, CareDecision, LineWeek, LineWeekVersion, Standing
from workflows.actuals.rules import State
from workflows.contracts.models import ContractDocument
from workflows.council.schema import Council
from workflows.engine import moment, recounting
from workflows.engine.models import Case, Task
from workflows.engine.replaying import check
from workflows.engine.sweep import sweep
from workflows.engine.verify import verify
from workflows.month_end import selectors as board
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, TeamMember
from workflows.parties.selectors import actor_for
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db
#: Who records the weeks of the provider that stands in the council's own document or in the design's pictures.
RECORDS = {
    "bradford": "f.mirza@airevalley.example",
    "suffolk": "j.pryke@1oak.example",
    "bedford": "d.thurleigh@ousevalley.example",
}


@pytest.fixture(params=[*SHIPPED, "westmere"])
def council(request: pytest.FixtureRequest, settings: Any) -> Iterator[Council]:
    """Each council in turn, with its demonstration loaded."""
    settings.DEMO = True
    with served(request.param, POLICIES if request.param == "westmere" else FOLDER) as made:
        call_command("load_council", stdout=StringIO())
        call_command("demo", scale=12, stdout=StringIO())
        yield made


def test_it_has_work_of_its_own_and_somebody_of_each_team_and_role(council: Council) -> None:
    groups = {group.key for group in council.service_groups}
    assert {line.service.group for line in CarePackageLine.objects.select_related("service")} <= groups
    assert {document.case.reference.split("-")[0] for document in ContractDocument.objects.select_related("case")} == {
        council.contract_documents.prefix
    }
    assert Task.objects.filter(finished=None).exists()
    assert verify().findings == []
    teams = set(TeamMember.objects.values_list("team__key", flat=True))
    assert teams == {team.key for team in council.teams if not team.outside}
    assert {role.key for role in council.roles} <= set(Membership.objects.values_list("role", flat=True))
    lines = CarePackageLine.objects.values_list("service__group", "service_level__key")
    for kind in council.actuals.kinds if council.actuals else ():
        assert any(group == kind.service_group and (not kind.levels or level in kind.levels) for group, level in lines)
    _every_pound_of_the_month_end_is_told_once(council)
    if council.key in RECORDS:
        _weeks_stand_in_every_state_the_record_holds_and_a_second_demo_undoes_nothing(council.key)


def _every_pound_of_the_month_end_is_told_once(council: Council) -> None:
    """What the board says of every run, against each line's own price and each week's own lines."""
    if council.payments is None and council.actuals is None:
        return
    auditor, now = make.actor(make.staff_user("", duty="auditor")), moment.now()
    runs = board.runs(auditor, now)
    told = {
        (each.calendar, None if each.is_weeks else each.pay_on, each.cut_off if each.is_weeks else None): {
            (found.key, (found.holder, found.holder_id)): found.money for found in board.blocked(each) if found.money
        }
        for each in runs
    }
    assert {run: sums for run, sums in told.items() if sums} == month_end.by_hand(council)
    for each in runs:
        shown = board.blocked(each)
        assert sum(found.count for found in shown) == board.rows(each).count()
        for found in shown:  # the list that a figure opens is that figure
            listed = board.rows(each, board.Narrow(found.key, found.holder, found.holder_id))
            assert board.summed(listed) == board.Sums(found.count, found.money)


def signed_in(email: str) -> Actor:
    place = Membership.objects.select_related("user").get(user__email=email)
    actor = actor_for(place.user, place.organisation_id)
    assert actor is not None
    return actor


def _weeks_stand_in_every_state_the_record_holds_and_a_second_demo_undoes_nothing(council: str) -> None:
    who = signed_in(RECORDS[council])
    states = set(selectors.cases(who).values_list("state", flat=True))
    assert {State.RECORDING, State.CHECKED} <= states
    assert set(Case.objects.filter(kind="actuals").values_list("state", flat=True)) >= {State.SUBMITTED, *states}
    late = [week for week in ActualWeek.objects.select_related("case") if week.case.state == State.RECORDING]
    assert len(late) > 2  # the present one, the one that is due next, and one that is late or was asked about
    assert LineWeek.objects.filter(differs=True).exists()
    assert LineWeekVersion.objects.exists()
    assert Case.objects.filter(kind="dispute").exists()
    assert {Standing.GENERATED, Standing.SAVED, Standing.SUBMITTED, Standing.PAYABLE} <= set(
        LineWeek.objects.values_list("standing", flat=True)
    )
    sweep()
    assert verify().findings == []
    assert check(every=True).differences == []
    assert recounting.differences() == []
    _a_second_demo_undoes_nothing()
    if council == "bradford":
        _stays_near_their_limit_have_their_decision_asked_for()


def _a_second_demo_undoes_nothing() -> None:
    def standing() -> list[tuple[int, int, str]]:
        return list(LineWeek.objects.order_by("pk").values_list("pk", "version", "standing"))

    before, out = standing(), StringIO()
    call_command("demo", scale=12, stdout=out)
    assert "0 weeks of actuals" in out.getvalue()
    assert standing() == before


def _stays_near_their_limit_have_their_decision_asked_for() -> None:
    asked = CareDecision.objects.filter(raised="funding_decision").values_list("line__reference", "decided")
    assert dict(asked) == {"AP1051203": False, "AP1053311": False, "AP1053312-P": True}
    stay = LineWeek.objects.filter(line__reference="AP1051203", causes=["hospital"]).order_by("week")
    assert [each.payable for each in stay] == [12, 12, 0]  # weeks 1 and 2 are paid, week 3 waits
