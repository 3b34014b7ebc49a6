"""The form base of every page: crispy-forms with the gds pack, an error summary that says what did not happen.

    class AnswerForm(ConcordForm):
        what_failed = "The answer was not sent"
        button = "Send my answer"
        reason = LongText(label="What is wrong?")

In a view: `form = AnswerForm.of(request)`; it is bound on POST, and filled with a kept draft after a sign-in.
"""

from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.forms.utils import ErrorDict
from django.http import HttpRequest

from . import drafts
from .files import FilesField
from .layout import Buttons
from .markup import kind
from .words import plural


class ConcordForm(forms.Form):
    """What every form shares.

    `what_failed` begins the error summary. `button` is the verb that names the result, `tone` may be "warning";
    with `words` a script gives the button the word of the chosen radio (`layout.Reveal`).
    `quiet` fills the form with what was typed without judging it (a restored draft).
    """

    what_failed: ClassVar[str] = "This was not sent"
    button: ClassVar[str] = "Save"
    tone: ClassVar[str] = ""
    words: ClassVar[bool] = False
    use_required_attribute = False

    def __init__(self, *positional: Any, quiet: bool = False, cancel: str = "", **options: Any) -> None:
        super().__init__(*positional, **options)
        self.quiet = quiet
        self.cancel = cancel

    @classmethod
    def of(cls, request: HttpRequest, **options: Any) -> Self:
        """The form of this request: bound to a POST, filled with a kept draft on GET, else empty."""
        form = cls._filled(request, options)
        for name, field in form.fields.items():
            if isinstance(field, FilesField):
                field.bind(request, form.add_prefix(name))
        return form

    @classmethod
    def _filled(cls, request: HttpRequest, options: dict[str, Any]) -> Self:
        if request.method == "POST":
            return cls(request.POST, request.FILES, **options)
        typed = drafts.typed_here(request, set(cls.base_fields))
        return cls(typed, quiet=True, **options) if typed is not None else cls(**options)

    def full_clean(self) -> None:
        """Judge what was typed, unless it is a draft that nobody has sent yet."""
        if not self.quiet:
            super().full_clean()
            return
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def layout(self) -> Layout:
        """The parts of the form in order; override to group or reveal. The buttons are added after it."""
        return Layout(*self.fields)

    def keep_only(self, *names: str) -> None:
        """Say nothing yet of what is missing: the person has only asked for the next choices."""
        kept = {name: self.errors[name] for name in names if name in self.errors}
        self._errors = ErrorDict(kept)

    @property
    def helper(self) -> FormHelper:
        """How crispy-forms writes this form."""
        helper = FormHelper()
        helper.form_method = "post"
        helper.attrs = {"novalidate": "novalidate"} | ({"data-cc-words": "1"} if self.words else {})
        buttons = Buttons(self.button, tone=self.tone, cancel=self.cancel, words=self.words)
        helper.layout = Layout(self.layout(), buttons)
        return helper


class ClientKeyMixin(forms.Form):
    """Carries the key under which the command door recognises the same form sent twice (a double click)."""

    client_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """A fresh key for each page; a form that comes back with errors keeps the one it had."""
        return uuid4() if field_name == "client_key" else super().get_initial_for_field(field, field_name)

    def clean_client_key(self) -> UUID:
        """The key that was sent; a page that lost or spoilt it gets a new one: nobody can correct a hidden field."""
        try:
            return UUID(self.cleaned_data["client_key"])
        except ValueError:
            return uuid4()


def summary_of(form: forms.Form) -> list[tuple[str, str]]:
    """(address on the page, sentence) of each error, in the order of the page."""
    if not form.is_bound or not form.errors:
        return []
    fields = [form[name] for name in form.fields if kind(form[name]) != "hidden"]
    first = f"#{_target(fields[0])}" if fields else "#main-content"
    listed = [(first, str(error)) for error in form.non_field_errors()]
    return listed + [(f"#{_target(field)}", str(error)) for field in fields for error in field.errors]


def summary_title(form: forms.Form, count: int) -> str:
    """`The answer was not sent: 2 things to put right`."""
    failed = getattr(form, "what_failed", ConcordForm.what_failed)
    return f"{failed}: {plural(count, 'thing')} to put right"


def _target(field: forms.BoundField) -> str:
    """The id of the first control of a field: a link in the summary moves the focus there."""
    return f"{field.auto_id}_0" if kind(field) in {"date", "radios", "checkboxes"} else field.auto_id


class EmbeddedForm(ClientKeyMixin, ConcordForm):
    """The lower part of a form whose upper part is a table of boxes: the page writes the form around both."""

    @property
    def helper(self) -> Any:
        """Its fields and its button alone."""
        helper = super().helper
        helper.form_tag, helper.disable_csrf = False, True
        return helper
