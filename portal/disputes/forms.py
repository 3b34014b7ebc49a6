"""The forms of disputes: what the list is narrowed by, the response, and other actuals for a row."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict

from backoffice.web.fields import DateField, LongText, Pick, TextField
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Heading
from backoffice.web.words import weekday_date
from workflows.actuals.entry import COMMENT_LIMIT, Absence, FilledRow, Row
from workflows.actuals.policy import Asked, causes_of, rule_for
from workflows.actuals.rules import days_of
from workflows.council.actuals import Actuals, Kind
from workflows.disputes.selectors import STATUSES, Filters
from workflows.engine.typed import TEXT_LIMIT
from workflows.register.rules import plain

NUMBER = "Enter a number such as 3.25"


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


class RowForm(ClientKeyMixin, ConcordForm):
    """Other actuals for a disputed line's week: a figure for each day (or the week), and what was not delivered."""

    what_failed: ClassVar[str] = "The actuals were not saved"
    button: ClassVar[str] = "Save"

    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *positional: Any, actuals: Actuals, kind: Kind, week: date, rows: Sequence[Row], **options: Any
    ) -> None:
        super().__init__(*positional, **options)
        self.actuals, self.kind, self.week, self.rows = actuals, kind, week, rows
        self.causes = [(key, actuals.cause(key).label) for key in causes_of(actuals, kind.key, week)]
        for row in rows:
            self.fields.update(self._fields(row))

    def layout(self) -> Layout:
        """Row by row: the figures, then what was not delivered, then the comment."""
        parts: list[Any] = []
        for row in self.rows:
            title = "Actual" if len(self.rows) == 1 else f"Actual, row {row.number}"
            parts += [Heading(title, f"Planned: {plain(sum(row.planned, Decimal(0)))}"), *self._names(row, "actual")]
            if self.causes:
                parts += [Heading("Not delivered"), *self._names(row, "absent")]
            parts.append(f"comment-{row.number}")
        return Layout(*parts, "task", "seen", "client_key")

    def filled(self) -> list[FilledRow]:
        """What was filled in, row by row."""
        return [self._row_filled(row) for row in self.rows]

    def place_of(self, number: str) -> str | None:
        """The field that a fault of a row stands at."""
        name = f"actual-{number}-0"
        return name if name in self.fields else None

    def _fields(self, row: Row) -> Mapping[str, forms.Field]:
        return {
            **{f"actual-{row.number}-{place}": self._figure(row, place) for place in range(len(row.planned))},
            **{name: field for each in range(self._places(row)) for name, field in self._absence(row, each)},
            f"comment-{row.number}": TextField(
                label="Comment", required=False, max_length=COMMENT_LIMIT, initial=row.comment
            ),
        }

    def _figure(self, row: Row, place: int) -> forms.Field:
        label = weekday_date(days_of(self.week)[place]) if row.by_day else "The week"
        return forms.DecimalField(
            label=label,
            help_text=f"Planned: {plain(row.planned[place])}",
            required=False,
            min_value=0,
            max_digits=6,
            decimal_places=2,
            initial=plain(row.actual[place]),
            error_messages={"invalid": NUMBER},
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-5"}),
        )

    def _places(self, row: Row) -> int:
        return len(row.absent) + 1 if self.causes else 0

    def _absence(self, row: Row, number: int) -> Iterator[tuple[str, forms.Field]]:
        old = row.absent[number] if number < len(row.absent) else None
        at = f"{row.number}-{number}"
        more = " (another)" if number else ""
        yield f"cause-{at}", _pick(f"Cause{more}", "None", self.causes, old.cause if old else "")
        yield f"units-{at}", forms.DecimalField(
            label=f"How much was not delivered{more}", required=False, min_value=0, max_digits=6, decimal_places=2,
            initial=plain(old.units) if old else None, error_messages={"invalid": NUMBER},
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-5"}),
        )  # fmt: skip
        if row.by_day:
            days = [(str(place), weekday_date(day)) for place, day in enumerate(days_of(self.week))]
            yield f"day-{at}", _pick(f"Day{more}", "Choose a day", days, str(old.day) if old else "")

    def _names(self, row: Row, part: str) -> list[str]:
        wanted = {"actual": ("actual",), "absent": ("cause", "units", "day")}[part]
        return [name for name in self.fields if name.split("-")[0] in wanted and name.split("-")[1] == str(row.number)]

    def _row_filled(self, row: Row) -> FilledRow:
        data = self.cleaned_data
        actual = tuple(data.get(f"actual-{row.number}-{place}") or Decimal(0) for place in range(len(row.planned)))
        absent = [each for number in range(self._places(row)) for each in self._absent(row, number)]
        return FilledRow(
            row.number, actual, tuple(absent), data.get(f"comment-{row.number}", ""), row.visits, row.level
        )

    def _absent(self, row: Row, number: int) -> Iterator[Absence]:
        data, at = self.cleaned_data, f"{row.number}-{number}"
        cause, units = data.get(f"cause-{at}") or "", data.get(f"units-{at}")
        if not units:
            return
        rule = rule_for(self.actuals, Asked(self.kind.key, cause, self.week)) if cause else None
        old = row.absent[number] if number < len(row.absent) else None
        day = data.get(f"day-{at}")
        box = rule.box if rule else old.box if old else self.kind.boxes[-1]
        yield Absence(box, units, cause, int(day) if day else None, old.comment if old else "")


def _pick(label: str, empty: str, choices: Sequence[tuple[str, str]], initial: str) -> forms.Field:
    field: Any = Pick(label=label, empty=empty, required=False, initial=initial)
    field.choices = [*field.choices, *choices]
    return field  # type: ignore[no-any-return]
