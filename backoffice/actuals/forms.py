"""The forms of the room of a week."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import DateField, LongText
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from workflows.engine.typed import TEXT_LIMIT


class TurnForm(ClientKeyMixin, ConcordForm):
    """What every form on a turn carries."""

    what_failed = "Nothing was done"
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TakeForm(TurnForm):
    """Take a week for checking: nothing is asked."""

    button = "Check this week"


class QueryForm(TurnForm):
    """What the provider is to look at."""

    what_failed = "The question was not sent"
    button = "Ask the provider"
    text = LongText(
        label="What should the provider look at?",
        help_text="The provider reads this. The week is theirs again, and they submit it once more.",
        missing="Say what the provider should look at",
        max_length=TEXT_LIMIT,
    )


class AcceptForm(TurnForm):
    """The lines that were shown, and how they were when they were shown."""

    button = "Accept"
    line_weeks = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ExtendForm(TurnForm):
    """Until when to pay for longer."""

    what_failed = "Nothing was decided"
    button = "Pay until then"
    until = DateField(
        label="Pay until", help_text="A Sunday, because weeks are paid whole.", missing="Enter the Sunday to pay until"
    )
    text = LongText(
        label="Who decided this, and why?",
        help_text="It stands in the story of this decision.",
        missing="Say who decided this, and why",
        max_length=TEXT_LIMIT,
    )


class StopForm(TurnForm):
    """Not to pay for longer."""

    what_failed = "Nothing was decided"
    button = "Do not pay for longer"
    tone = "warning"
    text = LongText(
        label="Who decided this, and why?",
        help_text="It stands in the story of this decision.",
        missing="Say who decided this, and why",
        max_length=TEXT_LIMIT,
    )


class NotedForm(TurnForm):
    """Taking note, with words if there are any."""

    what_failed = "Nothing was noted"
    button = "Take note"
    text = LongText(label="What was done?", help_text="Optional.", required=False, max_length=TEXT_LIMIT)


class ExtractForm(ConcordForm):
    """The weeks of which the units that clients are not charged for are taken out."""

    what_failed = "Nothing was downloaded"
    button = "Download (CSV)"
    first = DateField(
        label="From", help_text="Whole weeks, from the Monday of this day.", missing="Enter the first day"
    )
    last = DateField(label="To", help_text="Up to the Sunday of this day.", missing="Enter the last day")

    def layout(self) -> Layout:
        """The two days."""
        return Layout("first", "last")

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, and not years after it."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day must not be before the first")
        elif first and last and (last - first).days > 400:
            self.add_error("last", "Take no more than 400 days at once")
        return data
