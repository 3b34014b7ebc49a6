"""The data set: so many open turns with all that belongs to them, made by the database itself in a few statements.

The same every time: what varies from row to row follows from its number. No constraint, trigger or index is left out,
and the event log's seals are true (`manage verify_events` finds nothing).
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from string import Template
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone

from workflows.contracts.document import render
from workflows.contracts.flow import ContractDocumentFlow
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.council.profile import current
from workflows.engine import definitions, registry
from workflows.engine.calendar import LONDON, council_calendar
from workflows.engine.models import Case, Event, HolderSpan, Task
from workflows.parties.models import Client, Organisation, Service, Team, TeamMember, User
from workflows.parties.selectors import system_actor
from workflows.register.models import CarePackageLine, Contract, Rate, ServiceLevel

OFFICERS = 32
PROVIDER_EMAIL = "provider@bench.invalid"
LEVELS = 12
#: The columns that say that a warning was given, besides `breached_at`.
MARKS = ["at_risk_marked_at"]
#: Of ten thousand open turns so many are past due, and so many more at risk.
BREACHED, AT_RISK = 300, 700

# What follows from a row's number `i`, in SQL.
TEAMS = "(mod(i, 5) < 2)"  # the turn is a team's
BROKERAGE = f"({TEAMS} AND mod(i / 5, 10) < 7)"
TEAM = (
    f"CASE WHEN {BROKERAGE} THEN %(brokerage)s::bigint"
    f" WHEN {TEAMS} THEN (%(teams)s::bigint[])[1 + mod(i / 50, cardinality(%(teams)s::bigint[]))] END"
)
OWNED = f"({BROKERAGE} AND mod(i / 3, 10) < 3)"
OFFICER = f"(%(officers)s::bigint[])[1 + mod(i / 7, {OFFICERS})]"
# Never a whole second: Python leaves the fraction out of those, and the seals are over Python's words.
FIRST = "(%(now)s::timestamptz - interval '4 days' - mod(i, 5000) * interval '1 minute' + interval '1 microsecond')"
LAST = "(%(now)s::timestamptz - interval '1 day' - mod(i, 1000) * interval '1 minute' + interval '1 microsecond')"
SINCE = f"CASE WHEN {TEAMS} THEN {LAST} ELSE {FIRST} END"
U = "mod(i * 7919, 10000)"
DUE = (
    f"(%(now)s::timestamptz + CASE WHEN {U} < {BREACHED} THEN (-1 - {U}) * interval '7 minutes'"
    f" WHEN {U} < {BREACHED + AT_RISK} THEN {U} * interval '1 minute'"
    f" ELSE interval '3 days' + {U} * interval '2 minutes' END + mod(i, 1000) * interval '1 millisecond')"
)
REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
#: An event's body as `events.canonical` writes it.
BODY = Template(
    """'{"actor":' || $actor || ',"at":"' || to_char(($at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
    """ || '+00:00","facts":{"from":"$before","holder":"$holder","holder_team":' || coalesce(($team)::text, 'null')"""
    """ || ',"path":["$node"],"task":null,"to":"$after","verb":"$verb"},"kind":"contract_document.$verb","""
    """"seq":$seq,"stream":"case:' || i || '"}'"""
)
FIRST_HASH = "SELECT hash FROM engine_event b WHERE b.stream = 'case:' || i AND b.seq = 1"
AMOUNT = "(300 + mod(i * 13, 90000)::numeric / 100)"


def people() -> None:
    """The people who act: officers of every team's work, and one person of the providers."""
    users = [_user(f"officer{number}@bench.invalid", "staff") for number in range(OFFICERS)]
    User.objects.bulk_create([*users, _user(PROVIDER_EMAIL, "provider")])
    team = Team.objects.get(key=current().team_for("brokerage", None))
    roles = ["manager", *["member"] * (OFFICERS - 1)]
    TeamMember.objects.bulk_create(
        [TeamMember(team=team, user=user, role=role) for user, role in zip(users, roles, strict=True)]
    )


def _user(email: str, kind: str) -> User:
    return User(email=email, name=email.partition("@")[0].capitalize(), kind=kind)


@cache
def working_moment() -> datetime:
    """The moment that the data set is about: the last eleven o'clock at which the council worked."""
    moment = timezone.now().astimezone(LONDON).replace(hour=11, minute=0, second=0, microsecond=0)
    calendar = council_calendar()
    while moment > timezone.now() or calendar.next_open(moment) != moment:
        moment -= timedelta(days=1)
    return moment


def load(size: int) -> float:
    """Load `size` open turns into an empty database (but see `people`); return how many seconds it took."""
    began = time.monotonic()
    with transaction.atomic():
        loader = Loader(size)
        with references_checked_at_once():
            for part in (loader.parties, loader.lines, loader.cases, loader.turns, loader.events, loader.documents):
                part()
        loader.numbers_go_on()
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - began


@contextmanager
def references_checked_at_once() -> Iterator[None]:
    """Check all foreign keys when the rows are there, table by table: one by one takes longer than all the rest."""
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES)
        found = cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
        for table, name, _ in found:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name, definition in found:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


class Loader:
    """Writes the rows of one data set. In every expression `i` is the number of the row, from 1 on."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.organisations, self.services, self.clients = size // 1000 + 4, size // 300 + 12, size // 10 + 10
        profile = current()
        teams = dict(Team.objects.values_list("key", "pk"))
        self.given: dict[str, Any] = {
            "now": working_moment(),
            "calendar": definitions.present().calendar_id,
            "brokerage": teams[profile.team_for("brokerage", None)],
            "teams": sorted(teams.values()),
            "officers": list(User.objects.filter(kind="staff").order_by("pk").values_list("pk", flat=True)),
            "provider": User.objects.get(email=PROVIDER_EMAIL).pk,
            "system": system_actor().user_id,
            "group": profile.service_groups[0].key,
            "inner": bytes(each ^ 0x36 for each in _block(settings.EVENT_KEY)),
            "outer": bytes(each ^ 0x5C for each in _block(settings.EVENT_KEY)),
        }

    def parties(self) -> None:
        """Organisations, their services, and clients."""
        self._insert(Organisation, self.organisations, id="i", reference="'ORG' || i", name="'Provider ' || i")
        self._insert(
            Service,
            self.services,
            id="i",
            organisation_id=self._organisation("i"),
            reference="'SVC' || i",
            name="'Home ' || i",
            group="%(group)s",
        )
        self._insert(
            Client, self.clients, id="i", ss_ref="(7000000 + i)::text", surname="'Surname' || i", forename="'Pat'"
        )

    def lines(self) -> None:
        """A care package line for each case, with contracts, service levels and rates."""
        self._insert(
            Contract, self.organisations, id="i", reference="'CON' || i", organisation_id="i", title="'Residential'"
        )
        self._insert(
            ServiceLevel,
            LEVELS,
            id="i",
            key="'level-' || i",
            name="'Residential Long Term ' || i",
            service_group="%(group)s",
            unit="'Placement'",
            contract_type="'Spot'",
        )
        self._insert(Rate, LEVELS, service_level_id="i", start="date '2018-04-02'", amount="500 + i")
        self._insert(
            CarePackageLine,
            self.size,
            id="i",
            reference="'AP' || i",
            client_id=self._client,
            service_id=self._service,
            contract_id=self._organisation(self._service),
            service_level_id=f"1 + mod(i, {LEVELS})",
            quantity="1",
            start="date '2018-04-09'",
        )

    def cases(self) -> None:
        """The cases: two of five were rejected and are with a team, the others are with their provider."""
        self._insert(
            Case,
            self.size,
            id="i",
            flow_class=f"'{registry.flow_name(ContractDocumentFlow)}'",
            created=FIRST,
            kind="'contract_document'",
            reference="'ISO-2026-' || lpad(i::text, 7, '0')",
            state=f"CASE WHEN {TEAMS} THEN 'rejected' ELSE 'published' END",
            version=f"CASE WHEN {TEAMS} THEN 2 ELSE 1 END",
            open_tasks="1",
            holder=f"CASE WHEN {TEAMS} THEN 'team' ELSE 'provider' END",
            holder_team_id=TEAM,
            holder_since=SINCE,
            organisation_id=self._organisation(self._service),
            service_id=self._service,
            client_id=self._client,
            amount=AMOUNT,
        )

    def turns(self) -> None:
        """An open turn of each case; where it is a team's, the provider's turn that came before it."""
        same = {
            "process_id": "i",
            "flow_task_type": "'HUMAN'",
            "token": "'start'",
            "service_id": self._service,
            "client_id": self._client,
            "provider_id": self._organisation(self._service),
            "kind": "'contract_document'",
            "reference": "'ISO-2026-' || lpad(i::text, 7, '0')",
            "amount": AMOUNT,
        }
        respond, amend = (
            registry.node_name(each) for each in (ContractDocumentFlow.respond, ContractDocumentFlow.amend)
        )
        ended = {"status": "'DONE'", "started": LAST, "finished": LAST, "outcome": "'reject'", "due_at": LAST}
        its = {"organisation_id": self._organisation(self._service), "node": "'respond'", "title": "'Agree or reject'"}
        self._insert(
            Task,
            self.size,
            TEAMS,
            **{**same, **its, **ended, "id": f"{self.size} + i", "flow_task": f"'{respond}'", "created": FIRST},
        )
        marks = dict.fromkeys(MARKS, f"CASE WHEN {U} < {BREACHED + AT_RISK} THEN {DUE} - interval '1 day' END")
        self._insert(
            Task,
            self.size,
            **same,
            **marks,
            id="i",
            flow_task=f"CASE WHEN {TEAMS} THEN '{amend}' ELSE '{respond}' END",
            node=f"CASE WHEN {TEAMS} THEN 'amend' ELSE 'respond' END",
            title=f"CASE WHEN {TEAMS} THEN 'Amend and republish: cost rejected' ELSE 'Agree or reject' END",
            predecessor_id=f"CASE WHEN {TEAMS} THEN {self.size} + i END",
            team_id=TEAM,
            organisation_id=f"CASE WHEN NOT {TEAMS} THEN {its['organisation_id']} END",
            status=f"CASE WHEN {OWNED} THEN 'ASSIGNED' ELSE 'NEW' END",
            owner_id=f"CASE WHEN {OWNED} THEN {OFFICER} END",
            assigned=f"CASE WHEN {OWNED} THEN {LAST} + interval '1 hour' END",
            created=SINCE,
            due_at=DUE,
            at_risk_at=f"{DUE} - interval '1 day'",
            breached_at=f"CASE WHEN {U} < {BREACHED} THEN {DUE} + interval '1 minute' END",
            urgency=AMOUNT,
        )

    def events(self) -> None:
        """The publication of each case and the rejections, sealed; the cases' heads; who held each case."""
        self._event(1, "publish", "%(system)s", FIRST, "", "published", "provider", "NULL::bigint")
        self._event(2, "reject", "%(provider)s", LAST, "published", "rejected", "team", TEAM, TEAMS)
        self._run(
            "UPDATE engine_case c SET head = e.hash FROM engine_event e"
            " WHERE e.stream = 'case:' || c.id AND e.seq = c.version"
        )
        self._insert(
            HolderSpan,
            self.size,
            TEAMS,
            case_id="i",
            seq="1",
            holder="'provider'",
            begun_at=FIRST,
            ended_at=LAST,
            minutes="480",
            calendar_id="%(calendar)s",
        )
        self._insert(
            HolderSpan,
            self.size,
            case_id="i",
            seq=f"CASE WHEN {TEAMS} THEN 2 ELSE 1 END",
            holder=f"CASE WHEN {TEAMS} THEN 'team' ELSE 'provider' END",
            team_id=TEAM,
            begun_at=SINCE,
        )

    def documents(self) -> None:
        """A document with one version for each case; all show the same PDF, which is kept once."""
        self.given |= _keep_a_pdf()
        self._insert(
            ContractDocument, self.size, case_id="i", line_id="i", occasion="'start'", line_version="1", version="1"
        )
        self._insert(
            DocumentVersion,
            self.size,
            document_id="i",
            number="1",
            figures="""'[["cost", "Cost", "£536.49 weekly"]]'::jsonb""",
            weekly=AMOUNT,
            pdf="%(pdf)s",
            pdf_size="%(pdf_size)s",
            sha256="%(sha256)s",
            published_at=FIRST,
            published_by_id="%(system)s",
            answer=f"CASE WHEN {TEAMS} THEN 'rejected' ELSE '' END",
            answered_at=f"CASE WHEN {TEAMS} THEN {LAST} END",
            answered_by_id=f"CASE WHEN {TEAMS} THEN %(provider)s::bigint END",
            reason=f"CASE WHEN {TEAMS} THEN 'cost' ELSE '' END",
        )

    def numbers_go_on(self) -> None:
        """Let the next row of each table get a number that is free."""
        for model in (Organisation, Service, Client, Contract, ServiceLevel, CarePackageLine, Case, Task):
            table = model._meta.db_table
            serial = f"pg_get_serial_sequence('{table}', 'id')"
            self._run(f'SELECT setval({serial}, GREATEST(nextval({serial}), (SELECT max(id) FROM "{table}")))')

    @property
    def _service(self) -> str:
        return f"(1 + mod(i * 7, {self.services}))"

    @property
    def _client(self) -> str:
        return f"(1 + mod(i * 11, {self.clients}))"

    def _organisation(self, service: str) -> str:
        return f"(1 + mod({service} - 1, {self.organisations}))"

    def _event(
        self,
        seq: int,
        verb: str,
        actor: str,
        at: str,
        before: str,
        after: str,
        holder: str,
        team: str,
        where: str = "true",
    ) -> None:
        """Insert the event `seq` of every case `where`; its body as `events.canonical` writes it, its seal in SQL."""
        node = "publish" if seq == 1 else "respond"
        words = {"seq": seq, "verb": verb, "node": node, "at": at, "actor": actor, "team": team}
        body = BODY.substitute(words, before=before, after=after, holder=holder)
        head = "''::bytea" if seq == 1 else f"({FIRST_HASH})"
        source = f"(SELECT i, {body} AS body, {head} AS head FROM generate_series(1, {self.size}) i WHERE {where})"
        inner = "sha256(%(inner)s::bytea || head || convert_to(body, 'UTF8'))"
        self._insert(
            Event,
            f"{source} s",
            stream="'case:' || i",
            seq=str(seq),
            kind=f"'contract_document.{verb}'",
            at=at,
            actor_id=actor,
            case_id="i",
            body="body",
            hash=f"sha256(%(outer)s::bytea || {inner})",
        )

    def _insert(self, model: type[models.Model], source: int | str, where: str = "true", **columns: str) -> None:
        """INSERT … SELECT; a column that is not given gets what the model gives by default."""
        given, expressions = dict(self.given), {}
        for field in model._meta.concrete_fields:
            name = str(field.column)
            if name in columns:
                expressions[name] = columns[name]
            elif not field.primary_key:
                value = field.get_db_prep_save(field.get_default(), connection)
                given[f"default_{name}"] = value
                expressions[name] = "NULL" if value is None else f"%(default_{name})s"
        rows = source if isinstance(source, str) else f"generate_series(1::bigint, {source}) i"
        names = ", ".join(f'"{each}"' for each in expressions)
        unknown = set(columns) - set(expressions)
        if unknown:
            raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        self._run(
            f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(expressions.values())}'
            f" FROM {rows} WHERE {where}",
            given,
        )

    def _run(self, sql: str, given: Mapping[str, Any] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)


def _block(key: bytes) -> bytes:
    """A key as HMAC-SHA256 mixes it in."""
    short = hashlib.sha256(key).digest() if len(key) > 64 else key
    return short.ljust(64, b"\0")


def _keep_a_pdf() -> dict[str, Any]:
    """Make one PDF and keep it, as a published version does."""
    made = render(reference="ISO-2026-000000", version=1, figures=[], published_at=datetime(2026, 1, 5, tzinfo=UTC))
    name = default_storage.save("bench.pdf", ContentFile(made.content))
    return {"pdf": name, "pdf_size": len(made.content), "sha256": made.sha256}
