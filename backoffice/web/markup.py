"""Which GOV.UK Frontend 6 component a form field is, and how its control is written.

crispy-forms-gds 2.0.1 writes for version 5: it changes the widgets of the form while it renders them, gives no error
class to password and e-mail inputs, makes "inline" radios unstyled and describes date parts wrongly. Our templates in
`templates/gds/` take its place and get their attributes here, without changing the form.
"""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

from .fields import DateParts

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (DateParts, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.PasswordInput, "password"),
    (forms.FileInput, "file"),
    (forms.Textarea, "textarea"),
)
CLASSES = {"select": "govuk-select", "file": "govuk-file-upload", "textarea": "govuk-textarea"}


def kind(field: BoundField) -> str:
    """`radios`, `date`, `textarea` …; `input` when nothing more special fits."""
    widget = field.field.widget
    return next((name for each, name in KINDS if isinstance(widget, each)), "input")


def counted(field: BoundField) -> int | None:
    """The number of characters that the page counts down, for a long text with a limit."""
    if kind(field) != "textarea":
        return None
    limit: int | None = getattr(field.field, "max_length", None)
    return limit


def described_by(field: BoundField) -> str:
    """The ids of the hint, each error and the character count, in the order they are read."""
    ids = [f"{field.auto_id}_hint"] if field.help_text else []
    ids += [f"{field.auto_id}_error_{number}" for number, _ in enumerate(field.errors, start=1)]
    return " ".join([*ids, f"{field.id_for_label}-info"] if counted(field) else ids)


def control(field: BoundField, extra: str = "") -> SafeString:
    """The control of a one-part field; `extra` are further classes."""
    return field.as_widget(attrs=_attributes(field, extra))


def _attributes(field: BoundField, extra: str) -> dict[str, Any]:
    what = kind(field)
    base = CLASSES.get(what, "govuk-input")
    own = str(field.field.widget.attrs.get("class", ""))
    classes = [base, f"{base}--error" if field.errors else "", own, extra]
    attributes: dict[str, Any] = {"class": " ".join(each for each in classes if each)}
    if described := described_by(field):
        attributes["aria-describedby"] = described
    if counted(field):
        attributes["class"] += " govuk-js-character-count"
    return attributes
