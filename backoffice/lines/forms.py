"""The forms of a care package line."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.casework.terms import Standing
from backoffice.casework.terms_form import LEVEL, OWN, TermsForm, ignore_unchosen
from backoffice.web.fields import Choice, DateField, Figure, LongText, Pick, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.layout import Reveal
from backoffice.web.stale import OpenedMixin
from backoffice.web.words import date_range, money
from workflows.engine.records import MOST_WORDS
from workflows.parties.models import Service
from workflows.register.models import CarePackageLine, Contract, ServiceLevel
from workflows.register.selectors import client_by_ss_ref

CHOOSE = ("", "Choose")
PUBLISH_NOW = "Publish the contract document at once"


class LineForm(OpenedMixin, ConcordForm):
    """What every act on a line carries: the version of the line as the person saw it, and what it said."""

    what_failed = "Nothing was changed"
    line_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *positional: Any, line: CarePackageLine, **options: Any) -> None:
        options["initial"] = {"line_version": line.version} | options.get("initial", {})
        super().__init__(*positional, **options)
        self.line = line

    def beside(self) -> dict[str, str]:
        """What the line says, which these forms do not ask about."""
        line = self.line
        return {
            "Service level of the line": line.service_level.name,
            "Quantity of the line": f"{line.quantity.normalize():f}",
            "Price of one unit": money(line.unit_cost),
            "The line's days": date_range(line.start, line.end),
        }


class EndForm(LineForm):
    """The last day of a line."""

    button = "Record the end date"
    end = DateField(label="End date", help_text="The last day of care that is paid.", missing="Enter the end date")
    reason = LongText(label="Why?", missing="Say why the line ends", max_length=MOST_WORDS)


class SuspendForm(LineForm):
    """Days on which a line is not provided."""

    button = "Suspend the line"
    start = DateField(label="First day without care", missing="Enter the first day")
    end = DateField(label="Last day without care", help_text="Leave it empty when you do not know yet.", required=False)
    reason = LongText(label="Why?", missing="Say why the line is suspended", max_length=MOST_WORDS)


class ResumeForm(LineForm):
    """The day on which a suspended line is provided again."""

    button = "Resume the line"
    start = DateField(label="First day with care again", missing="Enter the first day")
    reason = LongText(label="Why?", help_text="Optional.", required=False, max_length=MOST_WORDS)


class ContributionForm(LineForm):
    """What the client pays a week."""

    button = "Save the contribution"
    amount = Figure(label="Amount a week, in pounds", example="159.52", missing="Enter the amount")
    start = DateField(label="From", missing="Enter the first day")
    end = DateField(label="To", help_text="The last day. Leave it empty when it goes on.", required=False)


class ChangeForm(TermsForm):
    """The terms of a line."""

    what_failed = "Nothing was changed"
    button = "Change the line"
    lot = TextField(label="Lot (optional)", help_text="Where the contract is cut into lots.", required=False,
                    max_length=60)  # fmt: skip
    reason = LongText(label="Why?", help_text="Optional.", required=False, max_length=MOST_WORDS)
    publish = forms.BooleanField(label=PUBLISH_NOW, required=False, initial=True)

    def layout(self) -> Layout:
        """The terms, why, and whether to publish."""
        return Layout(*self.terms_layout(), "lot", "reason", "publish")

    def __init__(self, *positional: Any, now: Standing, **options: Any) -> None:
        options["initial"] = {"lot": now.line.lot} | options.get("initial", {})
        super().__init__(*positional, now=now, **options)

    def clean(self) -> dict[str, Any]:
        """Something must differ."""
        data = super().clean()
        if not self.errors and data["lot"] != self.now.line.lot:
            self.changed["lot"] = data["lot"]
        if not self.errors and not self.changed:
            self.add_error(None, "Nothing is different from what is recorded already")
        return data


class ChooseService(ConcordForm):
    """Where the care is provided: what the rest of a new line depends on."""

    what_failed = "The service is not chosen"
    button = "Continue"
    service = Pick(label="Service", help_text="The home or other service that provides the care.",
                   missing="Choose the service")  # fmt: skip

    def __init__(self, *positional: Any, services: list[Service], **options: Any) -> None:
        super().__init__(*positional, **options)
        pick: Any = self.fields["service"]
        pick.choices = [CHOOSE, *((str(each.pk), f"{each.name}, {each.organisation.name}") for each in services)]


class AddForm(ConcordForm):
    """A new line at one service."""

    what_failed = "The line was not added"
    button = "Add the line"
    reference = TextField(label="CarePackageRef", max_length=40, missing="Enter the CarePackageRef")
    ss_ref = TextField(label="SSRef of the client", max_length=20, missing="Enter the client's SSRef")
    contract = Pick(label="Contract", missing="Choose the contract")
    service_level = Pick(label="Service level", missing="Choose the service level")
    quantity = Figure(label="Quantity", help_text="How many units a week.", missing="Enter the quantity", initial="1")
    lot = TextField(label="Lot (optional)", help_text="Where the contract is cut into lots.", required=False,
                    max_length=60)  # fmt: skip
    start = DateField(label="Start date", missing="Enter the start date")
    end = DateField(label="End date", help_text="The last day. Leave it empty when the line goes on.", required=False)
    pricing = Choice(
        label="Price", choices=[(LEVEL, "The service level's rate"), (OWN, "A price of this line's own")],
        initial=LEVEL,
    )  # fmt: skip
    own_price = Figure(label="Price of one unit a week, in pounds", required=False, example="536.49")
    temporary = Choice(
        label="Is the line temporary?", choices=[("no", "No"), ("yes", "Yes, until it is reviewed")], initial="no"
    )
    review_date = DateField(label="Review date", required=False)
    publish = forms.BooleanField(label=PUBLISH_NOW, required=False, initial=True)

    def __init__(self, *positional: Any, contracts: list[Contract], levels: list[ServiceLevel], **options: Any) -> None:
        super().__init__(*positional, **options)
        fields: dict[str, Any] = self.fields
        fields["contract"].choices = [
            CHOOSE,
            *((str(each.pk), f"{each.reference}, {each.title}") for each in contracts),
        ]
        fields["service_level"].choices = [CHOOSE, *((str(each.pk), each.name) for each in levels)]

    def layout(self) -> Layout:
        """In the order of the document."""
        return Layout(
            "reference", "ss_ref", "contract", "service_level", "quantity", "lot", "start", "end",
            Reveal("pricing", {OWN: ["own_price"]}), Reveal("temporary", {"yes": ["review_date"]}), "publish",
        )  # fmt: skip

    def clean_ss_ref(self) -> str:
        """The client must be known."""
        typed: str = self.cleaned_data["ss_ref"]
        self.client = client_by_ss_ref(typed)
        if self.client is None:
            raise forms.ValidationError(f"There is no client with the SSRef {typed}. Add the client first")
        return typed

    def clean(self) -> dict[str, Any]:
        """Parts of a choice that was not made do not count."""
        data = super().clean() or {}
        ignore_unchosen(self, data)
        if data.get("pricing") == OWN and "own_price" in data and data["own_price"] is None:
            self.add_error("own_price", "Enter the price of this line")
        if data.get("temporary") == "yes" and "review_date" in data and data["review_date"] is None:
            self.add_error("review_date", "Enter the review date: a temporary line needs one")
        return data


class FindForm(ConcordForm):
    """A line by its CarePackageRef, or a client's lines by SSRef. Posted, so that neither stands in an address."""

    what_failed = "Nothing was found"
    button, tone = "Find", "secondary"
    text = TextField(label="CarePackageRef or SSRef", max_length=40, missing="Enter a CarePackageRef or an SSRef")
