"""Layout parts for forms: buttons, a heading, and radios that reveal more questions by CSS."""

# ruff: noqa: ARG002 - crispy-forms fixes these signatures.

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.utils import TEMPLATE_PACK, render_field
from django.forms import Form
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .words import paragraphs

#: The name of the button that only looks for what a list is to offer.
FIND = "find_now"
#: The button that Enter in a field presses, and after the name of a box what its list was found with.
ENTER, FOUND_WITH = "by_enter", "_found_with"


class Buttons:
    """The send button and a way out. `words` marks it as the one that takes the chosen radio's word."""

    def __init__(self, text: str, *, tone: str = "", cancel: str = "", name: str = "", words: bool = False) -> None:
        self.text, self.tone, self.cancel, self.name, self.words = text, tone, cancel, name, words

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the button group."""
        return render_to_string("web/pieces/buttons.html", {"it": self})


class Heading:
    """A heading between the questions of a long form."""

    def __init__(self, text: str, note: str = "") -> None:
        self.text, self.note = text, note

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the heading and its note."""
        note = format_html('<p class="govuk-hint">{}</p>', self.note) if self.note else SafeString("")
        return format_html('<h2 class="govuk-heading-m">{}</h2>{}', self.text, note)


class Words:
    """A text of the council's between the questions, under its own heading; a blank line begins a new paragraph."""

    def __init__(self, heading: str, text: str) -> None:
        self.heading, self.text = heading, text

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the heading and the paragraphs."""
        body = format_html_join("", '<p class="govuk-body">{}</p>', ((each,) for each in paragraphs(self.text)))
        return format_html('<h2 class="govuk-heading-m">{}</h2>{}', self.heading, body)


class Enter:
    """What Enter in a field presses: a form's first button, which no mouse and no reader meets. It sends the form."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the button; it stands before every other one."""
        return format_html(
            '<button type="submit" name="{}" value="1" class="cc-first-button" tabindex="-1" aria-hidden="true">{}'
            "</button>",
            ENTER, self.text,
        )  # fmt: skip


class Find:
    """Where a list would be too long: the button beside the box in which one types a part of a name.

    It posts the form, so that no name stands in an address; the page comes back at the list, with all that was typed.
    """

    def __init__(self, field: str, found_in: str) -> None:
        self.field, self.found_in = field, found_in

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the box and its button, if the form has them."""
        if self.field not in form.fields:
            return SafeString("")
        box = render_field(self.field, form, context, template_pack=template_pack)
        return format_html(
            '{}<input type="hidden" name="{}{}" value="{}"><button type="submit" name="{}" value="{}" formaction="#{}"'
            ' class="govuk-button govuk-button--secondary" data-module="govuk-button">Find</button>',
            box, self.field, FOUND_WITH, form[self.field].value() or "",
            FIND, self.field, form[self.found_in].auto_id,
        )  # fmt: skip


def only_finds(posted: Mapping[str, str]) -> bool:
    """Whether a form was sent to see what its lists offer: by "Find", or by Enter after typing in such a box."""
    if FIND in posted:
        return True
    boxes = {name.removesuffix(FOUND_WITH): text for name, text in posted.items() if name.endswith(FOUND_WITH)}
    return ENTER in posted and any(posted.get(box, "").strip() != text.strip() for box, text in boxes.items())


class Reveal:
    """Radios of which some open further questions: `Reveal("answer", {"reject": ["reason", "text"]})`.

    Done with `:has(:checked)`; a browser without it shows every part, and the form ignores what was not chosen.
    `words` gives the send button its word for each choice, `tones` its colour.
    """

    def __init__(
        self,
        field: str,
        parts: Mapping[str, Sequence[Any]],
        *,
        words: Mapping[str, str] | None = None,
        tones: Mapping[str, str] | None = None,
    ) -> None:
        self.field, self.parts, self.words, self.tones = field, parts, words or {}, tones or {}

    def render(self, form: Form, context: Any, template_pack: Any = TEMPLATE_PACK, **_: Any) -> SafeString:
        """Write the radios with each part under its choice."""
        inner = {
            choice: SafeString(
                "".join(render_field(each, form, context, template_pack=template_pack) for each in parts)
            )
            for choice, parts in self.parts.items()
        }
        extra = {"reveals": inner, "button_words": self.words, "button_tones": self.tones}
        written = render_field(self.field, form, context, template_pack=template_pack, extra_context=extra)
        return SafeString(written)
