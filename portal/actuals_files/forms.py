"""The two forms of the guide: a period to export, and a file to import."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms

from backoffice.web.fields import DateField
from backoffice.web.forms import ConcordForm
from workflows.register.imports.commands import MOST_BYTES


class ExportForm(ConcordForm):
    """Start date and end date of the period (suffolk-user-guide §2 "Actuals Bulk Export" steps 2 and 3)."""

    what_failed: ClassVar[str] = "Nothing was exported"
    button: ClassVar[str] = "Export"
    first = DateField(label="Start date")
    last = DateField(label="End date")

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET: an export changes nothing."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def clean(self) -> dict[str, Any]:
        """Two days in their order."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", "The end date must not be before the start date")
        return found


class ImportForm(ConcordForm):
    """A file to import (suffolk-user-guide §2 "Actuals Bulk Import" steps 2 to 5)."""

    what_failed: ClassVar[str] = "Nothing was imported"
    button: ClassVar[str] = "Import"
    file = forms.FileField(
        label="Select a file to import", help_text="The CSV file that you exported and amended, of at most 50 MB.",
        allow_empty_file=True,
        error_messages={"required": "Choose a file", "invalid": "Choose a file"},
    )  # fmt: skip

    def clean_file(self) -> Any:
        """An empty or enormous file is refused before it is read."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(f"{file.name} is empty: choose another file")
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"{file.name} is larger than 50 MB: cut it into parts")
        return file
