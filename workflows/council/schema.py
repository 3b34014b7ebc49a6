"""What a council profile may say: one frozen class a table of the TOML file.

Unknown keys are refused. A field is added here together with the code that reads it and with a test in which two
councils differ. The cross-checks at the end make a profile total: every desk has a team, every team exists.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from .actuals import Actuals
from .giving import refuse_what_they_may_not_read
from .payments import Payments
from .tables import Key, Text, known, unique
from .tables import Table as Table
from .tables import Weekday as Weekday
from .targets import ClockTarget, Target, parse

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]

Function = Literal[
    "contract_documents",
    "care_package_line_items",
    "contacts",
    "organisation_details",
    "reports",
    "actions",
    "scheduled_payments",
    "actuals",
    "invoices",
    "one_off_claims",
]
#: What a conversation may be about that not everybody reads (gloucestershire-faq 4: "no financial correspondence").
Sensitivity = Literal["care", "finance", "general"]
EVERY_SENSITIVITY: frozenset[Sensitivity] = frozenset({"care", "finance", "general"})
Desk = Literal["brokerage", "procurement", "payments", "fes_admin", "helpline"]


class Brand(Table):
    """The council's colours; `colour` must reach 7:1 on white (pictures/README "Own CSS")."""

    colour: Colour
    dark: Colour
    tint: Colour
    tint_line: Colour

    @model_validator(mode="after")
    def _readable(self) -> "Brand":
        ratio = 1.05 / (_luminance(self.colour) + 0.05)
        if ratio < 7:
            raise ValueError(
                f"colour {self.colour} has a contrast of {ratio:.1f} on white; choose a darker one (7 or more)"
            )
        return self


class Helpdesk(Table):
    """Who helps people with the portal; shown in every footer and in every refusal that needs a person."""

    name: Text
    telephone: Text | None = None
    option: Text | None = None
    email: Text


class PasswordRules(Table):
    """What a password must contain when it is chosen."""

    min_length: Annotated[int, Field(ge=8, le=64)]
    capitals: Annotated[int, Field(ge=0)] = 0
    letters: Annotated[int, Field(ge=0)] = 0
    digits: Annotated[int, Field(ge=0)] = 0


class PasscodeRules(Table):
    """The second step: `whole` asks for every digit, `positions` for three random ones."""

    mode: Literal["whole", "positions"]
    name: Text
    length: Annotated[int, Field(ge=4, le=10)] = 6
    longest_run: Annotated[int, Field(ge=1)] = 3


class SignIn(Table):
    """How people get in."""

    password: PasswordRules
    passcode: PasscodeRules
    lock_after: Annotated[int, Field(ge=1, le=20)]
    idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60


class Calendar(Table):
    """The council's working time. `hours` per weekday as `09:00-17:00`; a weekday that is left out is not worked."""

    hours: dict[Weekday, Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")]]
    bank_holidays: Literal["england"]
    cut_off: time
    closure_days: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _some_hours(self) -> "Calendar":
        if not self.hours:
            raise ValueError("give the hours of at least one weekday")
        for day, hours in self.hours.items():
            start, end = (time.fromisoformat(part) for part in hours.split("-"))
            if start >= end:
                raise ValueError(f"{day} must end after it starts, not {hours}")
        return self


class Team(Table):
    """A council team in its own words; `reads` lists the kinds of case that its members may read, `sensitivities`
    what of those that are not for everybody (all, unless it says fewer).

    An `outside` team does not work in Concord: its `keeper` holds its tasks, with `letter` prepared (it may name
    {reference}, {title}, {amount} and {council}) and a follow-up date `follow_up_after` later.
    """

    key: Key
    name: Text
    reads: frozenset[Key] = frozenset()
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    outside: bool = False
    keeper: Key | None = None
    letter: Annotated[str, Field(max_length=4000)] = ""
    follow_up_after: ClockTarget | None = None

    @model_validator(mode="after")
    def _kept(self) -> "Team":
        keeping = (self.keeper, self.letter, self.follow_up_after)
        if self.outside and not all(keeping):
            raise ValueError("an outside team needs keeper, letter and follow_up_after")
        if not self.outside and any(keeping):
            raise ValueError("keeper, letter and follow_up_after are for teams with outside = true")
        try:
            self.letter.format(reference="", title="", amount="", council="")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError("letter may name {reference}, {title}, {amount} and {council} only") from error
        return self


class Route(Table):
    """An exception to `[desks]`: this desk's work for this service group goes to another team."""

    desk: Desk
    service_group: Key
    team: Key


class ServiceGroup(Table):
    """A sector of care, such as residential or home care."""

    key: Key
    name: Text


class Role(Table):
    """A security role of the provider portal: which functions it may edit, which it may only view, and which
    `sensitivities` it reads (all, unless it says fewer)."""

    key: Key
    name: Text
    number: int
    meaning: Annotated[str, Field(max_length=300)] = ""  # in the council's words, where the role is chosen
    edit: frozenset[Function] = frozenset()
    view: frozenset[Function] = frozenset()
    sensitivities: frozenset[Sensitivity] = EVERY_SENSITIVITY
    administers_users: bool = False


class Reason(Table):
    """An entry of a list of reasons."""

    key: Key
    label: Text


class ContractDocuments(Table):
    """The contract document of a care package line: its names, texts, reasons and clocks."""

    name: Text
    full_name: Text
    type_label: Text
    agree_text: Text
    agree_button: Text
    reject_text: Text
    reject_button: Text
    reject_means: Text
    password_to_answer: bool
    signed_copy: Literal["none", "optional"]
    reasons: tuple[Reason, ...]
    respond_within: ClockTarget
    amend_within: ClockTarget
    deemed_accepted_after: ClockTarget | None = None

    @model_validator(mode="after")
    def _reasons(self) -> "ContractDocuments":
        keys = [reason.key for reason in self.reasons]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("reasons must name at least one reason, each key once")
        return self


class ActionType(Table):
    """A type of action: what it can be about, who may begin it, which teams it can be given to.

    `notice` makes it a notice that holds payments from a date: a death, a stay away, a move. `per_provider` types are
    switched on for single providers (gloucestershire-faq 15).
    """

    key: Key
    label: Text
    related: tuple[Literal["contract", "client", "service", "contact", "provider"], ...]
    begun_by: frozenset[Literal["provider", "council"]] = frozenset({"provider", "council"})
    teams: tuple[Key, ...] = ()  # all that actions can be given to, unless it says fewer
    sensitivity: Sensitivity = "general"
    notice: Literal["death", "away", "move"] | None = None
    per_provider: bool = False
    hint: Annotated[str, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _of_a_client(self) -> "ActionType":
        if not self.related:
            raise ValueError(f"{self.key} must say what it can be related to")
        if self.notice and self.related != ("client",):
            raise ValueError(f"{self.key} is a notice, so it is related to a client and to nothing else")
        return self


class Sender(Table):
    """A name under which the council writes and that nobody can write to; answers go to another team."""

    name: Text
    answers_to: Key


class Actions(Table):
    """Conversations between providers and the council's teams: names, types, teams, texts and clocks.

    `closing_desk` closes what somebody asks to be closed; without it the same team does. `reopen_days` are calendar
    days in which a closed action can be reopened.
    """

    name: Text
    new_button: Text
    types: tuple[ActionType, ...]
    teams: tuple[Key, ...]
    senders: tuple[Sender, ...] = ()
    safeguarding: Text
    closing_desk: Desk | None = None
    reopen_days: Annotated[int, Field(ge=0, le=366)]
    first_response_within: ClockTarget
    answer_within: ClockTarget
    provider_within: ClockTarget
    close_within: ClockTarget

    @model_validator(mode="after")
    def _once(self) -> "Actions":
        unique([each.key for each in self.types], "[[actions.types]]")
        if not self.types or not self.teams:
            raise ValueError("[actions] needs at least one type and one team")
        return self


FileKind = Literal["pdf", "png", "jpeg", "docx", "xlsx", "odt", "ods", "csv", "txt"]


class Files(Table):
    """The files that people may send: of which kinds, how large, how many.

    `unpacked_mb` holds for what is packed (docx, xlsx, odt, ods), `megapixels` for pictures: a small file must not
    become a huge one where it is opened.
    """

    kinds: Annotated[tuple[FileKind, ...], Field(min_length=1)]
    largest_mb: Annotated[int, Field(ge=1, le=100)]
    most: Annotated[int, Field(ge=1, le=50)]
    unpacked_mb: Annotated[int, Field(ge=1, le=1000)]
    megapixels: Annotated[int, Field(ge=1, le=200)]


class CarePackageLines(Table):
    """The lines of care packages, as providers read of them: `name` and `names` stand inside sentences."""

    name: Text
    names: Text
    about: Text
    if_wrong: Text


#: The fields of a contact that a council may insist on, and `access`: a security role with its reach.
ContactField = Literal[
    "title",
    "forename",
    "surname",
    "address_1",
    "town",
    "postcode",
    "mobile",
    "telephone",
    "email",
    "portal_email",
    "role",
    "access",
]


class ChangeRequests(Table):
    """Change requests: what a contact must have, how somebody new gets in, clocks, reasons and words.

    `new_user`: the helpline gives a first password by telephone, or a mail brings a link that works once, for
    `link_hours`. `shared_mailboxes` are the first parts of addresses that several people read; one of them is
    refused, or must be confirmed (`shared_mailbox`). A decided request is archived `archive_days` later.
    """

    name: Text
    include_archived: Text
    empty: Text
    contact_needs: frozenset[ContactField]
    new_user: Literal["telephone", "mail"]
    link_hours: Annotated[int, Field(ge=1, le=720)] = 72
    shared_mailbox: Literal["warn", "refuse"]
    shared_mailboxes: frozenset[Annotated[str, Field(pattern=r"^[a-z0-9._-]+$")]]
    decide_within: ClockTarget
    password_within: ClockTarget
    undo_within: ClockTarget
    archive_days: Annotated[int, Field(ge=1, le=3660)]
    reasons: tuple[Reason, ...]

    @model_validator(mode="after")
    def _whole(self) -> "ChangeRequests":
        unique([reason.key for reason in self.reasons], "[[change_requests.reasons]]")
        if not self.reasons:
            raise ValueError("[[change_requests.reasons]] must name at least one reason")
        if not {"forename", "surname"} <= self.contact_needs:
            raise ValueError("contact_needs must name forename and surname")
        return self


class Clocks(Table):
    """When a turn is at risk: at a share of its target, or when no more than so much is left, whichever is first."""

    at_risk_share: Annotated[Decimal, Field(gt=0, le=1, max_digits=3, decimal_places=2)] = Decimal("0.75")
    at_risk_left: ClockTarget = Target(1, "day")


class CaseClock(Table):
    """A promise about a whole kind of case: how long its `party` may hold it in all. It pauses while others hold it,
    so its target is a number of working hours.
    """

    key: Key
    name: Text
    kind: Key
    party: Literal["provider", "team"]
    target: ClockTarget

    @model_validator(mode="after")
    def _in_hours(self) -> "CaseClock":
        if self.target.unit != "hour":
            raise ValueError(f"target must be in working hours, such as '40 working hours', not {self.target}")
        return self


def _when(value: object) -> object:
    match = re.fullmatch(r"breached \+ (.+)", str(value).strip())
    if value not in {"at_risk", "breached"} and (match is None or parse(match[1]).count == 0):
        raise ValueError(f"write at_risk, breached, or such as 'breached + 1 working day', not {value!r}")
    return value


class Rung(Table):
    """A rung of the escalation ladder: who is told, when a turn is at risk, past target, or so much past it."""

    at: Annotated[str, BeforeValidator(_when)]
    tell: Literal["owner", "lead", "manager"]

    @property
    def key(self) -> str:
        """What the rung is called where it is noted that it was climbed."""
        return f"{self.at}: {self.tell}"

    @property
    def later(self) -> Target | None:
        """How long after the target was missed; None: at once."""
        return parse(self.at.removeprefix("breached + ")) if self.at.startswith("breached + ") else None


class Managers(Table):
    """What managers measure their teams by; `within_target_goal` is percent."""

    within_target_goal: Annotated[int, Field(ge=1, le=100)]


class HelpLink(Table):
    """A further reading of a help page."""

    text: Text
    address: Annotated[str, Field(pattern=r"^(https://|mailto:)")]


class Pages(Table):
    """Texts of the pages that every council must have; a blank line begins a new paragraph."""

    help: Text
    help_links: tuple[HelpLink, ...] = ()
    accessibility: Text
    privacy: Text
    cookies: Text


class Term(Table):
    """A word of the council's glossary."""

    word: Text
    meaning: Text


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
    managers: Managers
    clocks: Clocks = Clocks()
    case_clocks: tuple[CaseClock, ...] = ()
    escalation: tuple[Rung, ...] = ()
    pages: Pages
    glossary: tuple[Term, ...] = ()

    @model_validator(mode="after")
    def _total(self) -> "Council":
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
            self.actuals.fits(groups, teams)
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


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
