"""What people are told about themselves and their work: counts and references only."""

from workflows.engine.notices import declare

SIGN_IN_CHANGED = "user.sign_in_changed"
STANDS_IN = "absence.stands_in"
UNUSED = "user.unused"
HELP_ASKED = "user.help_asked"

declare(
    SIGN_IN_CHANGED,
    one="Your {reference} was changed",
    many="{count} changes of how you sign in",
    name="My password, or how else I sign in, is changed",
    group="My account",
    always="so that you notice at once when somebody else changes how you sign in",
    note="If that was not you, tell the helpdesk at once.",
)
declare(
    UNUSED,
    one="Your access will be suspended on {reference} because you have not used it",
    many="{count} warnings that your access will be suspended",
    name="My access will be suspended because I have not used it",
    group="My account",
    always="so that you can keep your access",
    note="Sign in before that day to keep it.",
)
declare(
    HELP_ASKED,
    one="Somebody who cannot sign in asks to be telephoned",
    many="{count} people who cannot sign in ask to be telephoned",
    name="Somebody who cannot sign in asks to be telephoned",
    group="My work",
    sides=frozenset({"staff"}),
)
declare(
    STANDS_IN,
    one="Tasks are with you while a colleague is away: {count}, first {reference}",
    many="{count} colleagues are away and their tasks are with you",
    name="Work comes to me because a colleague is away",
    group="My work",
    sides=frozenset({"staff"}),
)
