"""The forms of a decision: all of it, field by field, or none of it (suffolk-user-guide §4)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.urls import reverse

from backoffice.web.changing import beside
from backoffice.web.fields import Choice, LongText, Pick
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from workflows.changes.selectors import Line, Page
from workflows.council import tables
from workflows.council.profile import current

ACCEPT, PART, REJECT, CLOSE, CONFIRM, UNDO = "accept", "part", "reject", "close", "confirm", "undo"
OFFER = {
    ACCEPT: "Accept all of it",
    PART: "Accept a part, and reject the rest",
    REJECT: "Reject all of it",
    CLOSE: "Close it: the record is not there any more",
    CONFIRM: "Confirm the removal",
    UNDO: "Undo it: give the access back",
}
WORDS = {
    ACCEPT: "Accept",
    PART: "Accept in part",
    REJECT: "Reject",
    CLOSE: "Close",
    CONFIRM: "Confirm",
    UNDO: "Undo the removal",
}


def reasons() -> list[tuple[str, str]]:
    """The council's own list (suffolk-user-guide §4)."""
    return [(each.key, each.label) for each in tables.offered(current().change_requests.reasons)]


def place(field: str) -> str:
    """The name of the box in which a field of the request is decided."""
    return f"field_{field}"


class DecisionForm(ClientKeyMixin, ConcordForm):
    """One decision; it carries which turn and which recorded values were on the screen."""

    what_failed: ClassVar[str] = "The decision was not recorded"
    button: ClassVar[str] = "Send my decision"
    words: ClassVar[bool] = True

    task = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    decision = Choice(label="Your decision", missing="Choose what you decide")
    reason = Choice(label="Why is it rejected?", small=True, required=False)
    text = LongText(label="What the provider reads with it (optional)", required=False, rows=3, max_length=7500)

    def __init__(self, *positional: Any, page: Page, **options: Any) -> None:
        self.page = page
        shown = {"task": page.turn.pk if page.turn else "", "seen": page.seen}
        super().__init__(*positional, initial=shown, **options)
        self.fields["decision"].choices = [(each, OFFER[each]) for each in offered(page)]  # type: ignore[attr-defined]
        self.fields["reason"].choices = reasons()  # type: ignore[attr-defined]
        for line in self.lines:
            self.fields[place(line.field)] = _decision_about(line)

    @property
    def lines(self) -> Sequence[Line]:
        """The fields to decide one by one, where there are several."""
        return self.page.lines if PART in offered(self.page) else ()

    def layout(self) -> Layout:
        """Each decision opens what it asks for."""
        parts = {PART: [place(line.field) for line in self.lines], REJECT: ["reason"]}
        shown = {each: parts[each] for each in offered(self.page) if each in parts}
        tones = {REJECT: "warning", UNDO: "warning", CLOSE: "warning"}
        return Layout("task", "seen", Reveal("decision", shown, words=WORDS, tones=tones), "text", "client_key")

    @property
    def helper(self) -> FormHelper:
        """Sent to the request's own address, from whatever page it stands on."""
        helper = super().helper
        helper.form_action = reverse("council:change_request", args=[self.page.case.pk])
        return helper

    @property
    def refused(self) -> dict[str, str]:
        """The reason of each field that is rejected."""
        chosen = {line.field: self.cleaned_data.get(place(line.field), "") for line in self.lines}
        return {field: reason for field, reason in chosen.items() if reason}


def offered(page: Page) -> list[str]:
    """What can be decided about a request as it stands."""
    if page.request.undo_until is not None:
        return [CONFIRM, UNDO] if page.undoable else [CONFIRM]
    if page.record.gone:
        return [CLOSE, REJECT]
    return [ACCEPT, PART, REJECT] if len(page.lines) > 1 else [ACCEPT, REJECT]


class UndoForm(ClientKeyMixin, ConcordForm):
    """A removal that was confirmed is undone."""

    what_failed: ClassVar[str] = "The removal was not undone"
    button: ClassVar[str] = "Undo the removal"

    text = LongText(
        label="Why is it undone?", required=False, rows=3, max_length=7500, help_text="The provider reads it."
    )


class OnceForm(ClientKeyMixin, ConcordForm):
    """One button."""

    def __init__(self, *positional: Any, button: str = "Continue", **options: Any) -> None:
        super().__init__(*positional, **options)
        self.button = button  # type: ignore[misc]


def _decision_about(line: Line) -> Pick:
    hint = f"Asked for: {line.wanted or 'nothing (to be emptied)'}. Recorded: {line.now or 'nothing'}."
    more = [each for each in ("Changed since it was asked." if line.moved else "", beside(line)) if each]
    return Pick(
        label=line.label,
        empty="Accept",
        required=False,
        choices=[(key, f"Reject: {label}") for key, label in reasons()],
        help_text=" ".join([hint, *more]),
    )
