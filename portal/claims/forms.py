"""The forms of one-off claims: the filter of the list, a new one, and the answer to a query."""

from typing import Any, ClassVar

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict

from backoffice.web.fields import Choice, DateField, Figure, LongText, Pick, TextField
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Enter, Find
from workflows.claims import about, rules
from workflows.claims.rules import Asked
from workflows.claims.selectors import STATUSES, Filters
from workflows.council.claims import Claims
from workflows.council.tables import offered
from workflows.engine import moment
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.actor import Actor

WHOLE = "the whole service"


class FilterForm(ConcordForm):
    """What the list is narrowed by. It asks by GET, so that a view can be kept."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "View"

    status = Pick(label="Status", empty="Any status", required=False, choices=[*STATUSES.items()])

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def filters(self) -> Filters:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(status=data.get("status") or "")


class NewClaimForm(ClientKeyMixin, ConcordForm):
    """A new claim."""

    what_failed: ClassVar[str] = "The claim was not sent"
    button: ClassVar[str] = "Send the claim"

    find = TextField(label="Find a care package line: a part of the name, the SSRef or the reference",
                     max_length=100, required=False)  # fmt: skip
    about = Pick(label="What is it about?", empty="Choose", required=False)
    kind = Choice(label="What do you claim?", required=False)
    on = DateField(label="Date that it is for", required=False)
    amount = Figure(label="Amount in pounds", required=False, example="25.50")
    text = LongText(label="What is it for?", required=False, max_length=TEXT_LIMIT)
    files = FilesField(label="Evidence", required=False)  # type: ignore[assignment]

    def __init__(self, *positional: Any, claims: Claims, actor: Actor, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.claims = claims
        found = about.found(actor, self._so_far("find").strip(), _number(self._so_far("about"), "line"))
        kinds = offered(claims.kinds)
        able = {each for kind in kinds for each in kind.about}
        choices = [(f"line:{pk}", words) for pk, words in found.lines] if "line" in able else []
        choices += [(f"service:{pk}", f"{name} ({WHOLE})") for pk, name in found.services] if "service" in able else []
        self.fields["about"].choices = [("", "Choose"), *choices]  # type: ignore[attr-defined]
        if not (found.many or self._so_far("find").strip()):
            del self.fields["find"]
        kind: Any = self.fields["kind"]
        kind.choices = [(each.key, each.label) for each in kinds]
        kind.hints = {each.key: each.hint for each in kinds if each.hint}
        if claims.within_days is not None:
            self.fields["on"].help_text = f"Claims are sent within {claims.within_days} days of this date."

    def layout(self) -> Layout:
        """What it is about first, then what is claimed."""
        return Layout(Enter(self.button), Find("find", "about"), "about", "kind", "on", "amount", "text", "files")

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong with it at once, in the rules' own words."""
        data = super().clean() or {}
        files = len(data.get("files") or []) or "files" in self.errors
        for name, fault in rules.faults(self.asked(), self.claims, moment.today(), files=int(files)).items():
            if name not in self.errors:
                self.add_error(name, fault)
        return data

    def asked(self) -> Asked:
        """What was filled in, as the command takes it."""
        data = self.cleaned_data
        return Asked(
            kind=data.get("kind", ""),
            on=data.get("on"),
            amount=data.get("amount"),
            text=data.get("text", ""),
            line_id=_number(data.get("about", ""), "line"),
            service_id=_number(data.get("about", ""), "service"),
        )

    def _so_far(self, name: str) -> str:
        value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(value or "")


class AnswerForm(ClientKeyMixin, ConcordForm):
    """The answer to a query, with the amount, which may be put right."""

    what_failed: ClassVar[str] = "Your answer was not sent"
    button: ClassVar[str] = "Send the answer"

    text = LongText(label="Your answer", required=False, max_length=TEXT_LIMIT)
    amount = Figure(label="Amount in pounds", help_text="Change it if it was wrong.", required=False, example="25.50")
    files = FilesField(label="Files (optional)", required=False)  # type: ignore[assignment]
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _number(value: str, of: str) -> int | None:
    """The id in `line:12`; None for anything else."""
    what, _, number = value.partition(":")
    return int(number) if what == of and number.isascii() and number.isdigit() and len(number) < 19 else None
