"""Scheduled payments, runs, stops and remittances of two providers with marked data, as Norfolk: nothing of one is on
any page, file or search of the other, of a colleague at another service, or of a council's team that reads none."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import factories as make
from tests.access.marked import Crawl
from tests.access.people import payment as opened
from tests.access.test_nothing_leaks import answer
from tests.model.payments import follow, on
from tests.web.portal import sign_in
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked
from workflows.engine import batches, erase, moment
from workflows.engine.models import Batch, Content
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User
from workflows.payments import commands, ledger, running
from workflows.payments.calendar import financial_year
from workflows.payments.commands import Wrong
from workflows.payments.models import PaymentLine, PaymentStop, ScheduledPayment
from workflows.register.models import CarePackageLine, Contract
from workflows.search import selectors as search

pytestmark = pytest.mark.django_db
#: What the council writes for itself.
INSIDE = "INSIDEWORD"


@dataclass
class Marked:
    """A provider with a rejected payment, amounts and lines that were corrected by hand, and a stop."""

    mark: str
    colin: Actor
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    elsewhere: Service = field(init=False)
    person: User = field(init=False)
    lines: list[CarePackageLine] = field(init=False)
    payment: ScheduledPayment = field(init=False)
    stop: int = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(self.organisation, name=f"{self.mark} House")
        self.elsewhere = make.service(self.organisation, name="Another House")
        self.person = make.provider_user(self.organisation, name=f"Person {self.mark}")
        self.lines = [make.line(self.home, of=make.client_(f"{self.mark}{each}", self.mark)) for each in range(3)]
        CarePackageLine.objects.filter(pk__in=[each.pk for each in self.lines]).update(contract=self.contract)
        self.stop = self._stopped()
        self.payment = opened(self.contract)
        self._corrected()
        wrong = [Wrong(self.lines[0].pk, None, text=f"Wrong, {self.words}")]
        commands.reject(actor=self.actor, wrong=wrong, comments=f"Please look, {self.words}", **on(self.payment.pk))

    @property
    def contract(self) -> Contract:
        return self.lines[0].contract

    @property
    def actor(self) -> Actor:
        return make.actor(self.person)

    @property
    def words(self) -> str:
        """What people wrote in payments, and nowhere else."""
        return f"W{self.mark}w"

    def _stopped(self) -> int:
        """A death that Payments has to check."""
        since = moment.today() - timedelta(days=1)
        about = self.lines[2].client_id
        told = Asked("death", "client", about, None, "service_brokerage", "News", self.mark, since=since)
        notice = open_action(actor=self.actor, asked=told, key=make.key()).case_id
        follow("line.changed")
        return PaymentStop.objects.get(notice=notice).pk

    def _corrected(self) -> None:
        """An amount that waits for a second person, for a reason of the council's own; and a line that is held out, for
        one that both sides read: what is not paid says why."""
        pk, line = self.payment.pk, self.lines[0].pk
        commands.adjust(
            actor=self.colin, line_id=line, excl=Decimal(5), vat=Decimal(0), text=f"{INSIDE} {self.words}", **on(pk)
        )
        row = PaymentLine.objects.get(payment=pk, line=self.lines[1], kind="scheduled").pk
        commands.hold_out(actor=self.colin, lines=[row], text=f"Checked, {self.words}", **on(pk))

    @property
    def pages(self) -> list[str]:
        """The addresses in the portal that are its own, and show its marks."""
        here = f"/portal/scheduled-payments/{self.payment.pk}/"
        year = int(financial_year(moment.today())[:4])
        return [here, f"{here}story/", f"/portal/reports/purchase-orders/{self.lines[0].pk}/{year}/"]

    @property
    def council_pages(self) -> list[str]:
        """The council's pages about it."""
        pk, [by_hand] = self.payment.pk, PaymentLine.objects.filter(payment=self.payment, kind="manual")
        found = [f"/cases/{case}/{page}" for case in (pk, self.stop) for page in ("", "story/", "clocks/", "note/")]
        found += [f"/cases/{pk}/payment/{page}/" for page in ("answer", "adjust", "hold-out", "put-back")]
        return [
            *found, f"/cases/{pk}/payment/by-hand/{by_hand.pk}/", f"/cases/{pk}/payment/lines/{self.lines[0].pk}/",
        ]  # fmt: skip


LISTS = ["/payments/", "/payments/rejected/", "/payments/by-hand/", "/payments/stops/", "/payment-runs/"]


@pytest.fixture
def providers(settings: Any) -> tuple[Marked, Marked]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    colin = make.actor(make.staff_user("payments_residential", name="Colin Sayer"))
    return Marked("ALPHAMARK", colin), Marked("BETAMARK", colin)


def test_nothing_of_one_provider_is_anywhere_for_the_other(providers: tuple[Marked, Marked]) -> None:
    for one, other in (providers, providers[::-1]):
        browser = sign_in(one.person)
        for path in one.pages:
            assert one.mark in answer(browser, path), path  # the control
        for path in other.pages:
            refused = browser.get(path)
            assert (refused.status_code, other.mark in refused.content.decode()) == (404, False), path
            assert browser.post(path, {"verb": "confirm"}).status_code in {404, 405}, path
        crawl = Crawl(browser).follow("/portal/scheduled-payments/")
        text = crawl.text()
        assert (one.words in text, other.mark in text) == (True, False)
        assert [path for path, page in crawl.places().items() if INSIDE in page] == []
        assert not any(each.client.surname in crawl.names_of_things() for each in one.lines)
        for query in (f"contract={other.contract.pk}", f"contract={other.contract.reference}", "year=2018/2019"):
            assert other.mark not in answer(browser, f"/portal/scheduled-payments/?{query}"), query
        for sought in (other.words, other.payment.case.reference, other.contract.reference):
            assert other.payment.case.reference not in repr(search.results(one.actor, sought)), sought
        assert one.payment.case.reference in repr(search.results(one.actor, one.contract.reference))
        assert one.payment.case.reference in repr(search.results(one.actor, one.words))
        assert INSIDE not in repr(search.results(one.actor, one.words))
    assert ledger.verify() == []


def test_a_colleague_at_another_service_and_another_team_see_nothing(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    away = sign_in(make.provider_user(one.organisation, only=one.elsewhere, name="Away"))
    crawl = Crawl(away).follow("/portal/scheduled-payments/")
    assert one.words not in crawl.text()
    assert not any(each.client.surname in crawl.text() for each in one.lines)
    for path in one.pages:
        assert one.words not in away.get(path).content.decode(), path
        assert away.get(path).status_code == 404, path
    reads_none = sign_in(make.staff_user("fes_admin"))
    for path in LISTS + one.council_pages:
        refused = reads_none.get(path)
        assert refused.status_code in {403, 404}, path
        assert one.mark not in refused.content.decode(), path
    assert one.words not in Crawl(reads_none).follow("/").text()
    payments = sign_in(make.staff_user("payments_residential"))
    shown = {path: answer(payments, path) for path in one.council_pages}
    assert [path for path, page in shown.items() if one.mark in page], shown.keys()  # the control
    assert [path for path, page in shown.items() if other.mark in page] == []
    assert all(each.mark in answer(payments, "/payments/") for each in providers)
    found = search.results(make.actor(make.staff_user("payments_residential")), INSIDE)
    assert all(each.payment.case.reference in repr(found) for each in providers)


def test_a_run_and_a_remittance_show_a_provider_its_own_alone(providers: tuple[Marked, Marked]) -> None:
    """Both are in one run; a provider knows neither of it nor of the other."""
    one, other = providers
    run = running.prepare(
        actor=one.colin, calendar="four_weekly", pay_on=one.payment.pay_on, key=make.key()
    ).case_id  # fmt: skip
    assert ScheduledPayment.objects.filter(run=run).count() == 2
    browser = sign_in(one.person)
    for path in (f"/cases/{run}/", "/payment-runs/", f"/payment-runs/{run}/payments/", f"/payment-runs/{run}/file/"):
        refused = browser.get(path)
        assert (refused.status_code, other.mark in refused.content.decode()) == (404, False), path
    seen = running.totals(run).total
    running.propose(actor=one.colin, seen=seen, **on(run))
    running.approve(actor=make.actor(make.staff_user("payments_residential")), seen=seen, **on(run))
    batches.run_slice(Batch.objects.get(kind=running.FINALISE).pk, 0)
    own, others = (f"/portal/remittance/{each.payment.pk}/" for each in providers)
    assert one.mark in answer(browser, own)
    for path in (others, f"{others}remittance.xlsx", f"{others}remittance.pdf"):
        refused = browser.get(path)
        assert (refused.status_code, other.mark in refused.content.decode()) == (404, False), path
    crawl = Crawl(browser).follow(own)
    text = crawl.text()
    assert (one.mark in text, other.mark in text) == (True, False)
    assert [path for path, page in crawl.places().items() if INSIDE in page] == []
    assert not any(each.client.surname in crawl.names_of_things() for each in one.lines)


def test_the_words_of_payments_go_with_a_client(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    administrator = make.actor(make.staff_user("", duty="administrator"))
    erase.erase_client(one.lines[0].client_id, administrator)
    left = Content.objects.filter(text__contains=one.words)
    assert [each.text for each in left] == []
    assert Content.objects.filter(text__contains=other.words).count() >= 4
    assert verify().findings == []
    assert ledger.verify() == []
