"""The forms of contract documents: the filter of the list, the answer, the signed copy."""

from typing import Any, ClassVar
from uuid import uuid4

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.web.fields import Choice, DateField, LongText, PasswordField, Pick
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from workflows.contracts import rules
from workflows.contracts.selectors import Filters
from workflows.council.profile import current
from workflows.council.tables import offered
from workflows.engine.typed import TEXT_LIMIT

AGREE, REJECT = "agree", "reject"
BINDING = "This is contractually binding and cannot be undone."


class FilterForm(ConcordForm):
    """Narrows the list (norfolk-handbook §4). It asks by GET, so that a view can be kept and shared."""

    what_failed: ClassVar[str] = "A part of the filter was left out"
    button: ClassVar[str] = "Apply the filter"

    service = Pick(label="Service", empty="All services", required=False)
    client = Pick(label="Client", empty="All clients", required=False)
    updated_since = DateField(label="Updated since", help_text="For example 9 4 2018", required=False)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, query: QueryDict, *, services: list[tuple[int, str]], clients: list[tuple[int, str]], tab: str
    ) -> None:
        super().__init__(query, initial={"tab": tab})
        for name, found in (("service", services), ("client", clients)):
            field = self.fields[name]
            field.choices = [*field.choices, *((str(pk), words) for pk, words in found)]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def filters(self) -> Filters:
        """What was chosen; what cannot be read narrows nothing, and the error summary says so."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Filters(
            service_id=int(data["service"]) if data.get("service") else None,
            client_id=int(data["client"]) if data.get("client") else None,
            updated_since=data.get("updated_since"),
        )


class Sentence:
    """A sentence of the profile between the questions of a form."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, _form: forms.Form, _context: Any, **_: Any) -> SafeString:
        """Write it."""
        return format_html('<p class="govuk-body">{}</p>', self.text)


class AnswerForm(ClientKeyMixin, ConcordForm):
    """Agree or reject, once; it carries which turn, version and fingerprint were on the screen."""

    what_failed: ClassVar[str] = "Your answer was not sent"
    button: ClassVar[str] = "Send my answer"
    words: ClassVar[bool] = True
    hidden: ClassVar[tuple[str, ...]] = ("task", "number", "sha256")

    task = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    answer = Choice(label="Do you agree to this document?", missing="Choose whether you agree or reject")
    reason = Choice(label="Rejection reason", small=True, required=False)
    text = LongText(label="What is wrong, and what should it say?", max_length=TEXT_LIMIT, required=False)
    password = PasswordField(label="Password", missing="Enter your password")

    def __init__(self, data: Any = None, *positional: Any, shown: dict[str, Any], **options: Any) -> None:
        if options.get("quiet") and data is not None:
            data = _as_now(data, shown)
        super().__init__(data, *positional, initial=shown, **options)
        self.profile = current().contract_documents
        answer, reason = self.fields["answer"], self.fields["reason"]
        answer.choices = [(AGREE, self.profile.agree_button), (REJECT, self.profile.reject_button)]  # type: ignore[attr-defined]
        answer.hints = {AGREE: BINDING, REJECT: self.profile.reject_means}  # type: ignore[attr-defined]
        reason.choices = [(each.key, each.label) for each in offered(self.profile.reasons)]  # type: ignore[attr-defined]
        if not self.profile.password_to_answer:
            del self.fields["password"]

    def layout(self) -> Layout:
        """The choice with its parts, then the password right above the button."""
        parts: dict[str, list[Any]] = {
            AGREE: [Sentence(self.profile.agree_text)],
            REJECT: [Sentence(self.profile.reject_text), "reason", "text"],
        }
        words = {AGREE: self.profile.agree_button, REJECT: self.profile.reject_button}
        choice = Reveal("answer", parts, words=words, tones={REJECT: "warning"})
        return Layout(choice, "password") if "password" in self.fields else Layout(choice)

    def clean(self) -> dict[str, Any]:
        """A rejection needs its reason and text; with any other choice nobody is asked about them."""
        data = super().clean() or {}
        if data.get("answer") != REJECT:
            for name in ("reason", "text"):
                self.errors.pop(name, None)
            return data
        faults = rules.faults_of_rejection(self.profile, data.get("reason", ""), data.get("text", ""))
        for name, fault in faults.items():
            if name not in self.errors:
                self.add_error(name, fault)
        return data

    @property
    def broken(self) -> bool:
        """Whether the parts that only the page itself writes are missing or changed."""
        return bool(set(self.hidden) & set(self.errors))


class SignedCopyForm(ClientKeyMixin, ConcordForm):
    """A signed copy of the document, as a file."""

    what_failed: ClassVar[str] = "The file was not attached"
    button: ClassVar[str] = "Attach the signed copy"

    file = FilesField(
        label="Signed copy", kinds=("pdf", "png", "jpeg"), most=1, missing="Choose the file of the signed copy"
    )


def _as_now(data: QueryDict, shown: dict[str, Any]) -> QueryDict:
    """A draft's words in a form about the version that is on the screen now, with a key of its own."""
    fresh = data.copy()
    for name, value in {**shown, "client_key": uuid4()}.items():
        fresh[name] = str(value)
    return fresh
