"""The forms of disputes: what the list is narrowed by, and the response."""

from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms_gds.helper import FormHelper
from django import forms
from django.http import QueryDict

from backoffice.web.fields import DateField, LongText, Pick
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from workflows.disputes.selectors import STATUSES, Filters
from workflows.engine.typed import TEXT_LIMIT


class FilterForm(ConcordForm):
    """Client, Actuals/Visits from, to, Status (bedford-actuals-guide "Disputes" step 2). It asks by GET."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "View"

    client = Pick(label="Client", empty="All clients", required=False)
    first = DateField(label="Actuals/Visits from", required=False)
    last = DateField(label="Actuals/Visits to", required=False)
    status = Pick(label="Status", empty="Any status", required=False)

    def __init__(self, query: QueryDict, clients: Sequence[tuple[int, str]]) -> None:
        super().__init__(query)
        for name, choices in (("client", [(str(pk), name) for pk, name in clients]), ("status", [*STATUSES.items()])):
            field: Any = self.fields[name]
            field.choices = [*field.choices, *choices]

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def clean(self) -> dict[str, Any]:
        """Two days in their order."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "Actuals/Visits to must not be before Actuals/Visits from")
        return data

    def filters(self) -> Filters:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        client = data.get("client")
        return Filters(
            client_id=int(client) if client else None,
            first=data.get("first"),
            last=data.get("last"),
            status=data.get("status") or "",
        )


class ResponseForm(ClientKeyMixin, ConcordForm):
    """Response and evidence (bedford-actuals-guide "Disputes" step 3)."""

    what_failed: ClassVar[str] = "The request resolution was not updated"
    button: ClassVar[str] = "Update Request Resolution"

    text = LongText(
        label="Response",
        help_text="Say why the actuals differ from what was planned. The council reads this.",
        required=False,
        max_length=TEXT_LIMIT,
    )
    files = FilesField(label="Evidence", required=False)  # type: ignore[assignment]
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
