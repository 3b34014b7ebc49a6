"""What the database works out by itself: the lines of new payments about which there is nothing to say but a price.

A line is `plain` in a period when it is provided on all its days, at one price and one contribution, and nothing is
known that could wait or be taxed; everything else is worked out by entitlement.py. What WHOLE writes is what that, and
snapshot.written, would: tests hold the two against each other.
"""

from collections.abc import Sequence
from typing import Any

from workflows.council.payments import Payments

#: The lines of payments; their prices as register.rules.standing_prices finds them.
LAY_OUT = """
CREATE TEMPORARY TABLE payments_plan ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
    SELECT p.case_id, p.contract_id, c.organisation_id, p.first, p.last, m.net,
        m.on_actuals OR EXISTS (
            SELECT FROM payments_paymentmethod o
            WHERE o.contract_id = p.contract_id AND o.start > p.first AND o.start <= p.last) AS closely
    FROM payments_scheduledpayment p
    JOIN register_contract c ON c.id = p.contract_id
    JOIN LATERAL (
        SELECT m.net, m.on_actuals FROM payments_paymentmethod m
        WHERE m.contract_id = p.contract_id AND m.start <= p.first ORDER BY m.start DESC LIMIT 1) m ON true
    WHERE p.case_id = ANY(%s)
), live AS MATERIALIZED (
    SELECT a.*, l.id AS line_id, l.service_level_id, l.quantity,
        l.start <= a.first AND (l."end" IS NULL OR l."end" >= a.last) AS throughout
    FROM asked a
    JOIN register_carepackageline l ON l.contract_id = a.contract_id
        AND l.start <= a.last AND (l."end" IS NULL OR l."end" >= a.first)
), own AS MATERIALIZED (
    SELECT DISTINCT ON (v.line_id, v.case_id) v.line_id, v.case_id, r.amount
    FROM live v JOIN register_linerate r ON r.line_id = v.line_id AND r.start <= v.first
    ORDER BY v.line_id, v.case_id, r.start DESC
), scope AS MATERIALIZED (
    SELECT t.service_level_id, t.case_id, p.amount, EXISTS (
        SELECT FROM register_rate r WHERE r.service_level_id = t.service_level_id
            AND (r.contract_id = t.contract_id OR r.contract_id IS NULL)
            AND (r.start BETWEEN t.first + 1 AND t.last OR r."end" BETWEEN t.first AND t.last - 1)
    ) OR t.service_level_id = ANY(%s) AS varies
    FROM (SELECT DISTINCT service_level_id, case_id, contract_id, organisation_id, first, last FROM live) t
    LEFT JOIN LATERAL (
        SELECT r.amount FROM register_rate r
        WHERE r.service_level_id = t.service_level_id AND r.start <= t.first AND (r."end" IS NULL OR r."end" >= t.first)
            AND (r.contract_id = t.contract_id OR r.contract_id IS NULL
                AND (r.organisation_id = t.organisation_id OR r.organisation_id IS NULL))
        ORDER BY r.contract_id NULLS LAST, r.organisation_id NULLS LAST LIMIT 1) p ON true
), gives AS MATERIALIZED (
    SELECT v.line_id, v.case_id, max(x.amount) FILTER (
            WHERE x.start <= v.first AND (x."end" IS NULL OR x."end" >= v.last)) AS amount,
        bool_or(x.start > v.first OR x."end" < v.last) AS varies
    FROM live v JOIN register_contribution x ON x.line_id = v.line_id
        AND x.start <= v.last AND (x."end" IS NULL OR x."end" >= v.first)
    GROUP BY v.line_id, v.case_id
), broken AS MATERIALIZED (
    SELECT v.line_id, v.case_id FROM live v JOIN register_linesuspension x ON x.line_id = v.line_id
        AND x.start <= v.last AND (x."end" IS NULL OR x."end" >= v.first)
    UNION
    SELECT v.line_id, v.case_id FROM live v JOIN register_linerate x ON x.line_id = v.line_id
        AND x.start BETWEEN v.first + 1 AND v.last
    UNION
    SELECT v.line_id, v.case_id FROM live v JOIN register_paymenthold x ON x.line_id = v.line_id AND x.lifted_at IS NULL
    UNION
    SELECT v.line_id, v.case_id FROM live v JOIN contracts_contractdocument x ON x.line_id = v.line_id
        JOIN engine_case k ON k.id = x.case_id AND k.state IN ('published', 'rejected') AND %s
)
SELECT v.case_id, v.line_id, v.first, v.last, v.quantity, v.net, coalesce(o.amount, s.amount) AS price,
    coalesce(g.amount, 0) AS contribution,
    v.throughout AND NOT v.closely AND b.line_id IS NULL AND g.varies IS NOT TRUE
        AND NOT s.varies AND coalesce(o.amount, s.amount) IS NOT NULL AS plain
FROM live v
JOIN scope s USING (service_level_id, case_id)
LEFT JOIN own o USING (line_id, case_id)
LEFT JOIN gives g USING (line_id, case_id)
LEFT JOIN broken b USING (line_id, case_id)
"""

#: As entitlement.py has it: the price of a week times days / 7, rounded once. `gcd` writes a quantity as Fraction does.
WHOLE = """
INSERT INTO payments_paymentline (payment_id, line_id, kind, first, last, excl, vat, total, worth, causes, not_paid,
                                  waiting)
SELECT p.case_id, p.line_id, 'scheduled', p.first, p.last, m.excl, 0, m.excl, jsonb_build_object(
        'line', p.line_id, 'parts', jsonb_build_array(jsonb_build_object(
            'first', p.first, 'last', p.last, 'unit_cost', p.price::text,
            'quantity', (h.hundredths / h.common)::text
                || CASE WHEN h.common = 100 THEN '' ELSE '/' || (100 / h.common)::text END)
            || CASE WHEN p.contribution = 0 THEN '{}' ELSE jsonb_build_object('contribution', p.contribution::text) END
            || CASE WHEN p.net THEN '{"net": true}'::jsonb ELSE '{}' END)),
    '[]', 0, false
FROM payments_plan p
CROSS JOIN LATERAL (
    SELECT (p.quantity * 100)::bigint AS hundredths, gcd((p.quantity * 100)::bigint, 100) AS common) h
CROSS JOIN LATERAL (
    SELECT round((p.quantity * p.price - CASE WHEN p.net THEN p.contribution ELSE 0 END)
                 * (p.last - p.first + 1) / 7, 2) AS excl) m
WHERE p.plain ORDER BY p.case_id, p.line_id
"""

CLOSELY = "SELECT case_id, line_id FROM payments_plan WHERE NOT plain ORDER BY case_id, line_id"

#: Lines about which something may have come to be known since the last finalisation (or freeze) of their contract: own
#: events, their level's or their contract's, and whatever was waiting or held out. An hour's grace, because what
#: happens is dated when its transaction begins.
CANDIDATES = """
WITH base AS MATERIALIZED (
    SELECT contract_id, max(coalesce(frozen_at, finalised_at)) - interval '1 hour' AS since
    FROM payments_scheduledpayment
    WHERE contract_id = ANY(%s) AND (finalised_at IS NOT NULL OR frozen_at IS NOT NULL) GROUP BY contract_id
), moved AS MATERIALIZED (
    SELECT DISTINCT e.stream, max(e.at) OVER (PARTITION BY e.stream) AS at FROM engine_event e
    WHERE e.at > (SELECT min(since) FROM base)
      AND (e.stream LIKE 'line:%%' OR e.stream LIKE 'level:%%' OR e.stream LIKE 'contract:%%')
)
SELECT l.id FROM base b JOIN register_carepackageline l ON l.contract_id = b.contract_id
WHERE EXISTS (SELECT FROM moved m WHERE m.at > b.since AND m.stream IN (
        'line:' || l.id, 'level:' || l.service_level_id, 'contract:' || l.contract_id))
   OR EXISTS (SELECT FROM payments_paymentline x JOIN payments_scheduledpayment p ON p.case_id = x.payment_id
              WHERE x.line_id = l.id AND (p.finalised_at IS NOT NULL OR p.frozen_at IS NOT NULL)
                  AND (x.waiting OR x.held_out_at IS NOT NULL))
   OR EXISTS (SELECT FROM register_paymenthold h WHERE h.line_id = l.id)
   OR EXISTS (SELECT FROM payments_paymentmethod m WHERE m.contract_id = l.contract_id AND m.on_actuals)
   OR EXISTS (SELECT FROM payments_paymentline x JOIN payments_scheduledpayment p ON p.case_id = x.payment_id
              WHERE x.line_id = l.id AND x.kind = 'adjustment' AND p.finalised_at IS NULL)
ORDER BY 1
"""


def taxed(module: Payments, levels: Sequence[tuple[int, str]]) -> list[Any]:
    """The service levels on which there may be VAT: their lines are worked out by the rules."""
    keys = {each.service_level for each in module.vat}
    return [pk for pk, key in levels if key in keys]
