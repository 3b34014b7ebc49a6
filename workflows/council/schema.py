"""What a council profile may say: one frozen class a table of the TOML file, each in the module of its topic.

Unknown keys are refused. A field is added in its topic together with the code that reads it and with a test in which
two councils differ. The cross-checks make a profile total: every desk has a team, every team exists.
"""

from pydantic import model_validator

from .actions import Actions
from .actuals import Actuals
from .care import CarePackageLines, ServiceGroup
from .change_requests import ChangeRequests
from .clocks import Calendar, CaseClock, Clocks, Managers, Rung
from .contract_documents import ContractDocuments
from .files import Files
from .giving import refuse_what_they_may_not_read
from .pages import Brand, Helpdesk, Pages, Term
from .payments import Payments
from .reports import Reports
from .roles import Role
from .sign_in import SignIn
from .tables import Key, Table, Text, known, unique
from .teams import Desk, Route, Team


class Council(Table):
    """A whole profile: everything that differs between one council and another."""

    key: Key
    name: Text
    short_name: Text
    department: Text
    portal_title: Text
    staff_title: Text
    brand: Brand
    helpdesk: Helpdesk
    sign_in: SignIn
    calendar: Calendar
    service_groups: tuple[ServiceGroup, ...]
    teams: tuple[Team, ...]
    desks: dict[Desk, Key]
    routes: tuple[Route, ...] = ()
    roles: tuple[Role, ...]
    contract_documents: ContractDocuments
    files: Files
    care_package_lines: CarePackageLines
    actions: Actions
    change_requests: ChangeRequests
    actuals: Actuals | None = None  # a module: absent unless the council has it
    payments: Payments | None = None  # a module: absent unless the council has it
    reports: Reports = Reports()
    managers: Managers
    clocks: Clocks = Clocks()
    case_clocks: tuple[CaseClock, ...] = ()
    escalation: tuple[Rung, ...] = ()
    pages: Pages
    glossary: tuple[Term, ...] = ()

    @model_validator(mode="after")
    def _every_desk_has_a_team(self) -> "Council":
        teams = {team.key for team in self.teams}
        groups = {group.key for group in self.service_groups}
        missing = set(Desk.__args__) - set(self.desks)  # type: ignore[attr-defined]
        if missing:
            raise ValueError(f"[desks] must route every desk to a team; missing: {', '.join(sorted(missing))}")
        for desk, team in self.desks.items():
            known(team, teams, f"[desks] {desk}")
        for route in self.routes:
            known(route.team, teams, f"[[routes]] {route.desk}")
            known(route.service_group, groups, f"[[routes]] {route.desk}")
        return self

    @model_validator(mode="after")
    def _every_team_exists(self) -> "Council":
        unique([team.key for team in self.teams], "[[teams]]")
        inside = {team.key for team in self.teams if not team.outside}
        for each in self.teams:
            if each.keeper is not None:
                known(each.keeper, inside, f"[[teams]] keeper of {each.key}")
        named = {*self.actions.teams, *(each.answers_to for each in self.actions.senders)}
        for key in named.union(*(each.teams for each in self.actions.types)):
            known(key, inside, "[actions] teams")
        refuse_what_they_may_not_read(self.actions, self.teams, self._closing())
        if self.actuals is not None:
            self.actuals.fits({group.key for group in self.service_groups}, {team.key for team in self.teams})
        return self

    @model_validator(mode="after")
    def _every_key_once(self) -> "Council":
        unique([role.key for role in self.roles], "[[roles]]")
        unique([clock.key for clock in self.case_clocks], "[[case_clocks]]")
        unique([rung.key for rung in self.escalation], "[[escalation]]")
        unique([group.key for group in self.service_groups], "[[service_groups]]")
        return self

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
