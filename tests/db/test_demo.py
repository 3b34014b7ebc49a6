"""The demonstration: there to be recognised, and never undoing what people have done since."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.access.demo import people
from workflows.actions import selectors as actions
from workflows.actions.rules import State
from workflows.engine import moment, recounting
from workflows.engine.models import Case, Task
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.payments.models import Confirmation, PaymentLine, ScheduledPayment
from workflows.register import commands, selectors
from workflows.register.models import CarePackageLine, ImportRun, PaymentHold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def council(settings: Any) -> None:
    """A demonstration of Norfolk."""
    settings.DEMO = True
    call_command("load_council", stdout=StringIO())


def demo(scale: int) -> str:
    out = StringIO()
    call_command("demo", scale=scale, stdout=out)
    return out.getvalue()


def signed_in(email: str) -> Actor:
    user = User.objects.get(email=email)
    actor = actor_for(user, Organisation.objects.filter(memberships__user=user).values_list("pk", flat=True).first())
    assert actor is not None
    return actor


def test_it_is_there_to_be_recognised_and_a_second_one_undoes_nothing() -> None:
    """Loaded once for all that is looked at: it takes longer than what is asked of it."""
    demo(60)
    james = signed_in("j.beiley@oasiscare.example")
    _five_documents(james)
    _everybody_of_the_file_can_sign_in_and_every_role_has_somebody()
    _the_handbooks_action_and_one_in_every_state(james)
    _one_change_request_in_each_state()
    _payments_stand()
    assert verify().findings == []
    assert recounting.differences() == []
    before = (len(list(actions.listed(james, actions.Filters()))), Case.objects.count())
    again = demo(60)
    assert "0 actions begun" in again
    assert (len(list(actions.listed(james, actions.Filters()))), Case.objects.count()) == before


def _five_documents(james: Actor) -> None:
    assert [str(line.client) for line in selectors.lines(james).order_by("pk")] == [
        "Kent, Karl",
        "Land, Lucy",
        "Mitchell, Mike",
        "Nunn, Nellie",
        "Osman, Oscar",
    ]
    turns = Task.objects.filter(organisation=james.organisation_id, finished=None, kind="contract_document")
    assert turns.count() == 5
    assert all(turn.created > moment.now() - timedelta(days=7) and turn.due_at > moment.now() for turn in turns)


def test_a_second_demo_adds_what_is_missing_and_undoes_nothing() -> None:
    assert "12 new lines" in demo(7)
    line = CarePackageLine.objects.get(reference="AP2750571")
    commands.end_line(actor=system_actor(), line_id=line.pk, version=None, end=moment.today(), reason="Moved out")
    runs = ImportRun.objects.count()
    assert "0 new people" in demo(7)
    assert ImportRun.objects.count() == runs
    assert "2 new lines" in demo(9)
    line.refresh_from_db()
    assert line.end == moment.today()
    assert not [run for run in ImportRun.objects.all() if run.rejected]


def _everybody_of_the_file_can_sign_in_and_every_role_has_somebody() -> None:
    shown = {each.email for each in people()} - {"j.smith@oasiscare.example"}  # a contact whom a request has admitted
    assert len(shown) == 22
    assert all(each.passcode for each in User.objects.filter(email__in=shown - {"n.field@oasiscare.example"}))
    assert signed_in("megan.frost@council.example").manages("service_brokerage")
    assert signed_in("helen.marsh@council.example").duties == {"administrator"}
    one_home = selectors.lines(signed_in("p.salt@stonepath.example"))
    assert {line.service.reference for line in one_home} == {"HOME-0003"}


def _the_handbooks_action_and_one_in_every_state(james: Actor) -> None:
    """norfolk-handbook §9: CarePlan, Oasis Residential Home (Service), Information, Provider."""
    rows = list(actions.listed(james, actions.Filters()))
    [row] = [each for each in rows if each["words"] == "CarePlan"]
    assert (actions.about(row), row["type"]) == ("Oasis Residential Home (Service)", "information")
    assert actions.assigned_to(row["holder"], row["team"]) == "Provider"
    [post] = actions.with_files(actions.posts(row["case_id"]))
    assert [each.name for each in post.files] == ["care-plan.txt"]
    assert {each["state"] for each in rows} == set(State)
    assert PaymentHold.objects.filter(lifted_at=None).exists()
    assert PaymentHold.objects.exclude(lifted_at=None).exists()


def _one_change_request_in_each_state() -> None:
    found = Counter(Case.objects.filter(kind="change_request").values_list("state", flat=True))
    assert found == {"accepted": 2, "accepted_in_part": 1, "rejected": 1, "submitted": 3, "withdrawn": 1}


def _payments_stand() -> None:
    """The handbook's figures as they come out today, and every state that a payment, a run and a stop can be in."""
    oasis = ScheduledPayment.objects.filter(contract__reference="N/A TEST").order_by("first")
    assert (oasis[0].total, len({each.financial_year for each in oasis})) == (Decimal("9932.20"), 2)
    assert {each.total for each in PaymentLine.objects.filter(payment=oasis[0])} == {Decimal("1986.44")}
    kinds = {"scheduled_payment", "payment_run", "payment_stop", "payment_debt"}
    found = set(Case.objects.filter(kind__in=kinds).values_list("kind", "state"))
    assert found == {
        *(("scheduled_payment", each) for each in ("current", "partly_finalised", "finalised", "paid")),
        *(("payment_run", each) for each in ("sent", "paid")),
        ("payment_stop", "confirmed"),
        *(("payment_debt", each) for each in ("owed", "planned")),
    }
    assert set(ScheduledPayment.objects.values_list("confirmation", flat=True)) == set(Confirmation.values)
    assert set(PaymentLine.objects.values_list("kind", flat=True)) == set(PaymentLine.Kind.values)
    claimed = Counter(Case.objects.filter(kind="claim").values_list("state", flat=True))
    assert claimed == {"accepted": 2, "submitted": 1, "queried": 1, "rejected": 1}
    assert ScheduledPayment.objects.filter(carried_out__lt=0, payable=0).exists()
    assert not ScheduledPayment.objects.filter(changed=True).exists()


def test_there_is_no_demo_outside_a_demonstration(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="CONCORD_DEMO"):
        demo(1)
