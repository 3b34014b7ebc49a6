"""The council's room of payment runs: from what is due to what finance has paid (design, workflows §5)."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from tests import factories as make
from tests.councils import another_council
from tests.db.test_payment_files import came_back
from tests.db.test_scheduled_payments import FIRST, SECOND, Oasis, norfolk, oasis, opened, turn
from tests.runs import finalised
from workflows.engine import batches, moment
from workflows.engine.calendar import LONDON
from workflows.engine.models import Access, Batch, Case
from workflows.parties.models import User
from workflows.parties.selectors import system_actor
from workflows.payments import commands, paying
from workflows.payments.models import PaymentRun, ScheduledPayment
from workflows.register import commands as register

from .portal import HIDDEN, sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures(norfolk.__name__)]
MOST_QUERIES = 12
D = Decimal


def officer(name: str = "Colin Sayer") -> User:
    return make.staff_user("payments_residential", name=name)


def hidden(page: Any, last: bool = True) -> dict[str, str]:
    """What the page's last form carries unseen."""
    body = page.content.decode().partition("<main")[2]
    body = body[body.rindex("<form") if last else body.index("<form") :]
    found = HIDDEN.findall(body[: body.index("</form>")])
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def act(client: Client, run: int, name: str, **typed: Any) -> Any:
    """Open a page of a verb, and send its form."""
    address = reverse("council:run_act", args=[run, name])
    return client.post(address, hidden(client.get(address)) | typed, follow=True)


def due_address(payment: ScheduledPayment) -> str:
    return reverse("council:payments_due", args=[payment.calendar, payment.pay_on.isoformat()])


def prepare(client: Client, payment: ScheduledPayment) -> int:
    address = due_address(payment)
    client.post(address, hidden(client.get(address)))
    return PaymentRun.objects.latest("number").pk


def test_a_run_from_what_is_due_to_what_was_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepare, hold out, propose, a second person, finalise, send, bring in: each page says what is next."""
    another_council(monkeypatch, {"payments": {"go_live": None, "second_person_above": D(5000)}})
    place = oasis()
    payment, colin, mary = opened(place), sign_in(officer()), sign_in(officer("Mary Dunn"))
    said = text(colin.get(reverse("council:payment_runs")))
    assert "23 April 2018" in said
    assert "£9,932.20" in said
    run = prepare(colin, payment)
    case = reverse("council:case", args=[run])
    assert "Propose it for approval" in text(colin.get(case))

    own = reverse("council:run_payment", args=[run, payment.pk])
    page = colin.get(own)
    line = payment.lines.order_by("pk")[0].pk
    typed = hidden(page) | {"lines": [line]}
    assert "Say why these lines are held out" in text(colin.post(own, typed))
    colin.post(own, typed | {"text": "The rate is to be agreed"})
    said = text(colin.get(own))
    assert "The rate is to be agreed" in said
    assert "by Colin Sayer" in said
    assert PaymentRun.objects.get(pk=run).total == D("7945.76")
    colin.post(own, hidden(colin.get(own)) | {"lines": [line], "put_back": "1"})
    assert PaymentRun.objects.get(pk=run).total == D("9932.20")
    page = colin.get(own)
    colin.post(own, hidden(page, last=False) | {"lines": [line], "text": "The rate is to be agreed"})

    assert "waits for a second person" in text(act(colin, run, "propose"))
    refused = colin.get(reverse("council:run_act", args=[run, "approve"]))
    assert refused.status_code == 403
    assert "You proposed this run. Somebody else of the team approves it." in text(refused)
    form = hidden(mary.get(reverse("council:run_act", args=[run, "approve"])))
    assert colin.post(reverse("council:run_act", args=[run, "approve"]), form).status_code == 403
    assert "Enter your password" in text(act(mary, run, "approve"))
    assert "The password is not right" in text(act(mary, run, "approve", password="not Mary's"))
    assert PaymentRun.objects.get(pk=run).case.state == "proposed"
    progress = act(mary, run, "approve", password=make.PASSWORD)
    assert "Finalising 1 payment" in text(progress)
    batch = Batch.objects.get()
    batches.run_slice(batch.pk, 0)
    assert "Finalised: 1 of 1 payment" in text(colin.get(reverse("council:run_batch", args=[batch.pk])))

    said = text(colin.get(case))
    for words in ("Now: send the payment file", "SHA-256", "It names no client"):
        assert words in said, words
    first, second = (colin.get(reverse("council:run_file", args=[run])) for _ in range(2))
    assert first.content == second.content == paying.file_of(PaymentRun.objects.get(pk=run))
    assert first["Content-Disposition"] == 'attachment; filename="payment-run-1.csv"'
    assert Access.objects.filter(what="payment_run.file", object_id=run).count() == 2
    act(colin, run, "sent")
    address = reverse("council:run_return", args=[run])

    def bring(content: bytes) -> Any:
        file = SimpleUploadedFile("returned.csv", content)
        return colin.post(address, hidden(colin.get(address)) | {"file": file}, follow=True)

    wrong = came_back(payment, "1.00")
    said = text(bring(wrong))
    assert "was finalised at £7,945.76, and the file says £1.00" in said
    assert "Line 2" in said
    assert not PaymentRun.objects.get(pk=run).returned_files.exists()
    form = hidden(colin.get(address))
    sent = {"file": SimpleUploadedFile("returned.csv", came_back(payment))}
    assert "All of it is paid" in text(colin.post(address, form | sent, follow=True))
    paid = ScheduledPayment.objects.get(pk=payment.pk)
    assert (paid.paid_reference, Case.objects.get(pk=payment.pk).state) == ("BACS 77", "partly_finalised")


def test_what_waits_says_for_what_and_with_whom() -> None:
    place = oasis(people=2)
    payment = opened(place)
    commands.adjust(
        actor=make.actor(officer()), case_id=payment.pk, task_id=turn(payment.pk), line_id=place.lines[0].pk,
        excl=D("20.00"), vat=D(0), text="A taxi", key=make.key(),
    )  # fmt: skip
    said = text(sign_in(officer()).get(due_address(payment) + "?show=by_hand"))
    assert "Written by Colin Sayer; waits for a second person: A taxi" in said


def test_a_run_stands_beside_the_pay_day_before_so_that_the_absurd_stands_out() -> None:
    place = oasis(people=1)
    finalised(opened(place))
    for _ in range(2):
        register.add_line(
            actor=system_actor(), reference=f"AP{next(make._numbers):07}", client_id=make.client_().pk,
            service_id=place.home.pk, contract_id=place.contract.pk, service_level_id=place.lines[0].service_level_id,
            quantity=D(1), start=SECOND,
        )  # fmt: skip
    with moment.at(datetime(2018, 5, 15, 10, tzinfo=LONDON)):
        payment = opened(place, SECOND)
        client = sign_in(officer())
        said = text(client.get(reverse("council:case", args=[prepare(client, payment)])))
    for words in ("£1,986.44", "£5,959.32", "£3,972.88 more, +200.0% Unusual"):
        assert words in said, words


def test_a_total_that_has_moved_is_counted_again_first() -> None:
    place = oasis(people=1)
    client = sign_in(officer())
    run = prepare(client, opened(place))
    form = hidden(client.get(reverse("council:run_act", args=[run, "finalise"])))
    ScheduledPayment.objects.filter(run=run).update(payable=D("1.00"), total=D("1.00"), excl=D("1.00"))
    answer = client.post(reverse("council:run_act", args=[run, "finalise"]), form | {"password": make.PASSWORD})
    assert "The run now comes to £1.00, not £1,986.44. Count it again." in text(answer)
    assert "Now: count it again" in text(client.get(reverse("council:case", args=[run])))


def test_a_council_may_finalise_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    another_council(monkeypatch, {"payments": {"go_live": None, "password_to_finalise": False}})
    client = sign_in(officer())
    run = prepare(client, opened(oasis(people=1)))
    assert "Your password" not in text(client.get(reverse("council:run_act", args=[run, "finalise"])))
    assert "Finalising 1 payment" in text(act(client, run, "finalise"))


def test_lists_cost_as_many_queries_for_one_as_for_many() -> None:
    client, first = sign_in(officer()), opened(oasis(people=2))
    hold_one_out(first)
    run = prepare(client, first)
    names = ("run_payments", "run_looks")
    addresses = [reverse("council:payment_runs"), *(reverse(f"council:{each}", args=[run]) for each in names)]
    addresses[-1] += "?show=held_out"
    one = [_queries(client, each) for each in (*addresses, reverse("council:case", args=[run]))]
    for _ in range(12):
        hold_one_out(opened(oasis(people=2)))
    ScheduledPayment.objects.filter(run=None).update(run=run)
    many = [_queries(client, each) for each in (*addresses, reverse("council:case", args=[run]))]
    assert one == many
    assert max(one[:-1]) <= MOST_QUERIES, one


def hold_one_out(payment: ScheduledPayment) -> None:
    line = payment.lines.order_by("pk")[0].pk
    on = {"case_id": payment.pk, "task_id": turn(payment.pk), "key": make.key()}
    commands.hold_out(actor=make.actor(officer()), lines=[line], text="The rate is to be agreed", **on)


def test_who_does_not_read_runs_does_not_enter() -> None:
    run = prepare(sign_in(officer()), opened(oasis(people=1)))
    brokerage = sign_in(make.staff_user("service_brokerage"))
    for name in ("run_payments", "run_looks", "run_file", "run_return"):
        assert brokerage.get(reverse(f"council:{name}", args=[run])).status_code == 403
    provider = sign_in(make.provider_user(oasis(people=1).organisation))
    assert provider.get(reverse("council:run_payments", args=[run])).status_code == 404


def advice_of(place: Oasis, payment: ScheduledPayment, **person: Any) -> tuple[Client, Any]:
    client = sign_in(make.provider_user(place.organisation, **person))
    return client, client.get(reverse("portal:remittance", args=[payment.pk]))


def test_the_remittance_advice_has_the_handbooks_layout() -> None:
    """norfolk-handbook §8, with its figures."""
    place = oasis()
    payment = opened(place)
    line = payment.lines.order_by("pk")[0]
    hold_one_out(payment)
    client, early = advice_of(place, payment)
    assert early.status_code == 404
    finalised(payment)
    page = client.get(reverse("portal:remittance", args=[payment.pk]))
    said, level = text(page), line.line.service_level.name
    own = place.lines[1]
    for words in (
        "You will still receive a Remittance Advice from our Corporate Payments system",
        "Scheduled payment: 23/04/18",
        "Scheduled (Pay on actuals: Never) 09/04/2018 Four-weekly Gross",
        f"{own.client} ({own.client.ss_ref}) - 2018/2019 (ID {own.reference})",
        f"Cost {level} (Placement), SPOT. Paid 09/04/18 to 06/05/18 £1,986.44",
        "Total for Client £1,986.44",
        "Total Payable £7,945.76",
        "* Partially finalised payment period",
        "The rate is to be agreed",
    ):
        assert words in said, words
    assert Access.objects.filter(what="remittance", object_id=payment.pk).count() == 5
    summary = text(client.get(reverse("portal:remittance", args=[payment.pk]) + "?summary=on"))
    assert level not in summary
    assert "Total for Client" in summary
    chooser = text(client.get(reverse("portal:remittances")))
    assert "09/04/2018 - 06/05/2018 *" in chooser
    chosen = client.get(reverse("portal:remittances"), {"period": payment.pk, "summary": "on"})
    assert chosen["Location"].endswith(f"/{payment.pk}/?summary=on")
    assert reverse("portal:remittances") in client.get(reverse("portal:reports")).content.decode()
    for form, start in (("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfService")):
        file = client.get(reverse("portal:remittance_file", args=[payment.pk, form]))
        content = b"".join(file.streaming_content)
        assert content.startswith(start)
        reference = Case.objects.get(pk=payment.pk).reference
        assert file["Content-Disposition"] == f'attachment; filename="remittance-{reference}.{form}"'
        if form == "xlsx":
            rows = [*load_workbook(BytesIO(content))["Totals"].values]
            assert ("Total Payable", 7945.76) in [(name, figure) for name, figure, _ in rows]
    council = sign_in(officer())
    assert "Total Payable £7,945.76" in text(council.get(reverse("council:remittance", args=[payment.pk])))


def test_with_reach_to_one_service_there_are_its_lines_and_no_total_of_the_contract() -> None:
    place = oasis(people=2)
    other = make.service(place.organisation)
    line = register.add_line(
        actor=system_actor(), reference=f"AP{next(make._numbers):07}", client_id=make.client_("Quill", "Quentin").pk,
        service_id=other.pk, contract_id=place.contract.pk, service_level_id=place.lines[0].service_level_id,
        quantity=D(1), start=FIRST,
    )  # fmt: skip
    payment = opened(place)
    finalised(payment)
    client, page = advice_of(place, payment, only=other)
    said = text(page)
    assert "Quill, Quentin" in said
    assert place.lines[0].client.surname not in said
    assert "Total of the lines that you see £1,986.44" in said
    assert "£5,959.32" not in said
    file = client.get(reverse("portal:remittance_file", args=[payment.pk, "csv"]))
    assert str(line.client) in b"".join(file.streaming_content).decode()
    _, stranger = advice_of(oasis(people=1), payment)
    assert stranger.status_code == 404
    _, elsewhere = advice_of(place, payment, only=make.service(place.organisation))
    assert elsewhere.status_code == 404
    _, roleless = advice_of(place, payment, role="invoice_only")
    assert roleless.status_code == 403


def test_an_advice_costs_as_many_queries_for_one_line_as_for_many() -> None:
    counts = []
    for people in (1, 30):
        place = oasis(people=people)
        payment = opened(place)
        finalised(payment)
        client, _ = advice_of(place, payment)
        counts.append(_queries(client, reverse("portal:remittance", args=[payment.pk])))
        counts.append(_queries(client, reverse("portal:remittances")))
    assert counts[:2] == counts[2:]
    assert max(counts) <= MOST_QUERIES


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_pdf_says_what_the_page_says_and_a_summary_only_the_totals() -> None:
    place = oasis(people=2)
    payment = opened(place)
    hold_one_out(payment)
    finalised(payment)
    client, _ = advice_of(place, payment)
    paid = payment.lines.get(held_out_at=None).line
    address = reverse("portal:remittance_file", args=[payment.pk, "pdf"])
    whole, summary = (_words_of(client, f"{address}{asked}") for asked in ("", "?summary=on"))
    for words in (
        f"{paid.client} ({paid.client.ss_ref}) - 2018/2019 (ID {paid.reference})",
        f"{paid.service_level.name} (Placement), SPOT. Paid",
        "09/04/18 to 06/05/18",
        "Total for Client £1,986.44",
        "Total Payable £1,986.44",
        "The rate is to be agreed",
        "Partially finalised payment period",
        "Scheduled payment: 23/04/18",
    ):
        assert words in whole, (words, whole)
    assert paid.service_level.name not in summary
    assert str(paid.client) in summary


def _words_of(client: Client, address: str) -> str:
    content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
