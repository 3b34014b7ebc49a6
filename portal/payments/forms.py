"""The forms of scheduled payments: which are shown, which lines of one, and Confirm or Reject."""

# ruff: noqa: ARG002 - crispy-forms fixes the signatures of render.

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, cast

from crispy_forms.utils import TEMPLATE_PACK, render_field
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.web.fields import Choice, DateField, LongText, Pick, TextField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Enter, Reveal
from workflows.engine import moment
from workflows.engine.records import MOST_WORDS
from workflows.engine.typed import TEXT_LIMIT
from workflows.payments.answers import Wrong
from workflows.payments.selectors import SHOWN, Asked, Filters, Options, Whose

CONFIRM, REJECT = "confirm", "reject"
DIED, MOVED, OTHER = "died", "moved", "other"
WHAT = {DIED: "Died", MOVED: "Moved out", OTHER: "Something else"}
#: The buttons that send nothing yet: one more line, and what it would come to.
ADD, TRY = "add", "work_out"
MOST_LINES = 25


class ByGet(ConcordForm):
    """A form that narrows what is shown: it asks by GET, so that a view can be kept and shared."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "View"
    tone: ClassVar[str] = "secondary"

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """What one of the lists has."""
        field: Any = self.fields[name]
        field.choices = [*field.choices, *choices]

    def chosen(self) -> dict[str, Any]:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        return self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})


class ChooseForm(ByGet):
    """The financial year, and the contract if there are several (norfolk-handbook §10)."""

    year = forms.ChoiceField(label="Financial year", required=False)
    contract = Pick(label="Contract", empty="All contracts", required=False)

    def __init__(self, query: Any, options: Options, years: Sequence[str], action: str) -> None:
        super().__init__(query)
        self.action = action
        field: Any = self.fields["year"]
        field.choices = [(each, each) for each in years]
        contract: Any = self.fields["contract"]
        if len(options.contracts) < 2:
            contract.choices = []
        self.offer("contract", [(str(pk), name) for pk, name in options.contracts])

    @property
    def helper(self) -> FormHelper:
        """To the list of the year, from wherever one is."""
        helper = super().helper
        helper.form_action = self.action
        return helper

    def asked(self, year: str) -> Asked:
        """What to show: of the year that is given where none was chosen."""
        data = self.chosen()
        contract = data.get("contract")
        return Asked(data.get("year") or year, int(contract) if contract else None)


class LinesForm(ByGet):
    """Narrows the lines of one payment."""

    client = Pick(label="Client", empty="All clients", required=False)
    service = Pick(label="Service", empty="All services", required=False)
    show = Pick(label="Show", empty="All lines", required=False)

    def __init__(self, query: QueryDict, people: Sequence[Whose]) -> None:
        super().__init__(query)
        self.offer(
            "client", [(str(pk), name) for pk, name in dict.fromkeys((each.client_id, each.client) for each in people)]
        )
        services = sorted({(each.service, each.service_id) for each in people})
        self.offer("service", [(str(pk), name) for name, pk in services])
        self.offer("show", [*SHOWN.items()])

    def filters(self) -> Filters:
        """What was chosen."""
        data = self.chosen()
        client, service = data.get("client"), data.get("service")
        return Filters(int(client) if client else None, int(service) if service else None, data.get("show") or "")


class WrongLine:
    """The questions about one line that is wrong, side by side."""

    def __init__(self, number: int) -> None:
        self.number = number

    def render(self, form: forms.Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write them as one group."""
        names = (f"{part}-{self.number}" for part in ("line", "what", "since", "why"))
        fields = ((render_field(name, form, context, template_pack=template_pack),) for name in names)
        return format_html(
            '<fieldset class="govuk-fieldset cc-wrong"><legend class="govuk-visually-hidden">Line {} that is wrong'
            "</legend>{}</fieldset>",
            self.number + 1, format_html_join("", "{}", fields),
        )  # fmt: skip


class Sending:
    """The buttons of the rejection that send nothing yet, and what was worked out."""

    def render(self, form: forms.Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write them."""
        told = getattr(form, "told", ())
        said = format_html_join("", '<p class="govuk-body">{}</p>', ((each,) for each in told))
        box = format_html('<div class="govuk-inset-text" role="status">{}</div>', said) if told else SafeString("")
        return format_html(
            '{}<div class="govuk-button-group"><button type="submit" class="govuk-button govuk-button--secondary" '
            'name="{}" value="1" formaction="#answer" data-module="govuk-button">Work out what changes</button>'
            '<button type="submit" class="govuk-button govuk-button--secondary" name="{}" value="1" '
            'formaction="#answer" data-module="govuk-button">Add another line</button></div>',
            box, TRY, ADD,
        )  # fmt: skip


class AnswerForm(ClientKeyMixin, ConcordForm):
    """Confirm or Reject, with Comments (norfolk-handbook §10); which lines are wrong, since when and why."""

    what_failed: ClassVar[str] = "Your answer was not sent"
    button: ClassVar[str] = "Send my answer"
    words: ClassVar[bool] = True

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(max_length=20, widget=forms.HiddenInput, required=False)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    answer = Choice(label="Is this payment right?", missing="Choose Confirm or Reject")
    comments = LongText(label="Comments (optional)", max_length=TEXT_LIMIT, required=False)

    def __init__(
        self,
        data: Any = None,
        *positional: Any,
        lines: Sequence[tuple[int, str]],
        shown: dict[str, Any],
        says: str,
        **options: Any,
    ) -> None:
        super().__init__(data, *positional, initial={**shown, "rows": 1}, **options)
        self.told: Sequence[str] = ()
        self.count = _count(data)
        answer: Any = self.fields["answer"]
        answer.choices = [(CONFIRM, "Confirm"), (REJECT, "Reject")]
        answer.hints = {CONFIRM: "The lines and amounts are right for all of the period.", REJECT: says}
        names = [(str(pk), name) for pk, name in lines]
        for number in range(self.count):
            self.fields.update(_row(number, names))

    def layout(self) -> Layout:
        """The two answers, what is wrong under the second, then the comments."""
        rows = [WrongLine(number) for number in range(self.count)]
        words = {CONFIRM: "Confirm", REJECT: "Reject"}
        choice = Reveal("answer", {REJECT: [*rows, Sending()]}, words=words)
        return Layout(Enter(self.button), choice, "comments")

    def clean(self) -> dict[str, Any]:
        """What is wrong is asked of whoever rejects, and of nobody else."""
        data = super().clean() or {}
        if data.get("answer") == CONFIRM:
            for name in [name for name in self.errors if name.partition("-")[1]]:
                self.errors.pop(name)
            return data
        for number in range(self.count):
            self._check(number)
        chosen = [data[name] for name in data if name.startswith("line-") and data[name]]
        for number in range(self.count):
            if data.get(f"line-{number}") and chosen.count(data[f"line-{number}"]) > 1:
                self.add_error(f"line-{number}", "Choose each line once")
        return data

    def _check(self, number: int) -> None:
        """What one line needs: which it is, what happened, and since when or why."""
        data, at = self.cleaned_data, f"-{number}"
        line, what, since = (data.get(f"{name}{at}") for name in ("line", "what", "since"))
        if not line and (what or since or data.get(f"why{at}")) and f"line{at}" not in self.errors:
            self.add_error(f"line{at}", "Choose which line it is")
        if not line or f"since{at}" in self.errors:
            return
        if not what:
            self.add_error(f"what{at}", "Choose what happened")
        if what in {DIED, MOVED} and not since:
            asked = "Enter the date of death" if what == DIED else "Enter the day on which they moved out"
            self.add_error(f"since{at}", asked)
        if what == DIED and since and since > moment.today():
            self.add_error(f"since{at}", "The date of death must be today or in the past")
        if what == OTHER and not data.get(f"why{at}"):
            self.add_error(f"why{at}", "Say what is wrong with this line")

    def wrong(self) -> list[Wrong]:
        """The lines that are said to be wrong."""
        return list(self._wrong())

    def looked_at(self, amount: str) -> None:
        """The page that comes back shows this amount: sent again, the form is about it."""
        data = cast("QueryDict", self.data).copy()
        data["seen"] = amount
        self.data = data

    def place_of(self, fault: str) -> str | None:
        """The field at which a fault of the command stands: `line-<line>` or `comments`."""
        for number in range(self.count):
            if fault == f"line-{self.cleaned_data.get(f'line-{number}')}":
                return f"line-{number}"
        return fault if fault in self.fields else None

    def _wrong(self) -> Iterator[Wrong]:
        data = self.cleaned_data
        for number in range(self.count):
            line, what, why = (data.get(f"{name}-{number}") or "" for name in ("line", "what", "why"))
            if not line:
                continue
            said = why if what != MOVED else f"{WHAT[MOVED]}{f': {why}' if why else ''}"
            yield Wrong(int(line), data.get(f"since-{number}"), died=what == DIED, text=said)


def _row(number: int, names: Sequence[tuple[str, str]]) -> dict[str, forms.Field]:
    """The fields of one line that is wrong."""
    line, what = Pick(label="Which line", required=False), Pick(label="What happened", required=False)
    for field, choices in ((line, names), (what, [*WHAT.items()])):
        chosen: Any = field
        chosen.choices = [*chosen.choices, *choices]
    return {
        f"line-{number}": line,
        f"what-{number}": what,
        f"since-{number}": DateField(label="Date", required=False),
        f"why-{number}": TextField(label="Why (optional)", required=False, max_length=MOST_WORDS),
    }


def _count(data: Any) -> int:
    """How many lines the form asks about, as its page says."""
    typed = str(data.get("rows", "")) if data is not None else ""
    return min(max(int(typed), 1), MOST_LINES) if typed.isdecimal() and len(typed) < 4 else 1
