"""The parameters of reports: what their forms have in common."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from crispy_forms.utils import TEMPLATE_PACK
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from workflows.parties.actor import Actor
from workflows.reports import selectors
from workflows.reports.asking import LONGEST

from ..fields import DateField, Pick, TextField
from ..forms import ConcordForm
from ..pieces import Row as Chosen

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


class ReportForm(ConcordForm):
    """A form of parameters; one that has `organisation_id` or `client` offers what the person may choose."""

    what_failed: ClassVar[str] = "The report was not made"

    def __init__(self, *positional: Any, actor: Actor, action: str, back: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.actor, self.action, self.back = actor, action, back
        if "client" in self.fields:
            self._offer_clients()
        if "organisation_id" in self.fields:
            self.offer("organisation_id", selectors.organisations(actor))
            if actor.is_provider:
                self.fields["organisation_id"].choices = self.fields["organisation_id"].choices[1:]  # type: ignore[attr-defined]

    def offer(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        """Add to what can be chosen."""
        field: Any = self.fields[name]
        field.choices = [*field.choices, *((str(key), words) for key, words in choices)]

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

    def asked(self) -> Any:
        """What was chosen."""
        raise NotImplementedError

    @classmethod
    def as_chosen(cls, asked: Any, actor: Actor) -> dict[str, Any]:
        """What was chosen, as the form shows it again; `client_words` name the client."""
        said = {name: getattr(asked, name) for name in cls.base_fields if hasattr(asked, name)}
        if "organisation_id" in said:
            said["organisation_id"] = str(said["organisation_id"] or "")
        if "client" in cls.base_fields:
            client = selectors.client(actor, asked.client_id) if asked.client_id else None
            said |= {"client": client, "client_words": f"{client} ({client.ss_ref})" if client else ""}
        return said

    def chosen(self, asked: Any) -> list[Chosen]:
        """What the report is about, for the page and for paper."""
        raise NotImplementedError

    def picked(self, name: str, key: object) -> str:
        """The words of a choice."""
        choices: Any = dict(self.fields[name].choices)  # type: ignore[attr-defined]
        return str(choices.get(str(key or ""), ""))

    def organisation(self) -> int | None:
        """The organisation that was chosen; None: all."""
        said = self.cleaned_data.get("organisation_id")
        return int(said) if said else None

    def _offer_clients(self) -> None:
        clients, client = selectors.clients(self.actor, MOST_CLIENTS), self.initial.get("client")
        if client:
            self.initial["client"] = client.ss_ref if clients is None else str(client.pk)
        if clients is None:
            self.fields["client"] = TextField(
                label="Client", max_length=120, required=False,
                help_text="An SSRef, or a name such as Surname, Forename. Leave it empty for all clients.",
            )  # fmt: skip
        else:
            self.offer("client", clients)


def days(about: str = "") -> tuple[DateField, DateField]:
    """The fields Date from and Date to; `about` says what lies between them."""
    return (
        DateField(label="Date from", missing="Enter the date from which the report begins"),
        DateField(label="Date to", missing="Enter the date to which the report goes", help_text=about),
    )


def organisations() -> Pick:
    """The field Organisation."""
    return Pick(label="Organisation", empty="All organisations", required=False)


def clients() -> Pick:
    """The field Client; it is text where there are too many to list."""
    return Pick(label="Client", empty=ALL_CLIENTS, required=False)


def between(first: date, last: date) -> str:
    """Two days as a page says them."""
    return f"{first:%d/%m/%Y} to {last:%d/%m/%Y}"
