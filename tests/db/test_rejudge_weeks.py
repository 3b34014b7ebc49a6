"""What was worked out by the rules of an earlier release is worked out again where it is not paid."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from tests import care
from tests.councils import served
from workflows.actuals.models import ActualWeek, LineWeek
from workflows.engine.models import Event
from workflows.engine.replaying import check
from workflows.engine.verify import verify

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command("rejudge_weeks", *words, stdout=out)
    return out.getvalue().strip()


def test_money_of_earlier_rules_is_worked_out_again_once_and_what_was_paid_stays() -> None:
    with served("suffolk"):
        home, level = care.provider("home_care")[1], care.level("personal_care", group="home_care")
        sound, old, paid = (care.line(home, level, "10") for _ in range(3))
        case = care.opened(home).case_id
        right = care.of_line(old).payable_cost
        LineWeek.objects.filter(line__in=[old, paid]).update(payable_cost=Decimal("999.99"))
        LineWeek.objects.filter(line=paid).update(standing="paid")
        events = Event.objects.count()
        assert said("--look") == "1 lines of 1 weeks would come to another sum."
        assert Event.objects.count() == events
        assert said() == "1 lines of 1 weeks come to another sum."
        costs = [care.of_line(each).payable_cost for each in (sound, old, paid)]
        assert costs == [right, right, Decimal("999.99")]
        event = Event.objects.filter(case=case).latest("seq")
        assert '"999.99"' in str(event.body), "what became of the money is in the story"
        assert ActualWeek.objects.get(pk=case).case.amount == sum(costs)
        assert said() == "0 lines of 0 weeks come to another sum."
        assert check().differences == []
        assert verify().findings == []
