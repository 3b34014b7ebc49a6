"""What a council profile may say: one frozen class a table of the TOML file, each in the module of its topic.

Unknown keys are refused. A field is added in its topic together with the code that reads it and with a test in which
two councils differ. The cross-checks make a profile total: every key is declared, every desk has a team, every team
reads what it is given, and somebody at a provider can do each thing.
"""

from collections.abc import Iterator

from pydantic import model_validator

from . import giving, references, serving
from .actions import Actions
from .actuals import Actuals
from .care import CarePackageLines, ServiceGroup
from .change_requests import ChangeRequests
from .chapters import Chapters
from .claims import Claims
from .clocks import Calendar, CaseClock, Clocks, Managers, Rung
from .contract_documents import ContractDocuments
from .faults import Fault, refuse, twice
from .files import Files
from .help import Help
from .invoices import Invoices
from .kinds import EVERY_KIND, CaseKind
from .pages import Brand, Helpdesk, Pages, Term
from .payments import Payments
from .reports import Reports
from .retention import Retention
from .roles import Function, Role
from .sign_in import SignIn
from .tables import Key, Table, Text
from .teams import EVERY_DESK, Desk, Route, Team


class Council(Table):
    """A whole profile: everything that differs between one council and another."""

    key: Key
    """The short name of the profile, the same as its file's."""
    name: Text
    """The council's full name, in the header and the foot of every page and in documents."""
    short_name: Text
    """What the council calls itself in a sentence."""
    department: Text
    """The department, beside the name in the header."""
    portal_title: Text
    """What providers call their side."""
    staff_title: Text
    """What officers call theirs."""
    brand: Brand
    """The colours."""
    helpdesk: Helpdesk
    """Who helps people with the portal."""
    sign_in: SignIn
    """How people get in."""
    calendar: Calendar
    """When the council works."""
    service_groups: tuple[ServiceGroup, ...]
    """The sectors of care that the council buys, in its own words."""
    teams: tuple[Team, ...]
    """The council's teams, in its own words."""
    desks: dict[Desk, Key]
    """Which team does the work of each desk: `brokerage` puts contract documents right, `procurement` decides on new
    details of organisations and services, `payments` checks weeks and pays, `fes_admin` looks after the portal,
    `helpline` decides on contacts and lets people in."""
    routes: tuple[Route, ...] = ()
    """Exceptions to `desks`: the work of one desk for one service group."""
    roles: tuple[Role, ...]
    """The security roles from which a provider's people get theirs."""
    contract_documents: ContractDocuments
    """The document of an individual service that a provider agrees to or rejects."""
    files: Files
    """The files that people may send."""
    care_package_lines: CarePackageLines
    """The lines of care packages."""
    actions: Actions
    """Conversations between providers and the council's teams."""
    change_requests: ChangeRequests
    """What providers ask to be changed: contacts, roles, details of organisations and services."""
    actuals: Actuals | None = None  # a module: absent unless the council has it
    """The module in which providers record what they delivered. Without this table the council does not have it: no
    menu entry, no page."""
    payments: Payments | None = None  # a module: absent unless the council has it
    """The module of scheduled payments. Without this table the council does not have it."""
    chapters: Chapters = Chapters()
    """The names of chapters that are named nowhere else."""
    invoices: Invoices | None = None  # a module: absent unless the council has it
    """The module in which providers create and submit invoices. Without this table the council does not have it; it
    needs `[payments]`, which works out what an invoice claims."""
    claims: Claims | None = None  # a module: absent unless the council has it
    """The module in which providers claim amounts outside the plan. Without this table the council does not have it."""
    reports: Reports = Reports()
    """The reports that are offered, by the council's names."""
    managers: Managers
    """What managers measure their teams by."""
    clocks: Clocks = Clocks()
    """When a turn is shown as at risk."""
    case_clocks: tuple[CaseClock, ...] = ()
    """Promises about a whole case: how long one side may hold it in all."""
    escalation: tuple[Rung, ...] = ()
    """Who is told when a turn is late, and when."""
    retention: tuple[Retention, ...] = ()
    """How long each kind of record is kept. What no entry names is never due."""
    pages: Pages
    """The texts of help, accessibility, privacy and cookies."""
    help: Help = Help()
    """Help by chapter, whom to ask, and what people need before they begin."""
    glossary: tuple[Term, ...] = ()
    """The council's words, explained beside the help."""

    @model_validator(mode="after")
    def _whole(self) -> "Council":
        refuse(self._faults_of_keys())
        refuse([*self._faults_of_words(), *self._faults_of_invoices(), *giving.teams_that_read_nothing(self.teams)])
        refuse(
            [
                *giving.actions_that_they_may_not_read(self.actions, self.teams, self._closing()),
                *giving.kinds_that_they_may_not_read(self.teams, self._given()),
                *serving.faults(self.roles, self.actions.types, self._functions_of_modules()),
            ]
        )
        return self

    def _faults_of_keys(self) -> Iterator[Fault]:
        """Keys that are declared nowhere, or twice, and desks without a team."""
        yield from references.faults(self)
        if missing := set(EVERY_DESK) - set(self.desks):
            said = f"must route every desk to a team; missing: {', '.join(sorted(missing))}"
            yield Fault(("desks",), said)
        for name in ("teams", "roles", "case_clocks", "service_groups"):
            yield from twice([each.key for each in getattr(self, name)], (name,))
        yield from twice([rung.key for rung in self.escalation], ("escalation",), "at")
        yield from twice([each.what for each in self.retention if not each.cases], ("retention",), "what")
        yield from twice([kind for each in self.retention for kind in each.cases], ("retention",), "cases")

    def _faults_of_words(self) -> Iterator[Fault]:
        """A notice of weeks that goes to a team to which its type cannot be given; claims that nothing would pay."""
        notice = self.actuals.notice if self.actuals else None
        kind = next((each for each in self.actions.types if notice and each.key == notice.type), None)
        can = kind.teams or self.actions.teams if kind else ()
        if notice and kind and notice.team not in can:
            said = f"{kind.key} cannot be given to {notice.team}: name one of {', '.join(can)}"
            yield Fault(("actuals", "notice", "team"), said)
        if self.claims is not None and self.payments is None:
            said = "what is accepted is paid by scheduled payments: add [payments], or take [claims] out"
            yield Fault(("claims",), said)

    def kinds_it_has(self) -> list[CaseKind]:
        """The kinds of case that there are with the modules that this council has."""
        return [kind for kind in EVERY_KIND if getattr(self, giving.OF_MODULE.get(kind, "key")) is not None]

    def _faults_of_invoices(self) -> Iterator[Fault]:
        """Invoices without what prices them, and a type of action by which nobody could ask about one."""
        if self.invoices is None:
            return
        if self.payments is None:
            yield Fault(("invoices",), "needs [payments]: its periods, rules and VAT are what an invoice claims")
        kind = next((each for each in self.actions.types if each.key == self.invoices.support), None)
        if kind is not None and ("contract" not in kind.related or "provider" not in kind.begun_by):
            said = f'{kind.key} must be related to "contract" and begun by the provider: an invoice is of a contract'
            yield Fault(("invoices", "support"), said)

    def _given(self) -> Iterator[tuple[CaseKind, str, str]]:
        """Which kind of case each desk is given, and what absences ask for, with the team that has it or keeps it."""
        for kind in self.kinds_it_has():
            for desk in giving.GIVEN.get(kind, ()):
                groups = [None, *(group.key for group in self.service_groups)]
                yield from ((kind, desk, self.team_for(desk, group)) for group in groups)
        for raised, key in self.actuals.teams.items() if self.actuals else ():
            yield "care_decision", raised, self.team(key).keeper or key

    def _functions_of_modules(self) -> Iterator[Function]:
        """The functions that somebody at a provider must be able to use beside those of every council."""
        if self.actuals is not None:
            yield "actuals"
        if self.payments is not None and self.payments.review == "confirm":
            yield "scheduled_payments"
        if self.invoices is not None:
            yield "invoices"
        if self.claims is not None:
            yield "one_off_claims"

    def _closing(self) -> set[str]:
        """The teams that close actions, whatever service they are about."""
        desk = self.actions.closing_desk
        groups = [None, *(group.key for group in self.service_groups)]
        return {self.team_for(desk, group) for group in groups} if desk else set()

    def team_for(self, desk: str, service_group: str | None) -> str:
        """Return the key of the team that has a desk's work for a service group (None: no service is concerned).

        For work that goes to an outside team it is the keeper.
        """
        routed = self.routed(desk, service_group)
        return self.team(routed).keeper or routed

    def team(self, key: str) -> Team:
        """Return a team; KeyError when the profile does not know it."""
        for team in self.teams:
            if team.key == key:
                return team
        raise KeyError(key)

    def routed(self, desk: str, service_group: str | None) -> str:
        """Return the key of the team that a desk's work is meant for, which may be an outside one."""
        for route in self.routes:
            if route.desk == desk and route.service_group == service_group:
                return route.team
        return self.desks[desk]  # type: ignore[index]

    def role(self, key: str) -> Role:
        """Return a role; KeyError when the profile does not know it."""
        for role in self.roles:
            if role.key == key:
                return role
        raise KeyError(key)
