"""Judges and takes over files of portal users: who is new is invited, a role gets the reach that its line says.

A line states the whole reach of one role of one person at one provider. What a file does not name stays as it is, so
the same file twice changes nothing. A line that cannot be taken when it comes to it (the last who administers a
provider would go) is rejected alone, and stands with its reason in the list and in the file of errors.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import partial

from django.db import connection, transaction

from workflows.changes import notices
from workflows.council.profile import current
from workflows.engine import outbox
from workflows.engine.atomic import command
from workflows.engine.errors import Refused
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, Service, User
from workflows.parties.selectors import actor_for, system_actor
from workflows.people import contacts, first_access, resets, writing
from workflows.people.locking import require_helpline
from workflows.people.models import Contact
from workflows.people.rules import tidy_address
from workflows.register.imports import commands
from workflows.register.imports.rooms import AtTheEnd, Judging, Tell
from workflows.register.models import ImportRow, ImportRun

from . import workbook
from .columns import USERS
from .judging import Judged, Known, Person, Place, Provider, Wanted, judged

LOCK = 20_261_122  # one file of users is taken over at a time
COLUMNS = ("verdict", "message", "issue", "record_id")
PIECE = 500


def start(*, actor: Actor, file_name: str, content: bytes) -> ImportRun:
    """Take the template in, as a workbook or as CSV by what it holds, whatever it is called."""
    require_helpline(actor)
    plain = workbook.as_csv(content) if workbook.is_one(content) else content
    return commands.start(actor=actor, file_name=file_name, content=plain, kind=USERS.name)


class Enrolling:
    """The room of files of portal users."""

    kind = USERS

    def require(self, actor: Actor) -> None:
        """Administrators, and the team of the helpline desk."""
        require_helpline(actor)

    def judge(self, run: ImportRun) -> Judging:
        """What says what each line would do."""
        return AtTheEnd(partial(self._say, run))

    def forget(self, run: ImportRun) -> None:
        """Nothing is kept but the records."""

    def take_over(self, run: ImportRun, tell: Tell) -> None:
        """Do what each line says, as the person who decided it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        actor, rows, new = _actor(run), self._judge(run), set[int]()
        for done, (row, found) in enumerate(rows, start=1):
            if found.wanted is not None and found.verdict in {"new", "updated"}:
                _take_line(actor, row, found.wanted, new)
            tell(done)
        ImportRow.objects.bulk_update([row for row, _ in rows], COLUMNS, batch_size=PIECE)
        _welcome(actor, run, sorted(new))

    def _say(self, run: ImportRun) -> None:
        self._judge(run)

    def _judge(self, run: ImportRun) -> list[tuple[ImportRow, Judged]]:
        rows = list(run.rows.order_by("number"))
        known, seen = _known([row.data for row in rows]), dict[tuple[str, int, str], int]()
        found = []
        for row in rows:
            each = Judged("rejected", row.problem) if row.problem else judged(current(), known, row.data)
            if each.wanted is not None and seen.setdefault(each.wanted.key, row.number) != row.number:
                first = seen[each.wanted.key]
                each = Judged("rejected", f"Line {first} has this person, provider and role already.")
            row.verdict, row.message, row.issue = each.verdict, each.message, each.issue
            found.append((row, each))
        ImportRow.objects.bulk_update(rows, COLUMNS, batch_size=PIECE)
        return found


def _take_line(actor: Actor, row: ImportRow, wanted: Wanted, new: set[int]) -> None:
    """One line, in a transaction of its own within the file's: a refusal is written beside it."""
    try:
        with transaction.atomic():
            user, made = _person(actor, wanted)
            _contact(actor, user, wanted, row.data)
            held = _access_of([user.pk]).get(user.pk, {})
            there = {(role, place) for (at, role), places in held.items() for place in places
                     if at == wanted.provider.id and role != wanted.role}  # fmt: skip
            writing.set_access(actor, user, wanted.provider.id, there | {(wanted.role, each) for each in wanted.places})
    except Refused as refusal:
        row.verdict, row.message, row.issue = "rejected", refusal.reason, ""
        return
    row.record_id = user.pk
    if made:
        new.add(user.pk)
    elif not any(at == wanted.provider.id for at, _ in held) and user.password_set_at is not None:
        told = {"kind": notices.ONE_MORE, "case": None, "reference": wanted.provider.name,
                "audience": {"user": user.pk}}  # fmt: skip
        outbox.put("notify", f"{notices.ONE_MORE}:{row.run_id}:{row.number}", told)


def _person(actor: Actor, wanted: Wanted) -> tuple[User, bool]:
    """Whoever signs in with the address, locked, or somebody new."""
    user = User.objects.select_for_update(no_key=True).filter(email=wanted.email).first()
    if user is not None:
        return user, False
    return writing.enrol(actor, wanted.name, wanted.email, User.Kind.PROVIDER), True


def _contact(actor: Actor, user: User, wanted: Wanted, data: Mapping[str, str | None]) -> None:
    """Whoever has no contact at the provider yet becomes one, with what the line says of them."""
    if Contact.objects.filter(user=user, organisation=wanted.provider.id).exists():
        return
    said = {"title": "title", "forename": "forename", "surname": "surname", "telephone": "telephone", "role": "job"}
    values = {column: data.get(name) or "" for column, name in said.items()}
    contacts.add(actor, wanted.provider.id, {**values, "email": wanted.email}, user)


@command
def _welcome(actor: Actor, run: ImportRun, new: Collection[int]) -> None:
    """An invitation to each who is new; where passwords are telephoned, the helpline has them in its queue."""
    users = list(User.objects.filter(pk__in=new).order_by("pk"))
    for user in users:
        first_access.invite(actor, user)
    if current().change_requests.new_user == "telephone":
        resets.await_first_password(users, key=f"import:{run.pk}")


def _known(lines: Collection[Mapping[str, str | None]]) -> Known:
    """What is recorded of everybody and every provider that the lines name, in a handful of queries."""
    references = {(line.get("organisation") or "").strip() for line in lines}
    emails = {tidy_address(line.get("email") or "") for line in lines}
    users = list(User.objects.filter(email__in=emails).exclude(kind=User.Kind.SYSTEM))
    access = _access_of([user.pk for user in users])
    people = {
        user.email: Person(user.pk, user.name, user.kind == User.Kind.PROVIDER, user.is_active, access.get(user.pk, {}))
        for user in users
    }
    return Known(_providers(references), people)


def _providers(references: Collection[str]) -> dict[str, Provider]:
    """The providers of these references, whatever their capitals; a name of two services stands for neither."""
    wanted = {each.casefold() for each in references}
    rows = [each for each in Organisation.objects.order_by("pk") if each.reference.casefold() in wanted]
    services = defaultdict[int, list[Service]](list)
    for service in Service.objects.filter(organisation__in=rows).order_by("pk"):
        services[service.organisation_id].append(service)
    return {each.reference.casefold(): _provider(each, services[each.pk]) for each in rows}


def _provider(organisation: Organisation, services: Collection[Service]) -> Provider:
    names = [" ".join(each.name.split()).casefold() for each in services]
    by = {name: each.pk for name, each in zip(names, services, strict=True) if names.count(name) == 1}
    by |= {each.reference.casefold(): each.pk for each in services}
    return Provider(organisation.pk, organisation.name, by, {each.pk: each.name for each in services})


def _access_of(user_ids: Collection[int]) -> dict[int, dict[tuple[int, str], frozenset[Place]]]:
    """The places of each role at each provider, person by person."""
    found = defaultdict[int, dict[tuple[int, str], frozenset[Place]]](dict)
    rows = Membership.objects.filter(user__in=user_ids).order_by("pk")
    for user, organisation, role, service in rows.values_list("user_id", "organisation_id", "role", "service_id"):
        held = found[user].get((organisation, role), frozenset[Place]())
        found[user][organisation, role] = held | {service}
    return found


def _actor(run: ImportRun) -> Actor:
    """As whom a file is taken over: who decided it, with what they may do today."""
    person = User.objects.get(pk=run.decided_by_id or run.actor_id)
    found = system_actor() if person.kind == User.Kind.SYSTEM else actor_for(person)
    if found is None:
        raise Refused("Whoever decided this works here no more.", "gone")
    require_helpline(found)
    return found
