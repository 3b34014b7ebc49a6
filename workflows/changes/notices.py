"""What people are told about change requests: references only, never a name."""

from workflows.engine.notices import declare

SUBMITTED = "change_request.submitted"
DECIDED = "change_request.decided"
WITHDRAWN = "change_request.withdrawn"
ONE_MORE = "change_request.one_more_provider"
FIRST_PASSWORD = "change_request.first_password"  # noqa: S105 - the name of a kind

declare(
    SUBMITTED,
    one="Change request {reference} awaits a decision",
    many="{count} change requests await a decision",
    name="A change request awaits a decision",
)
declare(
    DECIDED,
    one="Change request {reference} was decided",
    many="{count} change requests were decided",
    name="A change request of mine was decided",
)
declare(
    WITHDRAWN,
    one="Change request {reference} was withdrawn by the provider",
    many="{count} change requests were withdrawn by providers",
    name="A change request was withdrawn",
)
declare(
    ONE_MORE,
    one="You can use the portal for one more provider ({reference})",
    many="You can use the portal for {count} more providers",
    group="My account",
    always="so that you notice when somebody gives you access that you did not expect",
    note="Sign in as you always do, and choose the provider. If you did not expect this, tell the helpdesk.",
)
declare(
    FIRST_PASSWORD,
    one="{reference} is accepted: telephone the first password",
    many="{count} first passwords are to be telephoned",
    name="A first password is to be telephoned",
)
