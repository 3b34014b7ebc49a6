"""The parameters of Commissioned v Actuals, in the order of suffolk-user-guide §5, steps 3 to 9."""

from typing import Any, ClassVar

from crispy_forms.utils import TEMPLATE_PACK
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from workflows.parties.actor import Actor
from workflows.reports import selectors
from workflows.reports.commissioned import LONGEST, Asked

from ..fields import DateField, Pick, TextField
from ..forms import ConcordForm

MOST_CLIENTS = 500
MOST_FITTING = 10
ALL_CLIENTS = "All clients"


class Doing:
    """View, Download Data, Close and return: the guide's buttons (steps 10 to 12)."""

    def __init__(self, back: str) -> None:
        self.back = back

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:  # noqa: ARG002
        """Write the buttons; each says what it does with what was chosen."""
        return render_to_string("web/reports/buttons.html", {"back": self.back})


class CommissionedForm(ConcordForm):
    """Service Group Class, Organisation, Client, the dates, and the two boxes. Nothing chosen means all."""

    what_failed: ClassVar[str] = "The report was not made"

    service_group = Pick(label="Service Group Class", empty="All classes", required=False)
    organisation_id = Pick(label="Organisation", empty="All organisations", required=False)
    client = Pick(label="Client", empty=ALL_CLIENTS, required=False)
    first = DateField(label="Date from", missing="Enter the date from which the report begins")
    last = DateField(
        label="Date to",
        missing="Enter the date to which the report goes",
        help_text="The report shows whole weeks: every week, Monday to Sunday, with a day between the two dates.",
    )
    differences = forms.BooleanField(
        label="Differences only",
        help_text="Leaves out weeks in which all was delivered as commissioned.",
        required=False,
    )
    missing = forms.BooleanField(
        label="Include weeks without actuals",
        help_text="Adds weeks that have begun and for which nothing is recorded yet.",
        required=False,
    )

    def __init__(self, *positional: Any, actor: Actor, action: str, back: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.actor, self.action, self.back = actor, action, back
        clients, client = selectors.clients(actor, MOST_CLIENTS), self.initial.get("client")
        if client:
            self.initial["client"] = client.ss_ref if clients is None else str(client.pk)
        if clients is None:
            self.fields["client"] = TextField(
                label="Client", max_length=120, required=False,
                help_text="An SSRef, or a name such as Surname, Forename. Leave it empty for all clients.",
            )  # fmt: skip
        offered: dict[str, Any] = {
            "service_group": selectors.service_groups(),
            "organisation_id": selectors.organisations(actor),
            "client": clients or (),
        }
        for name, choices in offered.items():
            if isinstance(field := self.fields[name], Pick):
                field.choices = [*field.choices, *((str(key), words) for key, words in choices)]  # type: ignore[misc]
        if actor.is_provider:
            self.fields["organisation_id"].choices = self.fields["organisation_id"].choices[1:]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """The form with the guide's buttons, sent to the page of the parameters from wherever it is shown."""
        helper = super().helper
        helper.form_action = self.action
        helper.layout = Layout(self.layout(), Doing(self.back))
        return helper

    def clean_client(self) -> int | None:
        """The client's number; None for all of them."""
        said: str = self.cleaned_data["client"]
        if not said or isinstance(self.fields["client"], Pick):
            return int(said) if said else None
        found = selectors.clients_called(self.actor, said, MOST_FITTING)
        if len(found) == 1:
            return found[0][0]
        if not found:
            raise forms.ValidationError("No client has this SSRef or name. Leave it empty for all clients.")
        many = f"More than {MOST_FITTING}" if len(found) > MOST_FITTING else str(len(found))
        raise forms.ValidationError(f"{many} clients have a name like this. Type the SSRef of one.")

    def clean(self) -> dict[str, Any]:
        """Two days in their order, not too far apart."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "Date to must not be before Date from")
        elif first and last and last - first > LONGEST:
            self.add_error("last", "A report covers two years at most: choose an earlier Date to")
        return data

    def asked(self) -> Asked:
        """What was chosen."""
        data = self.cleaned_data
        return Asked(
            service_group=data["service_group"],
            organisation_id=int(data["organisation_id"]) if data["organisation_id"] else None,
            client_id=data["client"],
            first=data["first"],
            last=data["last"],
            differences=data["differences"],
            missing=data["missing"],
        )


def as_chosen(asked: Asked, actor: Actor) -> dict[str, Any]:
    """What was chosen, as the form shows it again; `client_words` name the client."""
    client = selectors.client(actor, asked.client_id) if asked.client_id else None
    return {
        "service_group": asked.service_group,
        "organisation_id": str(asked.organisation_id or ""),
        "client": client,
        "client_words": f"{client} ({client.ss_ref})" if client else "",
        "first": asked.first,
        "last": asked.last,
        "differences": asked.differences,
        "missing": asked.missing,
    }
