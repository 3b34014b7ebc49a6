"""Figures as people type them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from backoffice.web.words import upper_first


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
