"""Each council that is shipped has a demonstration: its own levels of care, and somebody of each team and role."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.councils import SHIPPED, served
from workflows.contracts.models import ContractDocument
from workflows.council.schema import Council
from workflows.engine.models import Task
from workflows.engine.verify import verify
from workflows.parties.models import Membership, TeamMember
from workflows.register.models import CarePackageLine

pytestmark = pytest.mark.django_db


@pytest.fixture(params=SHIPPED)
def council(request: pytest.FixtureRequest, settings: Any) -> Iterator[Council]:
    """Each council in turn, with its demonstration loaded."""
    settings.DEMO = True
    with served(request.param) as made:
        call_command("load_council", stdout=StringIO())
        call_command("demo", scale=20, stdout=StringIO())
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
