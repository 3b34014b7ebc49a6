"""The council's forms of disputes: decide row by row, decide many alike, raise one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web import disputed
from backoffice.web.fields import Choice as Radios
from backoffice.web.fields import LongText
from backoffice.web.forms import ClientKeyMixin, ConcordForm, EmbeddedForm
from backoffice.web.layout import Heading
from backoffice.web.words import money
from workflows.disputes.models import DisputedRow
from workflows.disputes.rules import ASK_AGAIN, WAYS, WORDS, Choice, Decision
from workflows.engine.typed import TEXT_LIMIT
from workflows.register.rules import plain

LATER = ""
REASON_HINT = "The provider reads this. It is needed when you pay as planned or ask again."


def ways_of(row: DisputedRow) -> list[tuple[str, str]]:
    """What can be decided about a row, with what would be paid of it."""
    costs = {
        Decision.AS_CLAIMED: row.claimed_cost,
        Decision.AS_PLANNED: row.planned_cost,
        Decision.AS_AMENDED: row.amended_cost,
    }
    able = [way for way in WAYS if way == ASK_AGAIN or costs[Decision(way)] is not None]
    words = {way: f"{WORDS[way]}: {money(costs[Decision(way)])}" for way in able if way != ASK_AGAIN}
    return [(str(way), words.get(way, WORDS[way])) for way in able] + [(LATER, "Decide later")]


class DecideForm(ClientKeyMixin, ConcordForm):
    """What is paid of each row that awaits the council."""

    what_failed: ClassVar[str] = "Nothing was decided"
    button: ClassVar[str] = "Record the decisions"

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *positional: Any, rows: Sequence[DisputedRow], address: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.rows, self.address = rows, address
        for row in rows:
            self.fields[f"way-{row.pk}"] = Radios(
                label="What is paid?", choices=ways_of(row), small=True, required=False, initial=LATER
            )
            self.fields[f"reason-{row.pk}"] = LongText(
                label="Reason", help_text=REASON_HINT, required=False, rows=2, max_length=TEXT_LIMIT
            )

    def layout(self) -> Layout:
        """Row by row: whose it is, what was planned and claimed, the choice, the reason."""
        parts: list[Any] = []
        for row in self.rows:
            note = f"Planned {plain(row.planned)}, claimed {plain(row.claimed)}"
            note += f", amended {plain(row.amended_units)}" if row.amended_units is not None else ""
            parts += [Heading(disputed.person(row), note), f"way-{row.pk}", f"reason-{row.pk}"]
        return Layout(*parts, "task", "client_key")

    @property
    def helper(self) -> Any:
        """The form stands on the case's page, and is sent to an address of its own."""
        helper = super().helper
        helper.form_action = self.address
        return helper

    def choices(self) -> list[Choice]:
        """What was chosen; rows that are decided later are left out."""
        data = self.cleaned_data
        ways = ((row.pk, data.get(f"way-{row.pk}", "")) for row in self.rows)
        return [Choice(pk, way, data.get(f"reason-{pk}", "")) for pk, way in ways if way]

    def place_of(self, fault: str) -> str | None:
        """The field at which a fault of a row stands: its reason where that is what is missing."""
        return f"reason-{fault}" if f"reason-{fault}" in self.fields else None


class ManyForm(EmbeddedForm):
    """One decision for many rows."""

    button: ClassVar[str] = "See what will be paid"

    what_failed: ClassVar[str] = "Nothing can be decided yet"
    way = Radios(
        label="What is paid?", choices=[(str(each), WORDS[each]) for each in WAYS], missing="Choose what is paid"
    )
    reason = LongText(
        label="Reason",
        help_text="The providers read this. It is needed when you pay as planned or ask again.",
        required=False,
        rows=3,
        max_length=TEXT_LIMIT,
    )


class RaiseForm(EmbeddedForm):
    """Why lines of a week are disputed."""

    what_failed: ClassVar[str] = "Nothing was disputed"
    button: ClassVar[str] = "Dispute the chosen lines"
    reason = LongText(
        label="Why are they disputed?",
        help_text="The provider reads this, and has its time to answer.",
        missing="Say why it is disputed: the provider reads this",
        max_length=TEXT_LIMIT,
    )
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TakeForm(ClientKeyMixin, ConcordForm):
    """Go on without the provider's answer."""

    what_failed: ClassVar[str] = "It still awaits the provider"
    button: ClassVar[str] = "Go on without an answer"
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
