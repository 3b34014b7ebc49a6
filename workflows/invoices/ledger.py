"""Checks that invoices and payments say the same: read again by another way than they were written
(`manage verify_payments`). Findings name references only.
"""

from django.db import connection

from workflows.payments.ledger import Finding

#: Where an invoice stands is where its payment does. A payment that is final has an invoice that is accepted until the
#: reaction has followed, never one that is with the provider.
STANDS = """
SELECT k.reference, 'is ' || k.state || ', and its payment is '
    || CASE WHEN p.finalised_at IS NOT NULL THEN 'final' WHEN p.released_at IS NOT NULL THEN 'released'
            WHEN p.frozen_at IS NOT NULL THEN 'frozen' ELSE 'open' END
FROM invoices_invoice i JOIN engine_case k ON k.id = i.case_id
JOIN payments_scheduledpayment p ON p.case_id = i.payment_id
WHERE (k.state IN ('unsubmitted', 'pending')) <> (p.frozen_at IS NULL)
   OR (k.state IN ('accepted', 'processed', 'paid')) <> (p.released_at IS NOT NULL)
   OR (k.state IN ('processed', 'paid') AND p.finalised_at IS NULL)
   OR (k.state = 'paid' AND p.paid_at IS NULL)
"""
#: What an invoice was submitted and accepted for is what its payment comes to.
CLAIMED = """
SELECT k.reference, 'was submitted for ' || k.amount || ', and its payment comes to ' || p.total
FROM invoices_invoice i JOIN engine_case k ON k.id = i.case_id
JOIN payments_scheduledpayment p ON p.case_id = i.payment_id
WHERE k.state NOT IN ('unsubmitted', 'pending') AND k.amount IS DISTINCT FROM p.total
"""
#: Credit notes never give back more of a line than it was worth, and each is taken off once.
CREDITED = """
SELECT k.reference, 'credits more of a line than that was worth'
FROM invoices_creditnote n JOIN engine_case k ON k.id = n.case_id
JOIN payments_paymentline l ON l.id = n.line_id
WHERE NOT n.void AND (SELECT sum(o.amount) FROM invoices_creditnote o WHERE o.line_id = n.line_id AND NOT o.void)
    > l.total
UNION ALL
SELECT k.reference, 'credits ' || n.amount || ', and ' || l.total || ' was taken up'
FROM invoices_creditnote n JOIN engine_case k ON k.id = n.case_id
JOIN payments_paymentline l ON l.id = n.credited_in_id
WHERE (l.total, l.vat) <> (-n.amount, -n.vat)
UNION ALL
SELECT k.reference, 'is ' || k.state || ' and ' || CASE WHEN n.credited_in_id IS NULL THEN 'not ' ELSE '' END
    || 'taken up'
FROM invoices_creditnote n JOIN engine_case k ON k.id = n.case_id
WHERE (k.state = 'credited') <> (n.credited_in_id IS NOT NULL)
"""
QUERIES = (STANDS, CLAIMED, CREDITED)


def verify() -> list[Finding]:
    """Everything of invoices and credit notes that does not agree with their payments."""
    found: list[Finding] = []
    with connection.cursor() as cursor:
        for query in QUERIES:
            cursor.execute(query)
            found += [Finding(reference, what) for reference, what in cursor.fetchall()]
    return found
