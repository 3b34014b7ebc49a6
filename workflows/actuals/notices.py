"""What people are told about weeks of actuals: references and counts only."""

from workflows.engine.notices import declare

SUBMITTED = "actuals.submitted"
CHANGED = "actuals.changed"
QUERIED = "actuals.queried"
ACCEPTED = "actuals.accepted"
MOVED = "actuals.moved"
ASKED = "care_decision.asked"
GROUP = "Actuals"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    SUBMITTED,
    one="Actuals {reference} are to be checked",
    many="{count} weeks of actuals are to be checked",
    name="A provider submits actuals",
    group=GROUP,
    sides=STAFF,
)
declare(
    CHANGED,
    one="Actuals {reference} were changed after they were submitted",
    many="{count} weeks of actuals were changed after they were submitted",
    name="A provider changes actuals that were submitted",
    group=GROUP,
    sides=STAFF,
)
declare(
    MOVED,
    one="Actuals {reference} come to other money than was accepted",
    many="{count} weeks of actuals come to other money than was accepted",
    name="A decision or a price changes what was accepted",
    group=GROUP,
    sides=STAFF,
)
declare(
    QUERIED,
    one="The council asks about actuals {reference}",
    many="The council asks about {count} weeks of actuals",
    name="The council asks about actuals",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    ACCEPTED,
    one="Actuals {reference} were accepted",
    many="{count} weeks of actuals were accepted",
    name="The council accepts actuals",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    ASKED,
    one="{reference} asks for a decision about care",
    many="{count} decisions about care are asked for",
    name="An absence asks for a decision of my team",
    group=GROUP,
    sides=STAFF,
)
