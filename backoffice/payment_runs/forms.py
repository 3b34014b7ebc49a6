"""The forms of a run: each carries the total that its person has seen."""

from typing import Any, ClassVar

from django import forms

from backoffice.web.fields import LongText, PasswordField
from backoffice.web.forms import ClientKeyMixin, ConcordForm, EmbeddedForm
from workflows.engine.typed import TEXT_LIMIT
from workflows.payments.acting import profile
from workflows.payments.returning import MOST_BYTES


class PrepareForm(ClientKeyMixin, ConcordForm):
    """Gather what is due into a run."""

    what_failed: ClassVar[str] = "No run was prepared"
    button: ClassVar[str] = "Prepare a run"


class RunForm(ClientKeyMixin, ConcordForm):
    """What is done with a run: nothing need be said but that it is meant."""

    what_failed: ClassVar[str] = "Nothing was done"
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False)


class FinalForm(RunForm):
    """What cannot be undone is done by whoever can say again who they are, where the profile asks."""

    password = PasswordField(label="Your password", missing="Enter your password")

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        if not profile().password_to_finalise:
            del self.fields["password"]


class ReasonForm(RunForm):
    """What is undone has a reason."""

    text = LongText(label="Why?", help_text="Your colleagues read this.", missing="Say why", max_length=TEXT_LIMIT)


class LinesForm(EmbeddedForm):
    """What becomes of the lines that are ticked above it."""

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


class HoldOutForm(LinesForm):
    """Hold the lines that are ticked out."""

    what_failed: ClassVar[str] = "Nothing was held out"
    button: ClassVar[str] = "Hold out the ticked lines"
    text = LongText(
        label="Why are they held out?",
        help_text="The provider reads this on its remittance advice. Do not name other people.",
        missing="Say why these lines are held out",
        rows=3,
        max_length=TEXT_LIMIT,
    )


class PutBackForm(LinesForm):
    """Put the lines that are ticked back."""

    what_failed: ClassVar[str] = "Nothing was put back"
    button: ClassVar[str] = "Put the ticked lines back"


class ReturnForm(ClientKeyMixin, ConcordForm):
    """The file in which finance says what it has paid."""

    what_failed: ClassVar[str] = "Nothing was taken over"
    button: ClassVar[str] = "Bring in what was paid"
    file = forms.FileField(
        label="Return file", help_text="The CSV file from finance, of at most 10 MB.", allow_empty_file=True,
        error_messages={"required": "Choose a file", "invalid": "Choose a file"},
    )  # fmt: skip
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_file(self) -> Any:
        """An empty or enormous file is refused before it is read."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError("The file is empty: choose another one")
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB: ask finance for one of each run")
        return file
