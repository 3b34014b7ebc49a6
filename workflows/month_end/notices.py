"""What providers are told before a period ends: counts and a day, never a client."""

from workflows.engine.notices import declare

REMINDER = "month_end.reminder"

declare(
    REMINDER,
    one="{reference}",
    many="{count} reminders of what holds payment up",
    name="The council reminds me of what holds payment up before a payment run",
    group="Scheduled payments",
    sides=frozenset({"provider"}),
)
