"""What a record must fulfil beyond its own cells, kind by kind: each check is one statement over all records.

The sentences are SQL expressions over the staged record s; they are read by the person who sent the file.
"""

from collections.abc import Callable

from psycopg.sql import SQL

from workflows.council.profile import current
from workflows.engine import moment

from .stage import Stage


def check(stage: Stage) -> None:
    """Reject what does not fit, and note doubts; the stage is resolved and filled."""
    CHECKS[stage.kind.name](stage)


def _services(stage: Stage) -> None:
    _known_group(stage, "group")
    stage.reject(
        "EXISTS (SELECT 1 FROM parties_service t WHERE t.id = s.target_id"
        " AND t.organisation_id <> s.organisation_id)"
        " AND EXISTS (SELECT 1 FROM register_carepackageline l WHERE l.service_id = s.target_id)",
        "'This service has care package lines, so it cannot move to another organisation.'",
    )


def _contracts(stage: Stage) -> None:
    stage.reject(
        "EXISTS (SELECT 1 FROM register_contract t WHERE t.id = s.target_id"
        " AND t.organisation_id <> s.organisation_id)",
        "'A contract cannot move to another organisation.'",
    )


def _levels(stage: Stage) -> None:
    _known_group(stage, "service_group")
    stage.reject(
        "EXISTS (SELECT 1 FROM register_servicelevel t WHERE t.name = s.name AND t.id IS DISTINCT FROM s.target_id)"
        " OR EXISTS (SELECT 1 FROM import_levels o WHERE o.name = s.name AND o.number < s.number)",
        "'Another service level is called ' || s.name || ' already.'",
    )
    stage.reject(
        "EXISTS (SELECT 1 FROM register_servicelevel t WHERE t.id = s.target_id"
        " AND t.service_group <> s.service_group)"
        " AND EXISTS (SELECT 1 FROM register_carepackageline l WHERE l.service_level_id = s.target_id)",
        "'This service level has care package lines, so it cannot move to another service group.'",
    )
    stage.reject("s.key !~ '^[-a-zA-Z0-9_]+$'", "'LevelKey: use letters, figures, - and _ only.'")


def _known_group(stage: Stage, column: str) -> None:
    groups = [group.key for group in current().service_groups]
    names = ", ".join(groups)
    if column == "group":
        stage.reject('s."group" <> ALL(%s)', "'ServiceGroup must be one of ' || %s::text || '.'", [names, groups])
    else:
        stage.reject("s.service_group <> ALL(%s)", "'ServiceGroup must be one of ' || %s::text || '.'", [names, groups])


def _rates(stage: Stage) -> None:
    stage.reject('s."end" < s.start', "'To must not be before From.'")
    stage.reject(
        "s.organisation_id IS NOT NULL AND s.contract_id IS NOT NULL",
        "'A rate is for an organisation or for a contract, not for both.'",
    )
    _refuse_overlaps(stage)
    _end_before_next(stage)


#: Rates of the scopes in the file, of the file and of the register, each with the start of the next one.
_TIMELINE = SQL("""
    SELECT a.*, lead(start) OVER (PARTITION BY service_level_id, organisation_id, contract_id ORDER BY start) AS next
    FROM (
        SELECT row_id, NULL::bigint AS id, service_level_id, organisation_id, contract_id, start, "end"
        FROM import_rates WHERE message = ''
        UNION ALL
        SELECT NULL, t.id, t.service_level_id, t.organisation_id, t.contract_id, t.start, t."end"
        FROM register_rate t
        WHERE t.service_level_id IN (SELECT service_level_id FROM import_rates)
          AND NOT EXISTS (SELECT 1 FROM import_rates o WHERE o.target_id = t.id AND o.message = '')
    ) a
""")


def _refuse_overlaps(stage: Stage) -> None:
    """Two rates of one scope must not share a day; one without an end lasts until the next begins.

    A row may clash with the rate before it and with the one after it: the one after is told, always.
    """
    stage.do(
        "WITH line AS ({timeline}), clash AS ("
        ' SELECT service_level_id, organisation_id, contract_id, start, next, "end" FROM line WHERE "end" >= next),'
        ' told AS (SELECT DISTINCT ON (s.row_id) s.row_id, c.start, c."end", c.next'
        " FROM import_rates s JOIN clash c ON s.service_level_id = c.service_level_id"
        " AND s.organisation_id IS NOT DISTINCT FROM c.organisation_id"
        " AND s.contract_id IS NOT DISTINCT FROM c.contract_id AND s.start IN (c.start, c.next)"
        " WHERE s.message = '' ORDER BY s.row_id, c.start DESC)"
        " UPDATE import_rates s SET message = 'From ' || to_char(c.start, 'DD/MM/YYYY') || ' to '"
        " || to_char(c.\"end\", 'DD/MM/YYYY') || ' overlaps the rate from ' || to_char(c.next, 'DD/MM/YYYY') || '.'"
        " FROM told c WHERE s.row_id = c.row_id",
        timeline=_TIMELINE,
    )


def _end_before_next(stage: Stage) -> None:
    stage.do(
        "WITH line AS ({timeline})"
        ' UPDATE import_rates s SET "end" = l.next - 1 FROM line l'
        ' WHERE l.row_id = s.row_id AND s."end" IS NULL AND l.next IS NOT NULL',
        timeline=_TIMELINE,
    )


def _lines(stage: Stage) -> None:
    stage.reject(
        's."end" < s.start',
        "'EndDate ' || to_char(s.\"end\", 'DD/MM/YYYY') || ' is before StartDate '"
        " || to_char(s.start, 'DD/MM/YYYY') || '.'",
    )
    stage.reject("s.temporary AND s.review_date IS NULL", "'A temporary line needs a ReviewDate.'")
    stage.reject("NOT s.temporary AND s.review_date IS NOT NULL", "'Only a temporary line has a ReviewDate.'")
    stage.reject("s.review_date < s.start", "'ReviewDate is before StartDate.'")
    stage.reject(
        "EXISTS (SELECT 1 FROM register_contract c, parties_service v WHERE c.id = s.contract_id"
        " AND v.id = s.service_id AND c.organisation_id <> v.organisation_id)",
        "'The contract and the service belong to two different organisations.'",
    )
    stage.reject(
        "EXISTS (SELECT 1 FROM register_servicelevel g, parties_service v WHERE g.id = s.service_level_id"
        ' AND v.id = s.service_id AND g.service_group <> v."group")',
        "'This is not a service level for this service.'",
    )
    stage.reject(
        "EXISTS (SELECT 1 FROM {live} t WHERE t.id = s.target_id AND t.client_id <> s.client_id)",
        "'The line ' || s.reference || ' belongs to another client.'",
    )
    stage.reject(
        "EXISTS (SELECT 1 FROM {live} t, parties_service a, parties_service b WHERE t.id = s.target_id"
        " AND a.id = t.service_id AND b.id = s.service_id AND a.organisation_id <> b.organisation_id)",
        "'The line ' || s.reference || ' belongs to another organisation. End it, and begin a new one.'",
    )
    _lines_prices(stage)
    _lines_doubts(stage)


def _lines_prices(stage: Stage) -> None:
    stage.reject("s.price_from IS NOT NULL AND s.unit_cost IS NULL", "'UnitCostFrom is given without a UnitCost.'")
    stage.do("UPDATE {stage} SET price_from = start WHERE unit_cost IS NOT NULL AND price_from IS NULL")
    stage.reject(
        's.price_from NOT BETWEEN s.start AND COALESCE(s."end", s.price_from)', "'UnitCostFrom is outside of the line.'"
    )
    stage.reject(
        "s.message = '' AND (s.unit_cost IS NULL OR s.price_from > s.start)"
        " AND NOT EXISTS (SELECT 1 FROM register_linerate o WHERE o.line_id = s.target_id AND o.start <= s.start"
        " AND o.amount IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM register_rate t JOIN register_contract c ON c.id = s.contract_id"
        " WHERE t.service_level_id = s.service_level_id"
        " AND (t.contract_id = c.id OR (t.contract_id IS NULL"
        " AND (t.organisation_id IS NULL OR t.organisation_id = c.organisation_id)))"
        ' AND t.start <= s.start AND (t."end" IS NULL OR t."end" >= s.start))',
        "'There is no rate for ' || s.service_level || ' on ' || to_char(s.start, 'DD/MM/YYYY') || '.'",
    )


def _lines_doubts(stage: Stage) -> None:
    stage.doubt(
        "s.target_id IS NULL AND EXISTS (SELECT 1 FROM {live} t WHERE t.client_id = s.client_id"
        " AND t.service_id = s.service_id AND t.service_level_id = s.service_level_id"
        " AND daterange(t.start, t.\"end\", '[]') && daterange(s.start, GREATEST(s.start, s.\"end\"), '[]'))",
        "'The client has this service level at this service already on some of these days.'",
    )
    stage.doubt(
        "s.target_id IS NULL AND s.start > %s::date + 365",
        "'StartDate is more than a year ahead.'",
        [moment.today()],
    )


def compare(stage: Stage) -> None:
    """Write down what differs from the live records; a line's own price is compared with the one then in force."""
    stage.compare()
    if stage.kind.name == "lines":
        stage.do(
            "UPDATE {stage} s SET changes = s.changes"
            " || jsonb_build_object('unit_cost', jsonb_build_array(o.amount::text, s.unit_cost::text))"
            " FROM (SELECT n.row_id, (SELECT r.amount FROM register_linerate r WHERE r.line_id = n.target_id"
            " AND r.start <= n.price_from ORDER BY r.start DESC LIMIT 1) AS amount"
            " FROM {stage} n WHERE n.unit_cost IS NOT NULL AND n.target_id IS NOT NULL) o"
            " WHERE o.row_id = s.row_id AND o.amount IS DISTINCT FROM s.unit_cost"
        )


def _nothing_more(_stage: Stage) -> None:
    """Organisations and clients are whole by themselves."""


CHECKS: dict[str, Callable[[Stage], None]] = {
    "organisations": _nothing_more,
    "services": _services,
    "clients": _nothing_more,
    "contracts": _contracts,
    "levels": _levels,
    "rates": _rates,
    "lines": _lines,
}
