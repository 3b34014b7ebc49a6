"""Reads the forms of a page as a browser would, to send them back."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form: where it is sent, and what is in it before anybody types."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False
        self.text_of = ""
        self.pick = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert not self.inside, "a form in a form: a browser leaves the inner one out"
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self.inside = True
        elif self.inside and tag == "option" and "selected" in given:
            self.forms[-1].fields[self.pick] = given.get("value", "")
        elif self.inside and given.get("name"):
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea":
            form.fields[name] = ""
            self.text_of = name
        elif tag == "select":
            form.fields.setdefault(name, "")
            self.pick = name
        elif tag == "input":
            if given.get("type") in {"radio", "checkbox"} and "checked" not in given:
                form.fields.setdefault(name, "")
            elif given.get("type") != "file":
                form.fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.text_of:
            self.forms[-1].fields[self.text_of] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "textarea":
            self.text_of = ""


def forms_of(page: str) -> list[Form]:
    """Every form of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_with(page: str, name: str) -> Form:
    """The form that has a field or a button of this name."""
    for form in forms_of(page):
        if name in form.fields or name in {button for button, _ in form.buttons}:
            return form
    raise AssertionError(f"no form of the page has {name}")
