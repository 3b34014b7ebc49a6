"""The filter of the list, and the box that finds one line or one client."""

from typing import ClassVar

from crispy_forms_gds.helper import FormHelper
from django import forms
from django.http import QueryDict

from backoffice.web.fields import Pick, TextField
from backoffice.web.forms import ConcordForm
from workflows.register.line_lists import Choices, Narrow


class FilterForm(ConcordForm):
    """Service, Client, Service Level, Include Historical (norfolk-handbook §5). It asks by GET, with ids only."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "View"

    service = Pick(label="Service", empty="All services", required=False)
    client = Pick(label="Client", empty="All clients", required=False)
    level = Pick(label="Service level", empty="All service levels", required=False)
    historical = forms.BooleanField(label="Include historical", help_text="Adds those that have ended.", required=False)

    def __init__(self, query: QueryDict, *, services: Choices, clients: Choices | None, levels: Choices) -> None:
        super().__init__(query)
        if clients is None:  # too many for a drop-down list: FindForm finds one, and the address carries its number
            self.fields["client"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        offered = {"service": services, "level": levels} | ({} if clients is None else {"client": clients})
        for name, found in offered.items():
            field = self.fields[name]
            field.choices = [*field.choices, *((str(pk), words) for pk, words in found)]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    @property
    def finds_clients(self) -> bool:
        """Whether there are too many clients to choose one from a list."""
        return not isinstance(self.fields["client"], Pick)

    def narrow(self) -> Narrow:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Narrow(
            service_id=int(data["service"]) if data.get("service") else None,
            client_id=int(data["client"]) if data.get("client") else None,
            level_id=int(data["level"]) if data.get("level") else None,
            historical=bool(data.get("historical")),
        )


class FindForm(ConcordForm):
    """One line by its CarePackageRef, or one client by SSRef. Posted, so that neither stands in an address."""

    what_failed: ClassVar[str] = "Nothing was found"
    button: ClassVar[str] = "Find"

    text = TextField(label="CarePackageRef or SSRef", max_length=40, missing="Enter a CarePackageRef or an SSRef")
