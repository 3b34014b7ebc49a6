"""What is asked before a verb is done to many turns: to whom, which day, how pressing, and why."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.cases.turn_forms import PERSON, TEAM, ToWhomMixin
from backoffice.web.fields import Choice, DateField, LongText, Pick
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from backoffice.web.words import date_words
from workflows.engine.records import MOST_WORDS
from workflows.engine.rules import Priority


class BulkForm(ClientKeyMixin, ConcordForm):
    """What each of them shares. Nothing is done by it: the next page says what would be."""

    what_failed = "Nothing was changed"
    button = "See what will happen"

    tasks = forms.CharField(widget=forms.HiddenInput)
    back = forms.CharField(widget=forms.HiddenInput, required=False)

    def told(self) -> dict[str, Any]:
        """What the verb is told."""
        return {}

    def said(self) -> list[tuple[str, str]]:
        """What was said, in words, for the page that checks it."""
        return []

    def reasons(self) -> list[tuple[str, str]]:
        """The reason as it was said, if one was."""
        return [("Why", reason)] if (reason := self.cleaned_data.get("reason")) else []


class ClaimForm(BulkForm):
    """Nothing need be said to claim."""


class HandOverForm(ToWhomMixin, BulkForm):
    """To a team or to a colleague, and why."""

    gets = "gets them"

    to = Choice(label="Who gets them?", choices=[(TEAM, "Another team"), (PERSON, "A colleague in the team")],
                missing="Choose a team or a colleague")  # fmt: skip
    team = Pick(label="Team", required=False)
    person = Pick(label="Colleague", required=False)
    reason = LongText(
        label="Why?", help_text="Whoever gets them reads this. Providers do not.", missing="Say why you hand them over",
        max_length=MOST_WORDS,
    )  # fmt: skip

    def layout(self) -> Layout:
        """Each list under its choice."""
        return Layout(Reveal("to", {TEAM: ["team"], PERSON: ["person"]}), "reason", "client_key", "tasks", "back")

    def told(self) -> dict[str, Any]:
        """The team or the person, and the reason."""
        data = self.cleaned_data
        to = {"team": int(data["team"])} if data["team"] else {"user": int(data["person"])}
        return {**to, "reason": data["reason"]}

    def said(self) -> list[tuple[str, str]]:
        """Who gets them, and why."""
        field: Any = self.fields[self.cleaned_data["to"]]
        return [("To", dict(field.choices)[self.cleaned_data[self.cleaned_data["to"]]]), *self.reasons()]


class PriorityForm(BulkForm):
    """How pressing they are, and why."""

    priority = Choice(label="Priority", choices=[(str(int(each)), each.words) for each in Priority],
                      missing="Choose the priority")  # fmt: skip
    reason = LongText(
        label="Why?", help_text="Whoever opens one next reads this. Providers do not.",
        missing="Say why you change the priority", max_length=MOST_WORDS,
    )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """The priority and the reason."""
        return {"priority": int(self.cleaned_data["priority"]), "reason": self.cleaned_data["reason"]}

    def said(self) -> list[tuple[str, str]]:
        """The priority, and why."""
        return [("Priority", Priority(int(self.cleaned_data["priority"])).words), *self.reasons()]


class FollowUpForm(BulkForm):
    """When to look at them again; emptied, the dates that are set are taken away."""

    day = DateField(
        label="Look at them again on", required=False,
        help_text="Leave it empty to take follow-up dates away. Clocks run on.",
    )  # fmt: skip
    reason = LongText(label="Why? (you need not say)", required=False, rows=3, max_length=MOST_WORDS)

    def told(self) -> dict[str, Any]:
        """The day, if any, and the reason."""
        day = self.cleaned_data["day"]
        return {"day": day.isoformat() if day else None, "reason": self.cleaned_data["reason"]}

    def said(self) -> list[tuple[str, str]]:
        """The day, and why."""
        day = self.cleaned_data["day"]
        return [("Look at them again on", date_words(day) if day else "No day: dates are taken away"), *self.reasons()]
