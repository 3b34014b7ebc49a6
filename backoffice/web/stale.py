"""A form whose record somebody else changed meanwhile: what was, what is there now, what was typed, and sent again.

A form with `OpenedMixin` carries what it was opened with. When its command answers Stale, the view makes the form anew
on what is there now and gives both to `told`; then it shows `web/pieces/stale.html` above a form of `Told.data`:

    fresh = ChangeForm(now=now)
    stale = told(refusal, fresh, request.POST)
    form = again(ChangeForm(stale.data, now=now, quiet=True))

What the person changed stays as they typed it. What they left alone is as it is now, so that sending the form again
never takes back what the other has done. The form names the new version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from workflows.engine.errors import Stale

from .forms import ConcordForm
from .words import date_words

SALT = "concord.opened"
NONE, UNKNOWN, AGAIN = "Nothing", "Not known", "Send it again"
Parts = dict[str, str]  # what a browser posts for one field
Form = TypeVar("Form", bound=ConcordForm)


class OpenedMixin(forms.Form):
    """Carries what the form was opened with, so that a later answer can say what changed since."""

    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def beside(self) -> dict[str, str]:
        """What else of the record is to be compared, in words by label; override where the form asks about little."""
        return {}

    def clean(self) -> dict[str, Any]:
        """What it was opened with is for the page, never for the command."""
        data = super().clean() or {}
        data.pop("opened", None)
        return data

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What the fields hold at the beginning, sealed against a slip of the browser's."""
        if field_name != "opened":
            return super().get_initial_for_field(field, field_name)
        begun = {name: _at_first(self, name) for name in _compared(self)}
        return signing.dumps({"fields": begun, "beside": self.beside()}, salt=SALT, compress=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in words: when the form was opened, as it is now, and as it was typed."""

    label: str
    was: str
    theirs: str
    yours: str
    by_them: bool
    by_you: bool

    @property
    def said(self) -> str:
        """Who changed it."""
        if self.by_them and self.by_you:
            return "Both of you changed it"
        return "They changed it" if self.by_them else "You changed it"


@dataclass(frozen=True, slots=True)
class Told:
    """Who was faster, what differs, and what the form is to hold now."""

    who: str
    what: str
    when: Any
    differences: Sequence[Difference]
    data: QueryDict = field(repr=False)

    @property
    def theirs(self) -> bool:
        """Whether anything that the form shows was changed by the other."""
        return any(each.by_them for each in self.differences)


def told(refusal: Stale, fresh: ConcordForm, typed: QueryDict) -> Told:
    """Compare what was typed with `fresh`, the same form without data on what is there now."""
    begun = _begun(typed.get("opened", ""))
    fields = begun.get("fields", {})
    found = {name: _difference(fresh, name, fields.get(name), typed) for name in _compared(fresh)}
    shown = [each for name, each in found.items() if _worth_telling(fresh, name, each)]
    data = typed.copy()
    for name, each in found.items():
        if each.by_them and not each.by_you:
            _put(data, _at_first(fresh, name))
    for name in _hidden(fresh):
        _put(data, _at_first(fresh, name))
    return Told(refusal.who, refusal.what, refusal.when, [*_beside(fresh, begun), *shown], data)


def read_as(request: HttpRequest, form: ConcordForm) -> None:
    """Let the page of a refusal say what was typed into this form in the form's own words, a date as one."""
    words: dict[str, tuple[str, str]] = {}
    for name in _compared(form):
        field, parts = form.fields[name], list(_at_first(form, name))
        value = _value(field, name, {part: request.POST.get(part, "") for part in parts})
        words |= dict.fromkeys(parts, ("", ""))
        words[parts[0]] = (str(field.label or name), _words(field, value))
    request.typed_words = words  # type: ignore[attr-defined]


def again(form: Form) -> Form:
    """The form with the button that sends it once more."""
    form.button = AGAIN  # type: ignore[misc]
    return form


def _difference(fresh: ConcordForm, name: str, was: Parts | None, typed: QueryDict) -> Difference:
    """One field: without what it was opened with, all that differs from what is there now counts as typed."""
    field = fresh.fields[name]
    now = _at_first(fresh, name)
    mine = {part: typed.get(part, "") for part in now}
    old = now if was is None else was
    values = [_value(field, name, parts) for parts in (old, now, mine)]
    return Difference(
        label=str(field.label or name),
        was=UNKNOWN if was is None else _words(field, values[0]),
        theirs=_words(field, values[1]),
        yours=_words(field, values[2]),
        by_them=values[0] != values[1],
        by_you=values[0] != values[2],
    )


def _beside(fresh: ConcordForm, begun: Mapping[str, Any]) -> list[Difference]:
    """What changed of the record that the form does not ask about."""
    old: Mapping[str, str] = begun.get("beside", {})
    now = fresh.beside() if isinstance(fresh, OpenedMixin) else {}
    changed = [(label, words) for label, words in now.items() if label in old and old[label] != words]
    return [Difference(label, old[label], words, "–", by_them=True, by_you=False) for label, words in changed]


def _worth_telling(fresh: ConcordForm, name: str, found: Difference) -> bool:
    """Words that were written stand in the form below; the table has what can differ."""
    written = isinstance(fresh.fields[name].widget, forms.Textarea)
    return found.by_them or (found.by_you and not written)


def _begun(sealed: str) -> Mapping[str, Any]:
    """What the form was opened with; nothing when the page did not say, or says what nobody sealed."""
    try:
        found: Mapping[str, Any] = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return {}
    return found


def _compared(form: forms.BaseForm) -> list[str]:
    """The fields that a person sees and that may be shown again: no passwords, no files."""
    unseen = (forms.PasswordInput, forms.FileInput)
    return [
        name
        for name, each in form.fields.items()
        if not each.widget.is_hidden and not isinstance(each.widget, unseen) and hasattr(each.widget, "format_value")
    ]


def _hidden(form: forms.BaseForm) -> list[str]:
    """The parts that only the page writes: versions, turns; the key stays, because nothing came of it."""
    return [name for name, each in form.fields.items() if each.widget.is_hidden and name != "client_key"]


def _at_first(form: forms.BaseForm, name: str) -> Parts:
    """What a browser would post for a field that nobody has touched."""
    field = form.fields[name]
    value = field.prepare_value(form.get_initial_for_field(field, name))
    html, widget = form.add_prefix(name), cast("Any", field.widget)
    if hasattr(widget, "widgets_names"):  # a date has a part for each box
        boxes = zip(widget.widgets_names, widget.decompress(value), strict=True)
        return {f"{html}{part}": _plain(each) for part, each in boxes}
    if isinstance(widget, forms.CheckboxInput):
        return {html: "on" if value else ""}
    return {html: _plain(value)}


def _put(data: QueryDict, parts: Parts) -> None:
    for name, value in parts.items():
        data[name] = value
        if value == "":
            del data[name]


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _value(field: forms.Field, name: str, parts: Parts) -> Any:
    """What the parts mean, so that 612.3 and 612.30 are one; as they were typed where they mean nothing."""
    try:
        found = field.clean(field.widget.value_from_datadict(_posted(parts), MultiValueDict(), name))
    except ValidationError:
        return " ".join(each for each in parts.values() if each)
    return found


def _posted(parts: Parts) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update({name: value for name, value in parts.items() if value})
    return found


def _words(field: forms.Field, value: Any) -> str:
    """A value as the page says it."""
    if value is None or value == "" or value == []:
        return NONE
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}" if value == value.to_integral_value() else f"{value:,f}"
    choices: Any = getattr(field, "choices", ())
    return str({str(key): words for key, words in choices}.get(str(value), value))
