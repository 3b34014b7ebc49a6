"""What is written down by the million, and is listed and erased by the month: one statement a month."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from workflows.council.retention import Retention
from workflows.engine import events, moment, storage

from .kinds import Due, Erasing, declare

ERASED = "retention.erased"
HOLD = "EXISTS (SELECT FROM engine_legalhold h WHERE h.lifted_at IS NULL AND ({}))"
PERSON = "h.about = 'person' AND h.subject_id = {}"
CLIENT = "h.about = 'client' AND h.subject_id = {}"
PROVIDER = "h.about = 'provider' AND h.subject_id = {}"


def held(*any_of: str) -> str:
    """Whether a hold of one of these sorts keeps a row."""
    return HOLD.format(" OR ".join(any_of))


@dataclass(frozen=True, slots=True)
class Monthly:
    """Rows of one table. All parts are SQL of this module's: `rows` after FROM, `at` their moment, `left` whether there
    is something to erase, `held` whether a hold keeps it, `act` what erases the row `r`; with `files` it names one."""

    noun: str
    rows: str
    at: str
    held: str
    act: str
    left: str = "true"
    key: str = "id"
    files: bool = False
    alone: bool = True

    def due(self, rule: Retention, before: datetime, among: Collection[int] | None = None) -> Iterable[Due]:  # noqa: ARG002
        """By month in London, with the first moment of each."""
        month = f"to_char({self.at} AT TIME ZONE 'Europe/London', 'YYYYMM')::int"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {month} AS month, min({self.at}), count(*) FILTER (WHERE NOT {self.held}),"  # noqa: S608
                f" count(*) FILTER (WHERE {self.held}) FROM {self.rows} WHERE {self.at} < %s AND {self.left}"
                f" AND (%s::int[] IS NULL OR {month} = ANY (%s)) GROUP BY 1 ORDER BY 1",
                [before, *([list(among)] * 2 if among is not None else [None, None])],
            )
            return list(cursor.fetchall())

    def streams(self, ids: Collection[int]) -> Iterable[tuple[int, str]]:  # noqa: ARG002
        """None: what is held is left out row by row."""
        return ()

    def erase(self, erasing: Erasing, ids: Sequence[int]) -> int:
        """Erase whole months, save what is held; each month is an event."""
        return sum(self._month(erasing, month) for month in ids)

    def called(self, ids: Collection[int]) -> Mapping[int, str]:
        """`March 2026`."""
        return {each: f"{date(each // 100, each % 100, 1):%B %Y}" for each in ids}

    def _month(self, erasing: Erasing, month: int) -> int:
        first = date(month // 100, month % 100, 1)
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{self.act} WHERE r.{self.key} IN (SELECT {self.rows.split()[1]}.{self.key} FROM {self.rows}"  # noqa: S608
                f" WHERE {self.at} >= %s::timestamp AT TIME ZONE 'Europe/London'"
                f" AND {self.at} < least(%s::timestamp AT TIME ZONE 'Europe/London', %s)"
                f" AND {self.left} AND NOT {self.held}) RETURNING {'r.file' if self.files else '1'}",
                [first, last, erasing.before],
            )
            count, gone = cursor.rowcount, cursor.fetchall()
        if self.files:
            storage.drop_unnamed(name for (name,) in gone if name)
        facts = {"what": self.noun, "month": month, "count": count}
        events.record(erasing.told_on, ERASED, erasing.actor.user_id, facts, at=moment.now())
        return int(count)


#: An imported row is told to be about somebody by the references in it.
NAMES_CLIENT = """h.about = 'client' AND EXISTS (
    SELECT FROM parties_client c WHERE c.id = h.subject_id AND strpos(i.raw, c.ss_ref) > 0)"""
NAMES_PROVIDER = """h.about = 'provider' AND EXISTS (
    SELECT FROM parties_organisation o LEFT JOIN parties_service s ON s.organisation_id = o.id WHERE o.id = h.subject_id
    AND (strpos(i.raw, o.reference) > 0 OR strpos(i.raw, s.reference) > 0))"""

ACCESS = Monthly(
    noun="entry",
    rows="engine_access a",
    at="a.at",
    held=held(PERSON.format("a.user_id"), CLIENT.format("a.client_id"), PROVIDER.format("a.organisation_id")),
    act="DELETE FROM engine_access r",
)
VISITS = Monthly(
    noun="visit",
    rows="actuals_recordedvisit v JOIN register_carepackageline l ON l.id = v.line_id",
    at="v.day::timestamp AT TIME ZONE 'Europe/London'",
    left="v.identity NOT LIKE 'erased-%%'",
    held=held(CLIENT.format("l.client_id"), PROVIDER.format("v.organisation_id")),
    act="UPDATE actuals_recordedvisit r SET carer = '', reference = '', identity = 'erased-' || r.id,"
    " planned_start = NULL, planned_end = NULL, actual_start = NULL, actual_end = NULL",
)
IMPORTS = Monthly(
    noun="row",
    rows="register_importrow i JOIN register_importrun u ON u.id = i.run_id",
    at="u.created_at",
    left="i.raw <> ''",
    held=held(NAMES_CLIENT, NAMES_PROVIDER),
    act="UPDATE register_importrow r SET raw = '', data = '{}', message = '', problem = '', issue = ''",
)  # fmt: skip
NOTICES = Monthly(
    noun="notice",
    rows="engine_notice n LEFT JOIN engine_case c ON c.id = n.case_id",
    at="n.created_at",
    held=held(PERSON.format("n.user_id"), "h.about = 'case' AND h.subject_id = c.id", CLIENT.format("c.client_id"),
              PROVIDER.format("c.organisation_id")),
    act="DELETE FROM engine_notice r",
)  # fmt: skip
EXPORTS = Monthly(
    noun="export",
    rows="reports_madefile m JOIN reports_keptquestion q ON q.id = m.question_id",
    at="m.asked_at",
    held=held(PERSON.format("q.user_id"), CLIENT.format("(q.chosen->>'client_id')::bigint"),
              PROVIDER.format("q.organisation_id")),
    act="DELETE FROM reports_madefile r",
    files=True,
)  # fmt: skip


def declare_all() -> None:
    """Declare what this module erases."""
    for what, kind in {
        "access_log": ACCESS, "recorded_visits": VISITS, "imports": IMPORTS, "notices": NOTICES,
        "saved_exports": EXPORTS,
    }.items():  # fmt: skip
        declare(what, kind)
