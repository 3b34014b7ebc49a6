"""The file that finance pays from, and the one that comes back (domain.md §7; docs/payment-files.md)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests import factories as make
from tests.councils import another_council
from tests.db.test_scheduled_payments import SECOND, finalised, norfolk, oasis, officer, opened, turn
from workflows.council import profile as profiles
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.erase import erase_client
from workflows.engine.errors import Invalid, Refused
from workflows.engine.models import Batch, Case
from workflows.parties.models import Organisation
from workflows.parties.selectors import system_actor
from workflows.payments import commands, paying, returning, running
from workflows.payments.models import PaymentLine, PaymentRun, ScheduledPayment
from workflows.payments.rules import RunState, State
from workflows.register import commands as register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(norfolk.__name__)]
D = Decimal


def again(run: PaymentRun) -> PaymentRun:
    return PaymentRun.objects.get(pk=run.pk)


def send(run: PaymentRun) -> None:
    for verb in (running.make_file, running.sent):
        verb(actor=officer(), case_id=run.pk, task_id=turn(run.pk), key=make.key())


def came_back(payment: ScheduledPayment, amount: str = "", reference: str = "") -> bytes:
    """Finance's file about one payment."""
    name = reference or Case.objects.get(pk=payment.pk).reference
    paid = amount or ScheduledPayment.objects.get(pk=payment.pk).payable
    return f"PaymentRef,Amount,PaidOn,BacsRef\r\n{name},{paid},24/04/2018,BACS 77\r\nCONTROL,1,{paid}\r\n".encode()


def take(run: PaymentRun, content: bytes) -> None:
    returning.take(actor=officer(), case_id=run.pk, task_id=turn(run.pk), content=content, key=make.key())


def mapped(monkeypatch: pytest.MonkeyPatch, file: dict[str, Any]) -> None:
    """A council whose finance system wants another file."""
    usual = profiles.current().model_dump()["payments"]["file"]
    another_council(monkeypatch, {"payments": {"go_live": None, "file": usual | file}})


def test_the_file_is_the_same_bytes_whatever_changes_after_the_run_was_finalised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = oasis()
    run = finalised(opened(place))
    first = paying.file_of(run)
    rows = first.decode().splitlines()
    assert rows[0].startswith("SupplierNo,SupplierName,Contract,PaymentRef,PurchaseOrder")
    assert rows[-1] == "CONTROL,5,9932.20,0.00,9932.20"
    assert (run.file_rows, run.file_sha256) == (5, paying.made(run, commands.profile()).sha256)
    line = place.lines[0]
    register.end_line(actor=system_actor(), line_id=line.pk, version=None, end=date(2018, 4, 20), reason="Died")
    Organisation.objects.filter(pk=place.organisation.pk).update(name="Oasis Care Limited")
    erase_client(line.client_id, make.actor(make.staff_user("", duty="administrator")))
    mapped(monkeypatch, {"separator": ";"})
    running.make_file(actor=officer(), case_id=run.pk, task_id=turn(run.pk), key=make.key())
    running.make_file(actor=officer(), case_id=run.pk, task_id=turn(run.pk), key=make.key())
    assert paying.file_of(again(run)) == first


def test_a_file_that_is_not_the_one_that_was_made_is_not_given_out() -> None:
    run = finalised(opened(oasis()))
    run.file_sha256 = "0" * 64  # the database keeps it as it was made
    with pytest.raises(Refused, match="not the one that was made"):
        paying.file_of(run)


def test_no_file_names_a_client_and_nothing_in_it_runs_as_a_formula() -> None:
    place = oasis(people=1)
    Organisation.objects.filter(pk=place.organisation.pk).update(name='=HYPERLINK("x")')
    rows = paying.file_of(finalised(opened(place), people=1)).decode()
    assert "'=HYPERLINK" in rows
    assert not {place.lines[0].client.surname, place.lines[0].client.ss_ref} & set(rows.replace("\r\n", ",").split(","))


def test_another_council_has_one_row_a_payment_and_its_totals_first(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [{"header": name, "field": name} for name in ("payment", "net", "vat", "total", "period_first")]
    file = {"rows": "payment", "control": "first_row", "separator": "|", "dates": "%Y%m%d", "columns": columns}
    mapped(monkeypatch, file)
    payment = opened(oasis())
    rows = paying.file_of(finalised(payment)).decode().splitlines()
    assert rows[0] == "CONTROL|1|9932.20|0.00|9932.20"
    assert rows[2] == f"{Case.objects.get(pk=payment.pk).reference}|9932.20|0.00|9932.20|20180409"
    assert len(rows) == 3


def test_codes_of_the_finance_system_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """By service level, else by service group, else the list's own; VAT by its percentage (domain.md §7)."""
    place = oasis(people=1)
    level = place.lines[0].service_level.key
    columns = [
        {"header": "Cost centre", "field": "code", "value": "centres"},
        {"header": "Account", "field": "code", "value": "accounts"},
        {"header": "VAT code", "field": "vat_code"},
        {"header": "VAT %", "field": "vat_percent"},
        {"header": "Client", "field": "client"},
    ]
    codes = [
        {"key": "centres", "default": "C0", "service_groups": {"residential": "C1"}},
        {"key": "accounts", "default": "A0", "service_groups": {"residential": "A1"}, "service_levels": {level: "A2"}},
    ]
    usual = profiles.current().model_dump()["payments"]["file"]
    vat_codes = [{"percent": 0, "code": "Z"}, {"percent": 20, "code": "S"}]
    file = usual | {"columns": columns, "codes": codes, "vat_codes": vat_codes, "control": "none"}
    vat = [{"service_level": level, "start": "2018-04-02", "percent": 20}]
    with pytest.raises(ValidationError, match="names each payment by its reference"):  # finance could not say it
        another_council(monkeypatch, {"payments": {"go_live": None, "file": file, "vat": vat}})
    another_council(monkeypatch, {"payments": {"go_live": None, "file": file, "vat": vat, "return_file": None}})
    rows = paying.file_of(finalised(opened(place), people=1)).decode().splitlines()
    assert rows[1] == f"C1,A2,S,20.00,{place.lines[0].client.ss_ref}"


def test_what_an_earlier_period_left_is_a_row_and_the_file_adds_up() -> None:
    place = oasis(people=3)
    finalised(opened(place))
    for each in place.lines[:2]:  # somebody stays: later periods take up what this one leaves
        register.end_line(actor=system_actor(), line_id=each.pk, version=None, end=date(2018, 4, 12), reason="Moved")
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        nothing = finalised(opened(place, SECOND))
        assert paying.file_of(nothing).decode().splitlines()[1:] == ["CONTROL,0,0,0,0"]
        send(nothing)
        assert Case.objects.get(pk=nothing.pk).state == RunState.PAID
    with moment.at(datetime(2018, 6, 12, 10, tzinfo=LONDON)):
        third = opened(place, date(2018, 6, 4))
        task, line = {"case_id": third.pk, "task_id": turn(third.pk), "key": make.key()}, place.lines[0].pk
        one, two = officer(), officer("Mary Dunn")
        commands.adjust(actor=one, line_id=line, excl=D("5000.00"), vat=D(0), text="Void beds, as agreed", **task)
        made = PaymentLine.objects.get(payment=third, kind="manual").pk
        commands.approve_adjustment(actor=two, adjustment_id=made, **task | {"key": make.key()})
        run = finalised(ScheduledPayment.objects.get(pk=third.pk))
        rows = paying.file_of(run).decode().splitlines()
    assert [each for each in rows if "Carried from an earlier period" in each]
    assert rows[-1].endswith(f",{run.total}")
    assert run.total == D("5000.00") + D("1986.44") + nothing.payments.get().carried_out


def test_a_return_file_marks_what_was_paid_once() -> None:
    payment = opened(oasis())
    run = finalised(payment)
    send(run)
    for content in (came_back(payment, "9932.21"), came_back(payment, reference="PAY-1999-1")):
        with pytest.raises(returning.Faulty):
            take(run, content)
    assert again(run).returned_files.count() == 0
    take(run, came_back(payment))
    paid = ScheduledPayment.objects.get(pk=payment.pk)
    assert (paid.paid_reference, paid.paid_at) == ("BACS 77", datetime(2018, 4, 24, tzinfo=LONDON))
    assert (Case.objects.get(pk=payment.pk).state, Case.objects.get(pk=run.pk).state) == (State.PAID, RunState.PAID)
    with pytest.raises(Refused, match="brought in before"):
        returning.refuse_again(again(run).returned_files.get().sha256)


class Died(BaseException):
    """A power cut."""


@pytest.mark.parametrize("few", [0, 25])
def test_whoever_marks_the_last_payment_closes_the_run_or_dies_over_both(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Few are marked at once, many by a worker: that dies between the last payment and the run, and comes again."""
    monkeypatch.setattr(running, "FEW", few)
    payment = opened(oasis())
    run = finalised(payment)
    send(run)

    def dies(*_: Any) -> None:
        raise Died

    if not few:
        take(run, came_back(payment))

    def marks() -> None:
        if few:
            take(run, came_back(payment))
        else:
            batches.run_slice(Batch.objects.get(kind=running.PAID).pk, 0)

    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(running, "_close", dies)
        marks()
    marked = ScheduledPayment.objects.get(pk=payment.pk).paid_at is not None
    assert (marked, Case.objects.get(pk=run.pk).state) == (not few, RunState.SENT)
    marks()
    if not few:
        batches.run_slice(Batch.objects.get(kind=running.PAID).pk, 0)  # a message that comes twice
    assert (Case.objects.get(pk=payment.pk).state, Case.objects.get(pk=run.pk).state) == (State.PAID, RunState.PAID)


def test_what_was_paid_without_a_line_stays_open_until_that_is_put_back() -> None:
    place = oasis()
    payment = opened(place)
    line = payment.lines.order_by("pk")[0].pk
    on = {"case_id": payment.pk, "task_id": turn(payment.pk)}
    commands.hold_out(actor=officer(), lines=[line], text="Rate to be agreed", key=make.key(), **on)
    run = finalised(payment)
    send(run)
    take(run, came_back(payment))
    assert (Case.objects.get(pk=payment.pk).state, Case.objects.get(pk=run.pk).state) == (State.PARTLY, RunState.PAID)
    commands.put_back(actor=officer(), lines=[line], key=make.key(), case_id=payment.pk, task_id=turn(payment.pk))
    assert Case.objects.get(pk=payment.pk).state == State.PAID
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        assert opened(place, SECOND).lines.get(kind="adjustment").total == D("1986.44")


@pytest.mark.parametrize("broken", ["threshold", "nobody"])
def test_no_run_is_sent_back_or_cancelled_without_a_reason(broken: str) -> None:
    payment = opened(oasis(people=1))
    run = running.prepare(actor=officer(), calendar="four_weekly", pay_on=payment.pay_on, key=make.key()).case_id
    with pytest.raises(Invalid):
        running.cancel(actor=officer(), case_id=run, task_id=turn(run), text=" ", key=make.key())
