"""The form that takes a file in."""

from typing import Any

from django import forms

from backoffice.web.fields import Pick
from backoffice.web.forms import ConcordForm
from workflows.register.imports.commands import MOST_BYTES
from workflows.register.imports.kinds import Kind


class UploadForm(ConcordForm):
    """A file, what it holds, and whether documents are published."""

    what_failed = "Nothing was imported"
    button = "Import"
    file = forms.FileField(
        label="File", help_text="A CSV file of at most 50 MB, with a first line of headings.", allow_empty_file=True
    )
    kind = Pick(label="What does it hold?", required=False, empty="Find out from its headings")
    publish = forms.BooleanField(label="Publish contract documents for new and ended lines", required=False)

    def __init__(self, *positional: Any, kinds: list[Kind], **options: Any) -> None:
        super().__init__(*positional, **options)
        fields: dict[str, Any] = self.fields
        fields["file"].error_messages |= {"required": "Choose a file", "invalid": "Choose a file"}
        fields["kind"].choices = [("", "Find out from its headings"), *((each.name, each.title) for each in kinds)]

    def clean_file(self) -> Any:
        """An empty or enormous file is refused before it is read."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(f"{file.name} is empty: choose another file")
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"{file.name} is larger than 50 MB: cut it into parts")
        return file
