"""Everybody who might ask for a page, and records for them to ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from backoffice.queues.models import SavedView
from backoffice.web.models import Draft
from tests import changes
from tests import factories as make
from tests.model.moves import seen, verb_call
from tests.runs import sent_run
from workflows.actions.batches import SEND
from workflows.actions.commands import open_action
from workflows.actions.rules import Asked
from workflows.changes.rules import What
from workflows.claims import commands as claims
from workflows.claims.rules import Asked as Claimed
from workflows.contracts.batches import PUBLISH
from workflows.contracts.models import ContractDocument
from workflows.engine import batches, holds, moment
from workflows.engine.models import Attachment, Notice, Outbox, Task
from workflows.lists.announcing import Written, announce
from workflows.lists.models import Notice as Banner
from workflows.parties.actor import Actor
from workflows.parties.models import Absence, Organisation, Service, Team, User
from workflows.parties.selectors import system_actor
from workflows.payments import commands, methods, opening, stopping
from workflows.payments.calendar import financial_year, number_on, period_on
from workflows.payments.commands import period_for, profile
from workflows.payments.models import PaymentMethod, ScheduledPayment
from workflows.people import links
from workflows.register.imports import commands as imports
from workflows.register.models import CarePackageLine, Contract
from workflows.reports import commands as reports
from workflows.retention import asking, packing
from workflows.search import commands as searches

CLIENTS = b"SSRef,Surname,Forename\n5550001,Nobody,Norman\n"


@dataclass
class World:
    """One of each record that an address can name."""

    organisation: Organisation = field(default_factory=make.organisation)
    home: Service = field(init=False)
    document: ContractDocument = field(init=False)
    rejected: ContractDocument = field(init=False)
    ids: Mapping[str, int | str] = field(init=False)

    def __post_init__(self) -> None:
        self.home = make.service(self.organisation)
        provider = make.actor(make.provider_user(self.organisation))
        officer = make.actor(make.staff_user())
        self.document, self.rejected = (make.published(make.line(self.home)) for _ in range(2))
        verb_call("attach", provider, seen(self.document), make.key())()
        for each in (self.document, self.rejected):
            verb_call("reject", provider, seen(each), make.key())()
        verb_call("republish", officer, seen(self.document), make.key())()
        provider_of_all = make.actor(make.provider_user(self.organisation))
        run = imports.start(actor=officer, file_name="clients.csv", content=CLIENTS, kind=None)
        line = self.document.line
        paid = sent_run(self.rejected.line)
        self.ids = {
            "case_id": self.document.pk,
            "number": 1,
            "team_id": Team.objects.get(key="service_brokerage").pk,
            "line_id": line.pk,
            "authorisation_id": 1,
            "line_week_id": 1,  # the handbook's council has none
            "service_id": self.home.pk,
            "client_id": line.client_id,
            "action_id": _action(provider, line),
            "organisation_id": self.organisation.pk,
            "sending_id": batches.create(SEND, officer, [self.organisation.pk]).pk,
            "contract_id": line.contract_id,
            "level_id": line.service_level_id,
            "payment_id": (current := payment(line.contract)).pk,
            "adjustment_id": _adjustment(current, line),
            "claim_id": _claim(provider_of_all, line),
            "stop_id": _stop(provider_of_all, make.line(self.home)),
            "calendar": "four_weekly",
            "batch_id": batches.create(PUBLISH, officer, [line.pk]).pk,
            "run_id": run.pk,
            "outbox_id": _parked(),
            "view_id": _view().pk,
            "user_id": officer.user_id,
            "hold_id": _hold(line.client_id),
            "about": "client",
            "bundle_id": _bundle(line.client.ss_ref),
            "subject_id": line.client_id,
            "reference": self.document.case.reference,
            "banner_id": _banner(officer).pk,
            "slug": "rejecting-documents",
            "key": "quantity",
            "chapter": "contract-documents",
            "notice_id": _notice(make.staff_user()).pk,
            "absence_id": _absence(officer).pk,
            "form": "csv",
            "kind": "contract_document",
            "verb": "claim",
            "draft_id": _draft_of(make.staff_user()),
            "name": "mail",
            "dispute_id": self.document.pk,
            "invoice_id": self.document.pk,
            "note_id": self.document.pk,
            "visit_id": self.document.pk,
            "row_id": 1,
            "week_id": self.document.pk,
            "contact_id": changes.contact(self.organisation).pk,
            "request_id": changes.ask(provider_of_all, What.ORGANISATION, {"town": "Diss"}).case_id,
            "search_id": searches.keep(actor=make.actor(make.staff_user()), text="somebody").token,
            "question_id": reports.keep(actor=make.actor(make.staff_user()), report="x", chosen={}).token,
            "file_id": Attachment.objects.get(attached_at__isnull=False).pk,
            "payment_run_id": paid.run.pk,
            "paid_id": paid.payment.pk,
            "day": paid.due.isoformat(),
            "act": "make_file",
            "report": "purchase-orders",
            "year": int(financial_year(moment.today())[:4]),
            "token": links.issue(_newcomer(self.organisation), timedelta(hours=1)),
            "mailed": links.issue(make.provider_user(self.organisation), timedelta(hours=1), "password"),
        }

    @property
    def turn(self) -> Task:
        """A turn of Brokerage that nobody has claimed."""
        return Task.objects.get(process_id=self.rejected.pk, finished=None)


def _hold(client_id: int) -> int:
    """A legal hold that stands."""
    clerk = make.actor(make.staff_user("", duty="administrator"))
    return holds.place(actor=clerk, about="client", subject_id=client_id, why="An inquest").pk


def _bundle(ss_ref: str) -> int:
    """What is held about a client, made a moment ago."""
    clerk = make.actor(make.staff_user("", duty="administrator"))
    made = asking.ask_for(actor=clerk, ss_ref=ss_ref)
    packing.make(made.pk)
    return made.pk


def payment(contract: Contract) -> ScheduledPayment:
    """The payment of a contract that can be looked at now."""
    system, today = system_actor(), moment.today()
    first = period_on(profile().calendars[0], today - timedelta(days=10)).first
    methods.set_method(
        actor=system, contract_id=contract.pk, start=first, calendar="four_weekly", net=False, on_actuals=False
    )
    method = PaymentMethod.objects.get(contract=contract)
    number = number_on(profile().calendars[0], first)
    commands.generate(
        actor=system, contract_id=contract.pk, period=period_for(method, number), method_id=method.pk, key=make.key()
    )
    opening.work_out_new()
    return ScheduledPayment.objects.get(contract=contract)


def _adjustment(of: ScheduledPayment, line: CarePackageLine) -> int:
    """An amount by hand that waits for a second person."""
    officer = make.actor(make.staff_user("payments_residential"))
    turn = Task.objects.get(process=of.pk, finished=None).pk
    said = {"line_id": line.pk, "excl": Decimal(1), "vat": Decimal(0), "text": "Words", "key": make.key()}
    commands.adjust(actor=officer, case_id=of.pk, task_id=turn, **said)
    return of.lines.get(kind="manual").pk


def _claim(provider: Actor, line: CarePackageLine) -> int:
    """A claim about a line of the home."""
    asked = Claimed("extra_care", moment.today(), Decimal(5), "Words", line_id=line.pk)
    return claims.submit(actor=provider, asked=asked, key=make.key()).case_id


def _stop(provider: Actor, line: CarePackageLine) -> int:
    """A notice of death stops the payments of a line."""
    asked = Asked("death", "client", line.client_id, None, "service_brokerage", "Death", "Words", since=moment.today())
    notice = open_action(actor=provider, asked=asked, key=make.key()).case_id
    done = stopping.stop(actor=system_actor(), notice_id=notice, key=make.key())
    assert done is not None
    return done.case_id


def _newcomer(organisation: Organisation) -> User:
    """Somebody who has not chosen a password yet."""
    user = make.provider_user(organisation)
    user.set_unusable_password()
    user.save()
    return user


def _action(provider: Actor, line: CarePackageLine) -> int:
    """A conversation of the provider's with Brokerage about a client of the home."""
    asked = Asked("query", "client", line.client_id, None, "service_brokerage", "A question", "Words")
    return open_action(actor=provider, asked=asked, line_id=line.pk, key=make.key()).case_id


def _parked() -> int:
    return Outbox.objects.create(topic="mail", key="parked", parked_at=timezone.now()).pk


def _view() -> SavedView:
    team = Team.objects.get(key="service_brokerage")
    return SavedView.objects.create(team=team, name="Unclaimed", query=f"team={team.pk}&view=unclaimed")


def _notice(somebody: User) -> Notice:
    return Notice.objects.create(user=somebody, kind="x", text="News", key="x")


def _banner(officer: Actor) -> Banner:
    """A notice above every page, shown now."""
    now = moment.now()
    words = Written("Closed on Friday", "The council is closed on Friday.", "everybody", now, now + timedelta(days=1))
    return announce(actor=replace(officer, duties=frozenset({"administrator"})), written=words, key="banner")


def _absence(officer: Actor) -> Absence:
    """Somebody of Brokerage is away today."""
    today = moment.today()
    substitute = make.staff_user()
    return Absence.objects.create(
        user_id=officer.user_id, substitute=substitute, first_day=today, last_day=today + timedelta(days=2)
    )


def _draft_of(somebody: User) -> int:
    later = timezone.now() + timezone.timedelta(hours=1)
    return Draft.objects.create(
        token_hash="x", user=somebody, page="/", action="/", fields={"text": ["typed"]}, expires_at=later
    ).pk


def provider(role: str) -> Callable[[World], User]:
    """A person with a role at the whole organisation."""
    return lambda world: make.provider_user(world.organisation, role=role)


def team(key: str, role: str = "member") -> Callable[[World], User]:
    """A member of a team."""
    return lambda world: make.staff_user(key, role=role)


def duty(name: str) -> Callable[[World], User]:
    """A person with a duty and no team."""
    return lambda world: make.staff_user("", duty=name)


PEOPLE: Mapping[str, Callable[[World], User | None]] = {
    "signed_out": lambda world: None,
    **{
        role: provider(role)
        for role in (
            "super_user_actuals", "super_user_scheduled", "payments", "administration", "reports", "invoice_only",
            "read_only",
        )
    },
    "at_this_service": lambda world: make.provider_user(world.organisation, role="administration", only=world.home),
    "at_another_service": lambda world: make.provider_user(
        world.organisation, only=make.service(world.organisation)
    ),
    "other_provider": lambda world: make.provider_user(make.service().organisation),
    "other_read_only": lambda world: make.provider_user(make.service().organisation, role="read_only"),
    "service_brokerage": team("service_brokerage"),
    "brokerage_manager": team("service_brokerage", "manager"),
    "payments_residential": team("payments_residential"),
    "procurement": team("procurement"),
    "fes_admin": team("fes_admin"),
    "administrator": duty("administrator"),
    "auditor": duty("auditor"),
}  # fmt: skip
