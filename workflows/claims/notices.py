"""What people are told about one-off claims: references and counts only."""

from workflows.engine.notices import declare

SUBMITTED = "claim.submitted"
QUERIED = "claim.queried"
ANSWERED = "claim.answered"
TAKEN = "claim.taken"
DECIDED = "claim.decided"
GROUP = "One-off claims"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    SUBMITTED,
    one="Claim {reference} is to be checked",
    many="{count} claims are to be checked",
    name="A provider sends a claim",
    group=GROUP,
    sides=STAFF,
)
declare(
    QUERIED,
    one="The council asks about claim {reference}",
    many="The council asks about {count} claims",
    name="The council asks about a claim",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    ANSWERED,
    one="The query about claim {reference} was answered",
    many="The queries about {count} claims were answered",
    name="A provider answers a query about a claim",
    group=GROUP,
    sides=STAFF,
)
declare(
    TAKEN,
    one="The time to answer the query about claim {reference} is over: the council decides without your answer",
    many="The time to answer the queries about {count} claims is over: the council decides without your answers",
    name="The council goes on with a claim without an answer",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    DECIDED,
    one="Claim {reference} was decided",
    many="{count} claims were decided",
    name="A claim of ours is decided",
    group=GROUP,
    sides=PROVIDER,
)
