"""The forms of a contract document's case."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.casework.terms_form import TermsForm
from backoffice.web.fields import LongText
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.stale import OpenedMixin
from workflows.engine.typed import TEXT_LIMIT


class AmendForm(TermsForm):
    """The line's terms, and what the provider is told with the new version."""

    what_failed = "Nothing was checked yet"
    button = "Check what changes"
    explanation = LongText(
        label="What do you want to tell the provider?",
        help_text="Needed when you change nothing: say why the document is right as it is. The provider reads it.",
        required=False,
        max_length=TEXT_LIMIT,
    )
    case_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *positional: Any, moved: bool, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.moved = moved  # the line was changed already since the last version

    def layout(self) -> Layout:
        """The terms, then the words."""
        return Layout(*self.terms_layout(), "explanation")

    def clean(self) -> dict[str, Any]:
        """Something must change, or be explained."""
        data = super().clean()
        if not self.errors and not self.changed and not self.moved and not data.get("explanation", "").strip():
            self.add_error("explanation", "Change the line, or say why the document is right as it is")
        return data


class StopForm(OpenedMixin, ClientKeyMixin, ConcordForm):
    """Why a document is withdrawn or terminated."""

    what_failed = "Nothing was changed"
    tone = "warning"
    text = LongText(
        label="Why?", help_text="The provider reads this.", missing="Say why: the provider reads this",
        max_length=TEXT_LIMIT,
    )  # fmt: skip
    case_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *positional: Any, verb: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.button = f"{verb.capitalize()} this document"  # type: ignore[misc]
