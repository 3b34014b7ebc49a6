"""The forms of what may be done with any turn: hand over, follow-up date, priority, inside note."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, DateField, LongText, Pick
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from workflows.engine.records import MOST_WORDS
from workflows.engine.rules import Priority

Names = Sequence[tuple[int, str]]
TEAM, PERSON = "team", "person"


class TurnForm(ClientKeyMixin, ConcordForm):
    """What each of them shares: which turn was on the screen."""

    what_failed = "Nothing was changed"
    task = forms.IntegerField(widget=forms.HiddenInput)


class ToWhomMixin(forms.Form):
    """Asks who gets turns, a team or a colleague, each from its list: fields `to`, `team` and `person`."""

    gets = "gets it"

    def __init__(self, *positional: Any, teams: Names, people: Names, **options: Any) -> None:
        super().__init__(*positional, **options)
        for name, found in ((TEAM, teams), (PERSON, people)):
            field: Any = self.fields[name]
            field.choices = [*field.choices, *((str(pk), words) for pk, words in found)]

    def clean(self) -> dict[str, Any]:
        """The list that was chosen needs an entry; the other does not count."""
        data = super().clean() or {}
        for name, what in ((TEAM, "the team"), (PERSON, "the colleague")):
            if name != data.get("to"):
                self.errors.pop(name, None)
                data[name] = ""
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, f"Choose {what} who {self.gets}")
        return data


class HandOverForm(ToWhomMixin, TurnForm):
    """To a team or to a person of the team that has it, and why."""

    what_failed = "It was not handed over"
    button = "Hand it over"
    to = Choice(label="Who gets it?", choices=[(TEAM, "Another team"), (PERSON, "A colleague in the team")],
                missing="Choose a team or a colleague")  # fmt: skip
    team = Pick(label="Team", required=False)
    person = Pick(label="Colleague", required=False)
    reason = LongText(
        label="Why?", help_text="Whoever gets it reads this. Providers do not.", missing="Say why you hand it over",
        max_length=MOST_WORDS,
    )  # fmt: skip

    def layout(self) -> Layout:
        """Each list under its choice."""
        return Layout("task", Reveal("to", {TEAM: ["team"], PERSON: ["person"]}), "reason", "client_key")


class FollowUpForm(TurnForm):
    """When to look at it again; emptied, a date that is set is taken away."""

    what_failed = "The follow-up date was not changed"
    button = "Set the follow-up date"
    day = DateField(label="Look at it again on", required=False)
    reason = LongText(label="Why? (you need not say)", required=False, rows=3, max_length=MOST_WORDS)

    def __init__(self, *positional: Any, was: date | None, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.was = was
        self.fields["day"].help_text = (
            "Leave it empty to take the follow-up date away." if was else "For example 27 4 2018."
        )

    def clean(self) -> dict[str, Any]:
        """Without a date there is something to do only when one is set."""
        data = super().clean() or {}
        if "day" in data and data["day"] is None and self.was is None:
            self.add_error("day", "Enter the follow-up date")
        return data


class PriorityForm(TurnForm):
    """How pressing it is, and why."""

    what_failed = "The priority was not changed"
    button = "Set the priority"
    priority = Choice(label="Priority", choices=[(str(int(each)), each.words) for each in Priority],
                      missing="Choose the priority")  # fmt: skip
    reason = LongText(
        label="Why?", help_text="Whoever opens it next reads this. Providers do not.",
        missing="Say why you change the priority", max_length=MOST_WORDS,
    )  # fmt: skip


class NoteForm(ClientKeyMixin, ConcordForm):
    """Words for colleagues, and who is told of them."""

    what_failed = "The note was not kept"
    button = "Keep the inside note"
    text = LongText(label="Inside note", help_text="Only the council reads this, now and later.",
                    missing="Enter the note", max_length=MOST_WORDS)  # fmt: skip
    mentions = forms.MultipleChoiceField(
        label="Who should be told of it?", help_text="They get a notice that they are mentioned, without the words.",
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *positional: Any, people: Names, **options: Any) -> None:
        super().__init__(*positional, **options)
        mentions: Any = self.fields["mentions"]
        mentions.choices = [(str(pk), name) for pk, name in people]
        mentions.error_messages["invalid_choice"] = "Somebody you chose may not open this case any more"
        if not people:
            del self.fields["mentions"]
