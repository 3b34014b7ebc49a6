"""What people are told about disputes: references and counts only.

bedford-actuals-guide "Email Notifications": "The other options send an email for any new or amendments made, and in
applicable circumstances for responses."
"""

from workflows.engine.notices import declare

RAISED = "dispute.raised"
ANSWERED = "dispute.answered"
ASKED_AGAIN = "dispute.asked_again"
DECIDED = "dispute.decided"
TAKEN = "dispute.taken"
GROUP = "Disputes"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    RAISED,
    one="Dispute {reference} awaits your response",
    many="{count} disputes await your response",
    name="The council disputes actuals",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    ANSWERED,
    one="Dispute {reference} was answered and awaits your team's decision",
    many="{count} disputes were answered and await your team's decision",
    name="A provider answers a dispute",
    group=GROUP,
    sides=STAFF,
)
declare(
    ASKED_AGAIN,
    one="The council asks again in dispute {reference}",
    many="The council asks again in {count} disputes",
    name="The council asks again in a dispute",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    DECIDED,
    one="Dispute {reference} was decided",
    many="{count} disputes were decided",
    name="The council decides a dispute",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    TAKEN,
    one="The time to answer dispute {reference} is over: the council decides without your response",
    many="The time to answer {count} disputes is over: the council decides without your response",
    name="The council goes on with a dispute without a response",
    group=GROUP,
    sides=PROVIDER,
)
