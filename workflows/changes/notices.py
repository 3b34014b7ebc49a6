"""What people are told about change requests: references only, never a name."""

from workflows.engine.notices import declare

SUBMITTED = "change_request.submitted"
DECIDED = "change_request.decided"
WITHDRAWN = "change_request.withdrawn"
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
    FIRST_PASSWORD,
    one="{reference} is accepted: telephone the first password",
    many="{count} first passwords are to be telephoned",
    name="A first password is to be telephoned",
)
