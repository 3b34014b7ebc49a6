"""What is listed and erased one by one: clients, cases, their files, people and contacts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from workflows.council.retention import Retention
from workflows.engine import erase, events, holds, moment
from workflows.engine.models import Attachment, Case, Content
from workflows.parties.actor import Actor
from workflows.parties.models import Client, User
from workflows.people import erasing as people
from workflows.people.models import Contact

from .kinds import Due, Erasing, declare
from .models import ErasedCase

ERASED = "retention.erased"
FILE_NAMES = "file_name"

#: Without an open line or case, and something that tells when the last care or case ended, or when they came.
CLIENTS = """
SELECT c.id, greatest(care.ended, cases.ended, came.at), 1, 0 FROM parties_client c
CROSS JOIN LATERAL (SELECT bool_or(l."end" IS NULL) AS goes_on,
    max((l."end" + 1)::timestamp AT TIME ZONE 'Europe/London') AS ended
    FROM register_carepackageline l WHERE l.client_id = c.id) care
CROSS JOIN LATERAL (SELECT bool_or(k.finished IS NULL) AS goes_on, max(k.finished) AS ended
    FROM engine_case k WHERE k.client_id = c.id) cases
CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM engine_event e
    WHERE e.stream = 'client:' || c.id AND care.ended IS NULL AND cases.ended IS NULL) came
WHERE c.erased_at IS NULL AND care.goes_on IS NOT TRUE AND cases.goes_on IS NOT TRUE
AND greatest(care.ended, cases.ended, came.at) < %(before)s AND (%(among)s::bigint[] IS NULL OR c.id = ANY (%(among)s))
ORDER BY c.id
"""
CASES = """
SELECT c.id, c.finished, 1, 0 FROM engine_case c
WHERE c.finished < %(before)s AND c.kind = ANY (%(cases)s)
AND NOT EXISTS (SELECT FROM retention_erasedcase g WHERE g.case_id = c.id AND g.at >= c.finished)
AND (%(among)s::bigint[] IS NULL OR c.id = ANY (%(among)s)) ORDER BY c.id
"""
FILES = """
SELECT c.id, c.finished, count(*), 0 FROM engine_case c
JOIN engine_attachment a ON a.stream = 'case:' || c.id AND a.erased_at IS NULL
WHERE c.finished < %(before)s AND (%(among)s::bigint[] IS NULL OR c.id = ANY (%(among)s)) GROUP BY c.id ORDER BY c.id
"""
#: Whose access ended and who is no contact any more; from when they were last there, or it was ended.
PEOPLE = """
SELECT u.id, greatest(u.used_at, ended.at), 1, 0 FROM parties_user u
CROSS JOIN LATERAL (SELECT max(e.at) AS at FROM engine_event e
    WHERE e.stream = 'user:' || u.id AND e.kind IN ('user.deactivated', 'user.suspended')) ended
WHERE NOT u.is_active AND u.erased_at IS NULL AND u.kind <> 'system' AND greatest(u.used_at, ended.at) < %(before)s
AND NOT EXISTS (SELECT FROM people_contact k WHERE k.user_id = u.id AND k.gone_at IS NULL)
AND (%(among)s::bigint[] IS NULL OR u.id = ANY (%(among)s)) ORDER BY u.id
"""
CONTACTS = """
SELECT k.id, k.gone_at, 1, 0 FROM people_contact k
WHERE k.user_id IS NULL AND k.gone_at < %(before)s AND k.forename <> '(erased)'
AND (%(among)s::bigint[] IS NULL OR k.id = ANY (%(among)s)) ORDER BY k.id
"""


def _rows(sql: str, rule: Retention, before: datetime, among: Collection[int] | None) -> list[Due]:
    narrowed = None if among is None else list(among)
    wanted: dict[str, Any] = {"before": before, "cases": list(rule.cases), "among": narrowed}
    with connection.cursor() as cursor:
        cursor.execute(sql, wanted)
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Clients, people and contacts: each erased by the same door as by hand, with an event of its own."""

    noun: str
    about: str
    sql: str
    by_hand: Callable[[int, Actor, str], int]
    names: Callable[[Collection[int]], Mapping[int, str]]
    alone: bool = True

    def due(self, rule: Retention, before: datetime, among: Collection[int] | None = None) -> Iterable[Due]:
        """As the statement says."""
        return _rows(self.sql, rule, before, among)

    def streams(self, ids: Collection[int]) -> Iterable[tuple[int, str]]:
        """Everything that tells of them."""
        return holds.words_of(self.about, ids)

    def erase(self, erasing: Erasing, ids: Sequence[int]) -> int:
        """One after the other."""
        for each in ids:
            self.by_hand(each, erasing.actor, erasing.reason)
        return len(ids)

    def called(self, ids: Collection[int]) -> Mapping[int, str]:
        """What pages that name no client may call them."""
        return self.names(ids)


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of some kinds: their words and files go, and what rooms hold besides; figures and decisions stay."""

    noun: str = "case"
    alone: bool = False

    def due(self, rule: Retention, before: datetime, among: Collection[int] | None = None) -> Iterable[Due]:
        """Ended before the moment, and not erased since."""
        return _rows(CASES, rule, before, among)

    def streams(self, ids: Collection[int]) -> Iterable[tuple[int, str]]:
        """Their own."""
        return [(each, f"case:{each}") for each in ids]

    def erase(self, erasing: Erasing, ids: Sequence[int]) -> int:
        """All at once, and one event that names them."""
        now = moment.now()
        erase.erase_cases(ids, erasing.told_on, erasing.actor, now)
        ErasedCase.objects.bulk_create(
            [ErasedCase(case_id=each, at=now) for each in ids],
            update_conflicts=True, unique_fields=["case"], update_fields=["at"],
        )  # fmt: skip
        facts = {"what": self.noun, "ids": list(ids), "count": len(ids)}
        events.record(erasing.told_on, ERASED, erasing.actor.user_id, facts, at=now)
        return len(ids)

    def called(self, ids: Collection[int]) -> Mapping[int, str]:
        """By reference."""
        return dict(Case.objects.filter(pk__in=ids).values_list("pk", "reference"))


@dataclass(frozen=True, slots=True)
class Files(Cases):
    """The files of cases, which may go before their words: bytes and names."""

    noun: str = "file"

    def due(self, rule: Retention, before: datetime, among: Collection[int] | None = None) -> Iterable[Due]:
        """Of cases that ended before the moment, with how many files."""
        return _rows(FILES, rule, before, among)

    def erase(self, erasing: Erasing, ids: Sequence[int]) -> int:
        """The files, and the words that are their names."""
        streams = [f"case:{each}" for each in ids]
        count = Attachment.objects.filter(stream__in=streams, erased_at=None).aggregate(count=Count("pk"))["count"]
        names = Content.objects.filter(stream__in=streams, label__startswith=FILE_NAMES, erased_at=None)
        erase.erase_some(names, streams, erasing.told_on, erasing.actor, moment.now())
        facts = {"what": self.noun, "ids": list(ids), "count": count}
        events.record(erasing.told_on, ERASED, erasing.actor.user_id, facts, at=moment.now())
        return int(count)


def _clients(ids: Collection[int]) -> Mapping[int, str]:
    rows = Client.objects.filter(pk__in=ids).values_list("pk", "ss_ref")
    return {pk: "(erased)" if ss_ref.startswith("erased-") else f"SSRef {ss_ref}" for pk, ss_ref in rows}


def _people(ids: Collection[int]) -> Mapping[int, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _contacts(ids: Collection[int]) -> Mapping[int, str]:
    return {each.pk: each.name for each in Contact.objects.filter(pk__in=ids)}


def declare_all() -> None:
    """Declare what this module erases."""
    declare("clients", OneByOne("client", "client", CLIENTS, erase.erase_client, _clients))
    declare("people", OneByOne("person", "person", PEOPLE, people.erase_person, _people))
    declare("contacts", OneByOne("contact", "contact", CONTACTS, people.erase_contact, _contacts))
    declare("cases", Cases())
    declare("uploaded_files", Files())
