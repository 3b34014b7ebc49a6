"""The one form of a conversation: what do you want to do?"""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, LongText
from backoffice.web.files import FilesField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Reveal
from workflows.engine.typed import TEXT_LIMIT

REPLY, UPDATE, ASK, CLOSE, KEEP, REOPEN, TAKE_BACK = (
    "reply", "update", "ask_for_closure", "close", "keep_open", "reopen", "take_back",
)  # fmt: skip
#: In the order of the page; the first that is offered is chosen already.
ORDER = (CLOSE, KEEP, REPLY, UPDATE, ASK, TAKE_BACK, REOPEN)
#: What takes files beside words, and the word of the button.
WITH_FILES = frozenset({REPLY, UPDATE, ASK, REOPEN})
BUTTONS = {REPLY: "Send reply", UPDATE: "Send and keep it", ASK: "Ask for closure", CLOSE: "Close it",
           KEEP: "Keep it open", REOPEN: "Reopen it", TAKE_BACK: "Take the notice back"}  # fmt: skip
TONES = {TAKE_BACK: "warning"}
CLOSURE = "closure"


def words_of(verb: str) -> str:
    """The name of a verb's text."""
    return f"{verb}_text"


def files_of(verb: str) -> str:
    """The name of a verb's files."""
    return f"{verb}_files"


def _text(label: str, hint: str) -> LongText:
    return LongText(label=label, help_text=hint, required=False, max_length=TEXT_LIMIT)


class AnswerForm(ClientKeyMixin, ConcordForm):
    """What to do, with the words and files of each choice under it; what was not chosen does not count."""

    what_failed = "Nothing was sent"
    button = "Send"
    words = True
    VERBS = frozenset(ORDER)
    what = Choice(label="What do you want to do?", choices=[], missing="Choose what you want to do")
    reply_text = _text("Your reply", "")
    reply_files = FilesField(label="Files", required=False)
    closure = forms.BooleanField(label="Ask for closure: this answers the query", required=False)
    update_text = _text("What do you want to say?", "The provider reads this. It stays with whoever has it now.")
    update_files = FilesField(label="Files", required=False)
    ask_for_closure_text = _text("Why can it be closed?", "The provider reads this.")
    ask_for_closure_files = FilesField(label="Files", required=False)
    close_text = _text("Explanation", "The provider reads this, and can reopen it.")
    keep_open_text = _text("Reason", "The provider and the team that has it next read this.")
    reopen_text = _text("Why is it needed again?", "The provider reads this.")
    reopen_files = FilesField(label="Files", required=False)
    take_back_text = _text("What was wrong with the notice?", "The provider reads this. Payments go on at once.")
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *positional: Any, offered: Mapping[str, str], hint: str, address: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.address = address
        self.offered = [verb for verb in ORDER if verb in offered]
        what: Any = self.fields["what"]
        what.choices = [(verb, offered[verb]) for verb in self.offered]
        what.initial = self.offered[0] if self.offered else None
        self.fields["reply_text"].help_text = hint
        for name in self._unused():
            del self.fields[name]

    def layout(self) -> Layout:
        """Each choice with its own words."""
        parts: dict[str, Sequence[str]] = {verb: self._parts(verb) for verb in self.offered}
        return Layout(Reveal("what", parts, words=BUTTONS, tones=TONES), "task", "seen", "client_key")

    @property
    def helper(self) -> FormHelper:
        """The form stands on the conversation's page, and is sent to an address of its own."""
        helper = super().helper
        helper.form_action = self.address
        return helper

    @property
    def verb(self) -> str:
        """What is to be done: a reply that asks for closure is a verb of its own."""
        chosen = str(self.cleaned_data["what"])
        return ASK if chosen == REPLY and self.cleaned_data.get(CLOSURE) else chosen

    @property
    def text(self) -> str:
        """The words of what was chosen."""
        return str(self.cleaned_data.get(words_of(self.cleaned_data["what"]), ""))

    @property
    def file_ids(self) -> list[int]:
        """The files of what was chosen."""
        return [each.pk for each in self.cleaned_data.get(files_of(self.cleaned_data["what"]), [])]

    @property
    def place(self) -> str:
        """Where what the command refuses about the words stands."""
        return words_of(self.cleaned_data["what"])

    def clean(self) -> dict[str, Any]:
        """Faults of what was not chosen do not count."""
        data = super().clean() or {}
        chosen = data.get("what")
        for verb in self.offered:
            for name in (words_of(verb), files_of(verb)):
                if verb != chosen:
                    self.errors.pop(name, None)
        return data

    def _parts(self, verb: str) -> list[str]:
        files = [files_of(verb)] if verb in WITH_FILES else []
        return [words_of(verb), *files, *([CLOSURE] if verb == REPLY else [])]

    def _unused(self) -> list[str]:
        used = {name for verb in self.offered for name in self._parts(verb)}
        return [name for name in self.fields if name not in used | {"what", "task", "seen", "client_key"}]
