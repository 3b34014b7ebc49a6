"""What people are told about actions: references and counts only, never a title or a client's name.

bedford-actuals-guide "Email Notifications": "Actions (Immediate): An email will be sent immediately if an Action is
assigned to the Provider, or if there is a response to an existing Action conversation."
"""

from workflows.engine.notices import declare

OPENED = "action.opened"
RECEIPT = "action.receipt"
FOR_PROVIDER = "action.for_provider"
UPDATED = "action.updated"
COMMENTED = "action.commented"
TO_CLOSE = "action.to_close"
TAKEN_BACK = "action.taken_back"
CLOSED = "action.closed"
KEPT_OPEN = "action.kept_open"
REOPENED = "action.reopened"
GROUP = "Actions"
STAFF, PROVIDER = frozenset({"staff"}), frozenset({"provider"})

declare(
    OPENED,
    one="Action {reference} awaits an answer of your team",
    many="{count} actions await an answer of your team",
    name="A provider begins an action with my team",
    group=GROUP,
    sides=STAFF,
)
declare(
    RECEIPT,
    one="Your action was received. Its reference is {reference}",
    many="{count} of your actions were received",
    name="An action of mine was received",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    FOR_PROVIDER,
    one="Action {reference} awaits your answer",
    many="{count} actions await your answer",
    name="An action is assigned to the provider",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    UPDATED,
    one="The council has written in action {reference}",
    many="The council has written in {count} actions",
    name="The council writes in an action",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    COMMENTED,
    one="The provider has written in action {reference}",
    many="Providers have written in {count} actions",
    name="A provider writes in an action of my team",
    group=GROUP,
    sides=STAFF,
)
declare(
    TO_CLOSE,
    one="Action {reference} is to be closed",
    many="{count} actions are to be closed",
    name="Somebody asks for an action to be closed",
    group=GROUP,
    sides=STAFF,
)
declare(
    TAKEN_BACK,
    one="The notice in action {reference} was taken back",
    many="{count} notices were taken back",
    name="A notice is taken back",
    group=GROUP,
    sides=STAFF,
)
declare(
    CLOSED,
    one="Action {reference} was closed, with an explanation",
    many="{count} actions were closed, with explanations",
    name="The council closes an action",
    group=GROUP,
    sides=PROVIDER,
)
declare(
    KEPT_OPEN,
    one="Action {reference} is not closed yet and is with your team again",
    many="{count} actions are not closed yet and are with your team again",
    name="An action stays open and comes back to my team",
    group=GROUP,
    sides=STAFF,
)
declare(
    REOPENED,
    one="Action {reference} was reopened",
    many="{count} actions were reopened",
    name="An action is reopened",
    group=GROUP,
)
