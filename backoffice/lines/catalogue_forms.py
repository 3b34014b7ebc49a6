"""The forms of clients, contracts, service levels and rates."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, DateField, Figure, LongText, Pick, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.layout import Reveal
from workflows.council.profile import current
from workflows.parties.models import Organisation
from workflows.register.models import Contract


class ClientForm(ConcordForm):
    """A client's name."""

    what_failed = "Nothing was saved"
    button = "Save the client"
    surname = TextField(label="Surname", max_length=100, missing="Enter the surname")
    forename = TextField(label="Forename", max_length=100, missing="Enter the forename")


class NewClientForm(ClientForm):
    """A new client."""

    button = "Add the client"
    ss_ref = TextField(label="SSRef", max_length=20, missing="Enter the SSRef")

    def layout(self) -> Layout:
        """The reference first."""
        return Layout("ss_ref", "surname", "forename")


class FindClientForm(ConcordForm):
    """A client by SSRef. Posted, so that no reference of a person stands in an address."""

    what_failed = "Nobody was found"
    button = "Find"
    ss_ref = TextField(label="SSRef", max_length=20, missing="Enter the SSRef")


class ContractForm(ConcordForm):
    """A contract's title and text."""

    what_failed = "Nothing was saved"
    button = "Save the contract"
    title = TextField(label="Title", max_length=200, missing="Enter the title")
    text = LongText(label="Notes", help_text="Optional.", required=False, max_length=4000)


class NewContractForm(ContractForm):
    """A new contract."""

    button = "Add the contract"
    reference = TextField(label="Reference", max_length=40, missing="Enter the reference")
    organisation = Pick(label="Organisation", missing="Choose the organisation")

    def __init__(self, *positional: Any, organisations: list[Organisation], **options: Any) -> None:
        super().__init__(*positional, **options)
        pick: Any = self.fields["organisation"]
        pick.choices = [("", "Choose"), *((str(each.pk), each.name) for each in organisations)]

    def layout(self) -> Layout:
        """The reference first."""
        return Layout("reference", "organisation", "title", "text")


class LevelForm(ConcordForm):
    """A new service level."""

    what_failed = "The service level was not added"
    button = "Add the service level"
    name = TextField(label="Name", max_length=200, missing="Enter the name")
    key = TextField(
        label="Key", max_length=60, missing="Enter the key",
        help_text="Used by import files: small letters, figures and hyphens, such as residential-long-term.",
    )  # fmt: skip
    service_group = Choice(label="For", missing="Choose what it is for")
    unit = TextField(label="Unit", max_length=40, help_text="Such as Placement or Hour.", missing="Enter the unit")
    contract_type = TextField(
        label="Contract type", max_length=40, help_text="Such as Spot or Block.", missing="Enter the contract type"
    )

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        pick: Any = self.fields["service_group"]
        pick.choices = [(group.key, group.name) for group in current().service_groups]

    def clean_key(self) -> str:
        """A key as import files can write it."""
        key: str = self.cleaned_data["key"]
        if not all((each.isalnum() and each.isascii()) or each in "-_" for each in key):
            raise forms.ValidationError(f"The key can have letters, figures and hyphens only: you entered {key}")
        return key


class RateForm(ConcordForm):
    """What a unit of a level costs a week, for everybody, an organisation or a contract."""

    what_failed = "The rate was not saved"
    button = "Save the rate"
    scope = Choice(
        label="For", initial="all",
        choices=[("all", "Everybody"), ("organisation", "One organisation"), ("contract", "One contract")],
    )  # fmt: skip
    organisation = Pick(label="Organisation", required=False)
    contract = Pick(label="Contract", required=False)
    amount = Figure(label="Amount a week, in pounds", example="536.49", missing="Enter the amount")
    start = DateField(label="From", missing="Enter the first day")
    end = DateField(label="To", help_text="The last day. Leave it empty when it goes on.", required=False)

    def __init__(
        self, *positional: Any, organisations: list[Organisation], contracts: list[Contract], **options: Any
    ) -> None:
        super().__init__(*positional, **options)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = [("", "Choose"), *((str(each.pk), each.name) for each in organisations)]
        fields["contract"].choices = [
            ("", "Choose"),
            *((str(each.pk), f"{each.reference}, {each.organisation.name}") for each in contracts),
        ]

    def layout(self) -> Layout:
        """The scope with what it needs."""
        parts = {"organisation": ["organisation"], "contract": ["contract"]}
        return Layout(Reveal("scope", parts), "amount", "start", "end")

    def clean(self) -> dict[str, Any]:
        """The part of the chosen scope must be filled."""
        data = super().clean() or {}
        scope = data.get("scope")
        if scope in {"organisation", "contract"} and not data.get(scope):
            self.add_error(scope, f"Choose the {scope}")
        return data

    def scope_ids(self) -> dict[str, int | None]:
        """The words for set_rate: the organisation or the contract that was chosen, or neither."""
        data = self.cleaned_data
        return {
            f"{each}_id": int(data[each]) if data["scope"] == each else None for each in ("organisation", "contract")
        }


class UpliftForm(ConcordForm):
    """A new general rate from a day on."""

    what_failed = "Nothing was worked out"
    button = "See what it moves"
    amount = Figure(label="New rate a week, in pounds", example="552.58", missing="Enter the new rate")
    start = DateField(label="From", missing="Enter the first day")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
