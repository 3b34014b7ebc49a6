"""Payments' pages over real HTTP, two people or two clicks at once: one effect, and every answer is a lawful one."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from tests import factories as make
from tests.concurrency.browsers import Answer, Browser, browser_of
from tests.concurrency.racing import race
from tests.runs import turn
from workflows.engine import batches
from workflows.engine.models import Batch, Case, Event
from workflows.engine.verify import verify
from workflows.parties.models import User
from workflows.parties.selectors import system_actor
from workflows.payments import ledger, methods, opening, running
from workflows.payments.acting import profile
from workflows.payments.models import PaymentLine, PaymentRun, ScheduledPayment

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
#: What somebody who was slower may be told: who was faster, or why it is not possible; or where it is done already.
LAWFUL = {302, 409, 422}


class Desk:
    """A payment that is due, and four people of the team that pays, each with a browser."""

    def __init__(self, address: str) -> None:
        line, begin, key = make.line(make.service()), profile().go_live, profile().calendars[0].key
        assert begin is not None
        methods.set_method(
            actor=system_actor(), contract_id=line.contract_id, start=begin, calendar=key, net=False, on_actuals=False
        )
        opening.open_due()
        self.payment = ScheduledPayment.objects.filter(contract=line.contract_id).order_by("first")[0]
        self.people = [make.staff_user("payments_residential") for _ in range(4)]
        self.browsers = [browser_of(each, address) for each in self.people]
        self.due = reverse("council:payments_due", args=[self.payment.calendar, self.payment.pay_on.isoformat()])

    @property
    def run(self) -> PaymentRun:
        return PaymentRun.objects.get()

    def by(self, user: User) -> Any:
        return make.actor(user)

    def act(self, verb: str) -> str:
        return reverse("council:run_act", args=[self.run.pk, verb])


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def sending(browsers: list[Browser], path: str, name: str, **typed: str) -> list[Callable[[], Answer]]:
    """Each opens the page's form and then sends it."""
    opened = [(each, each.form(path, name)) for each in browsers]
    return [partial(each.post, form.action or path, form.fields | typed) for each, form in opened]


def clicks(browser: Browser, path: str, name: str, **typed: str) -> list[Callable[[], Answer]]:
    """One form, sent twice: a double click."""
    form = browser.form(path, name)
    copies = [Browser(browser.address, dict(browser.cookies)) for _ in range(2)]
    return [partial(each.post, form.action or path, form.fields | typed) for each in copies]


def lawful(answers: list[Any], *, done: int = 1) -> None:
    assert all(isinstance(each, Answer) for each in answers), answers
    assert {each.status for each in answers} <= LAWFUL, [(each.status, each.body[:500]) for each in answers]
    assert sum(each.status == 302 for each in answers) == done, [each.status for each in answers]


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_one_run_from_due_to_paid_whoever_clicks_at_once(desk: Desk) -> None:
    """Four prepare it, one of them by a double click; one holds a line out while another counts; it is proposed twice;
    three approve it; one form is sent twice at each step."""
    colin, mary, anna, joan = desk.browsers
    both = clicks(colin, desk.due, "client_key")
    answers = race([*both, *sending([mary, anna, joan], desk.due, "client_key")])
    lawful(answers, done=2 if answers[0].status == 302 else 1)
    assert events("payment_run.prepare") == 1

    own, line = (
        reverse("council:run_payment", args=[desk.run.pk, desk.payment.pk]),
        PaymentLine.objects.get(payment=desk.payment),
    )
    held = {"lines": str(line.pk), "text": "Being checked"}
    answers = race([*sending([colin], own, "text", **held), *sending([mary], desk.act("recount"), "client_key")])
    lawful(answers, done=2)
    lawful(race(clicks(colin, own, "put_back", lines=str(line.pk), put_back="1")), done=2)
    assert events("scheduled_payment.put_back") == 1

    lawful(race(clicks(colin, desk.act("propose"), "client_key")), done=2)
    assert events("payment_run.propose") == 1
    lawful(race(sending([mary, anna, joan], desk.act("approve"), "client_key", password=make.PASSWORD)))
    assert events("payment_run.approve") == 1
    batches.run_slice(Batch.objects.get(kind=running.FINALISE).pk, 0)
    assert Case.objects.get(pk=desk.run.pk).state == "finalised"
    lawful(race(clicks(colin, desk.act("sent"), "client_key")), done=2)
    assert [each.what for each in ledger.verify()] == []
    assert verify().findings == []


def test_finalising_by_a_double_click_is_one_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.payments.running.profile", partial(_generous, profile()))
    running.prepare(actor=desk.by(desk.people[0]), calendar=desk.payment.calendar, pay_on=desk.payment.pay_on, key="r")
    answers = race([
        *clicks(desk.browsers[0], desk.act("finalise"), "client_key", password=make.PASSWORD),
        *sending(desk.browsers[1:2], desk.act("finalise"), "client_key", password=make.PASSWORD),
        *sending(desk.browsers[2:3], desk.act("cancel"), "client_key", text="A mistake"),
    ])  # fmt: skip
    assert {each.status for each in answers} <= LAWFUL, [(each.status, each.body[:500]) for each in answers]
    assert events("payment_run.finalise") + events("payment_run.cancel") == 1
    assert Batch.objects.filter(kind=running.FINALISE).count() == events("payment_run.finalise")
    assert turn(desk.payment.pk)


def _generous(module: Any) -> Any:
    """Runs of this council need no second person."""
    return module.model_copy(update={"second_person_above": 10**9})
