"""What people are told about invoices and credit notes: references and counts only."""

from workflows.engine.notices import declare

OPENED = "invoice.opened"
SUBMITTED = "invoice.submitted"
QUERIED = "invoice.queried"
ACCEPTED = "invoice.accepted"
PROCESSED = "invoice.processed"
PAID = "invoice.paid"
NOTE_RAISED = "credit_note.raised"
NOTE_QUERIED = "credit_note.queried"
NOTE_DECIDED = "credit_note.decided"
GROUP = "Invoices and credit notes"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    OPENED,
    one="Invoice {reference} can be looked at",
    many="{count} invoices can be looked at",
    name="An invoice can be looked at",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    SUBMITTED,
    one="Invoice {reference} was submitted and awaits your team's check",
    many="{count} invoices were submitted and await your team's check",
    name="A provider submits an invoice",
    group=GROUP,
    sides=STAFF,
)
declare(
    QUERIED,
    one="The council asks about invoice {reference}",
    many="The council asks about {count} invoices",
    name="The council asks about an invoice",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    ACCEPTED,
    one="Invoice {reference} was accepted",
    many="{count} invoices were accepted",
    name="An invoice is accepted",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    PROCESSED,
    one="Invoice {reference} was processed",
    many="{count} invoices were processed",
    name="An invoice is processed",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    PAID,
    one="Invoice {reference} was paid",
    many="{count} invoices were paid",
    name="An invoice is paid",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    NOTE_RAISED,
    one="Credit note {reference} awaits your team's check",
    many="{count} credit notes await your team's check",
    name="A provider raises a credit note",
    group=GROUP,
    sides=STAFF,
)
declare(
    NOTE_QUERIED,
    one="The council asks about credit note {reference}",
    many="The council asks about {count} credit notes",
    name="The council asks about a credit note",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    NOTE_DECIDED,
    one="The council has decided on credit note {reference}",
    many="The council has decided on {count} credit notes",
    name="The council decides on a credit note",
    group=GROUP,
    sides=PROVIDER,
)
