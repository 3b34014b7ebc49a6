"""Form fields that say what is wrong in GOV.UK's way: what to do, in the words of the label, with what was typed."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .words import MONTHS, plural, upper_first

PARTS = ("day", "month", "year")
CHOICE_ERRORS = {"required": "Choose one", "invalid_choice": "Choose one of the entries shown"}


class DateParts(forms.MultiWidget):
    """Day, month and year in a box each (GOV.UK's date input)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in PARTS}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Split a date into the three boxes."""
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]


class DateField(forms.MultiValueField):
    """A date typed in three boxes; a month may be typed as a number or as a name.

    Errors name the field by its label: "Start date must be a real date: you entered 31 2 2018".
    """

    widget = DateParts

    def __init__(self, *, missing: str = "", **options: Any) -> None:
        fields = tuple(forms.CharField(required=False, max_length=20) for _ in PARTS)
        super().__init__(fields=fields, require_all_fields=False, **options)
        self.missing = missing

    def clean(self, value: Any) -> date | None:
        """Return the date, None when all boxes are empty and it is not required; ValidationError says what to do."""
        if isinstance(value, date):
            return value
        typed = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not any(typed):
            if self.required:
                raise ValidationError(self.missing or f"Enter {_the(self.label)}", code="required")
            return None
        found = self._read(typed)
        self.run_validators(found)
        return found

    def _read(self, typed: list[str]) -> date:
        name = upper_first(str(self.label or "the date"))
        gaps = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if gaps:
            raise ValidationError(f"{name} must include a {' and a '.join(gaps)}", code="incomplete")
        try:
            year = int(typed[2])
            return date(year if len(typed[2]) == 4 else -1, _month(typed[1]), int(typed[0]))
        except (ValueError, OverflowError):
            raise ValidationError(
                f"{name} must be a real date with a year of 4 digits: you entered {' '.join(typed)}", code="invalid"
            ) from None


class Figure(forms.DecimalField):
    """A figure; `£`, commas and spaces are taken off, because people paste them. At most two decimals."""

    def __init__(self, *, missing: str = "", example: str = "1", **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-5"}))
        super().__init__(**options)
        self.example = example
        self.missing = missing or f"Enter {str(self.label or 'a figure').lower()}"

    def clean(self, value: Any) -> Decimal | None:
        """Return the figure, None when it is empty and not required."""
        typed = str(value if value is not None else "").strip()
        plain = typed.replace("£", "").replace(",", "").replace(" ", "")
        if not plain:
            if self.required:
                raise ValidationError(self.missing, code="required")
            return None
        try:
            found: Decimal = super().clean(plain)
        except ValidationError:
            raise ValidationError(self._wrong(typed), code="invalid") from None
        if found != found.quantize(Decimal("0.01")):
            raise ValidationError(f"{self._name()} can have two decimals at most: you entered {typed}", code="decimals")
        return found

    def _name(self) -> str:
        return upper_first(str(self.label or "The figure"))

    def _wrong(self, typed: str) -> str:
        return f"{self._name()} must be a number like {self.example}: you entered {typed[:40]}"


class TextField(forms.CharField):
    """A line of text."""

    def __init__(self, *, missing: str = "", **options: Any) -> None:
        super().__init__(**options)
        _say_what_is_missing(self, missing)


class LongText(forms.CharField):
    """Several lines with a limit that the page counts down. A line break counts as one character, as people count."""

    widget = forms.Textarea

    def __init__(self, *, missing: str = "", rows: int = 5, max_length: int = 4000, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), max_length=max_length, **options)
        self.widget.attrs.pop("maxlength", None)  # a browser that cuts off what is pasted loses what was typed
        self.validators = [each for each in self.validators if getattr(each, "code", "") != "max_length"]
        _say_what_is_missing(self, missing)

    def clean(self, value: Any) -> str:
        """Return the text with plain line ends; too long is an error that says by how much."""
        text: str = super().clean(str(value or "").replace("\r\n", "\n"))
        limit = self.max_length or 0
        if len(text) > limit:
            label = str(self.label or "")
            name = "Your answer" if not label or label.endswith("?") else upper_first(label)
            raise ValidationError(
                f"{name} must be {limit:,} characters or fewer: you entered {plural(len(text), 'character')}",
                code="max_length",
            )
        return text


class PasswordField(forms.CharField):
    """A password: never shown again, never trimmed; the show button comes with the script."""

    def __init__(
        self, *, missing: str = "", autocomplete: str = "current-password", inputmode: str = "", **options: Any
    ) -> None:
        attributes = {"autocomplete": autocomplete, "spellcheck": "false", "autocapitalize": "none"}
        if inputmode:
            attributes["inputmode"] = inputmode
        super().__init__(strip=False, widget=forms.PasswordInput(attrs=attributes), max_length=200, **options)
        self.widget.attrs.pop("maxlength", None)
        _say_what_is_missing(self, missing)


class Choice(forms.ChoiceField):
    """One of a few, as radios."""

    widget = forms.RadioSelect

    def __init__(
        self, *, missing: str = "", small: bool = False, hints: dict[str, str] | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.small = small
        self.hints = hints or {}
        self.error_messages |= CHOICE_ERRORS
        if missing:
            self.error_messages["required"] = missing


class Pick(forms.ChoiceField):
    """One of many, as a drop-down list."""

    def __init__(self, *, missing: str = "", empty: str = "Choose", **options: Any) -> None:
        options["choices"] = [("", empty), *options.pop("choices", [])]
        super().__init__(**options)
        self.error_messages |= CHOICE_ERRORS
        if missing:
            self.error_messages["required"] = missing


def _say_what_is_missing(field: forms.CharField, missing: str) -> None:
    field.error_messages["required"] = missing or f"Enter {_the(field.label)}"


def _the(label: Any) -> str:
    """A label inside a sentence: `Start date` becomes `the start date`; names of the field keep their capitals."""
    text = str(label or "")
    if not text or text.endswith("?"):
        return "an answer"
    plain = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return plain if plain.startswith(("your ", "the ", "a ")) else f"the {plain}"


def _month(typed: str) -> int:
    if typed.isdigit():
        return int(typed)
    names = [name[:3].lower() for name in MONTHS]
    return names.index(typed[:3].lower()) + 1
