"""Files in forms, and files given out.

    class ReplyForm(ClientKeyMixin, ConcordForm):
        files = FilesField(label="Files", required=False)

What is chosen is checked and kept at once, whatever else is wrong with the form; a form that comes back shows what is
kept, each with a box to remove it. `cleaned_data["files"]` are the kept files, to be attached by the command.
"""

# ruff: noqa: ARG002 - Django fixes the signatures of widgets and fields.

from __future__ import annotations  # Django's uploaded files take their type argument in stubs only

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from workflows.council.profile import current
from workflows.engine import files
from workflows.engine.errors import Refused
from workflows.engine.models import Attachment
from workflows.parties.actor import Actor

from .gate import needs, staff
from .words import plural

State = Attachment.State
KEPT, REMOVE = "kept", "remove"
#: A file that is given out can do nothing where it came from, even if a browser shows it.
POLICY = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form says about files: ids that were kept before, those to be removed, and new ones."""

    kept: Sequence[int]
    remove: Sequence[int]
    new: Sequence[UploadedFile[Any]]


class FilesInput(forms.FileInput):
    """The files kept so far, each with a box to remove it, and the browser's own way to choose more."""

    needs_multipart_form = True
    allow_multiple_selected = True
    kept: Sequence[Attachment] = ()
    most = 1

    def value_from_datadict(self, data: Any, uploads: Any, name: str) -> Chosen:
        """Read the field's parts."""
        new = uploads.getlist(name) if hasattr(uploads, "getlist") else [uploads[name]] if uploads.get(name) else []
        return Chosen(_numbers(data, f"{name}_{KEPT}"), _numbers(data, f"{name}_{REMOVE}"), new)

    def value_omitted_from_data(self, data: Any, uploads: Any, name: str) -> bool:
        """Never: a form without files has none."""
        return False

    def render(self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Write the list and the control."""
        more = {"multiple": self.most > 1} if self.most > 1 else {}
        control = super().render(name, None, {**(attrs or {}), **more}, renderer)
        context = {"name": name, "kept": value or (), "control": control, "id": (attrs or {}).get("id", name)}
        return SafeString(render_to_string("web/pieces/kept_files.html", context))


class FilesField(forms.Field):
    """Any number of files up to `most`, of the kinds that the profile allows or of fewer `kinds`."""

    widget: Any = FilesInput

    def __init__(self, *, kinds: Sequence[str] = (), most: int = 0, missing: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.kinds, self.at_most, self.explained = kinds, most, bool(self.help_text)
        self.error_messages["required"] = missing or "Choose a file"
        self.sender: Actor | None = None
        self.name = ""
        self.kept: list[Attachment] | None = None

    @property
    def most(self) -> int:
        """How many files the field takes."""
        return min(self.at_most or current().files.most, current().files.most)

    def bind(self, request: HttpRequest, name: str) -> None:
        """Learn whose files these are (ConcordForm.of does this), and say what may be sent."""
        self.sender, self.name, self.widget.most = request.actor, name, self.most  # type: ignore[attr-defined]
        self.request = request
        if not self.explained:
            self.help_text = hint(self.kinds, self.most)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What a form that comes back shows: the files that are kept; a restored draft's are looked up."""
        if self.kept is None and isinstance(data, Chosen) and data.kept:
            self.kept = files.kept(self._sender(), data.kept)
        return self.kept or []

    def clean(self, value: Any) -> list[Attachment]:
        """Keep what is new, forget what is to be removed, and return what there is then.

        ValidationError names each file that is refused and says what to do; the others stay kept.
        """
        chosen = value if isinstance(value, Chosen) else Chosen((), (), ())
        sender, faults = self._sender(), []
        files.forget(sender, set(chosen.kept) & set(chosen.remove))
        wanted = [each for each in chosen.kept if each not in set(chosen.remove)]
        found = files.kept(sender, wanted)
        if len(found) < len(set(wanted)):
            faults.append("A file that was kept is not there any more. Choose it again.")
        self.kept = self._without_refused(sender, found, faults)
        self.kept += self._staged(sender, chosen.new, self.most - len(self.kept), faults)
        _remember(self.request, self.name, self.kept)
        if faults:
            raise ValidationError(faults)
        if self.required and not self.kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.kept

    def _without_refused(self, sender: Actor, found: Iterable[Attachment], faults: list[str]) -> list[Attachment]:
        """Leave out what the virus scan refused since, and say so."""
        good = []
        for each in found:
            if each.state == State.REFUSED:
                faults.append(f"“{each.name}” was not kept. {each.reason}")
                files.forget(sender, [each.pk])
            else:
                good.append(each)
        return good

    def _staged(
        self, sender: Actor, new: Sequence[UploadedFile[Any]], room: int, faults: list[str]
    ) -> list[Attachment]:
        """Keep the new files that there is room for."""
        made = []
        if len(new) > room:
            faults.append(_too_many(self.most, self.most - room + len(new)))
        for each in new[: max(room, 0)]:
            try:
                made.append(files.stage(sender, each, self.kinds))
            except Refused as refusal:
                faults.append(refusal.reason)
        return made

    def _sender(self) -> Actor:
        if self.sender is None:
            raise ImproperlyConfigured("a form with files is made by Form.of(request): they belong to a person")
        return self.sender


def hint(kinds: Sequence[str], most: int) -> str:
    """What may be sent, in a sentence."""
    each = f"{files.listed(kinds)}, {current().files.largest_mb} MB or less"
    return f"{each}." if most == 1 else f"Up to {most} files: {each} each."


def kept_with(request: HttpRequest) -> list[tuple[str, Attachment]]:
    """(name of the form's part, file) of what this request's form keeps: a page that says "try again" sends it on."""
    found: list[tuple[str, Attachment]] = getattr(request, "_kept_files", [])
    return found


def given_out(file: Any, *, name: str, content_type: str) -> FileResponse:
    """A file as an answer: to be saved and not shown, of the type that was checked, and powerless where it is shown."""
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def download(request: HttpRequest, file_id: int) -> FileResponse:
    """Give out an attached file to whoever may read what it belongs to; that they took it is recorded."""
    found = files.taken(request.actor, file_id)  # type: ignore[attr-defined]
    return given_out(found.attachment.file, name=found.name, content_type=found.attachment.content_type)


@needs()
@require_safe
def for_providers(request: HttpRequest, file_id: int) -> FileResponse:
    """A file, for a provider's person."""
    return download(request, file_id)


@staff()
@require_safe
def for_staff(request: HttpRequest, file_id: int) -> FileResponse:
    """A file, for the council's staff."""
    return download(request, file_id)


def _remember(request: HttpRequest, name: str, kept: Iterable[Attachment]) -> None:
    others = [pair for pair in kept_with(request) if pair[0] != f"{name}_{KEPT}"]
    request._kept_files = [*others, *((f"{name}_{KEPT}", each) for each in kept)]  # type: ignore[attr-defined]


def _too_many(most: int, chosen: int) -> str:
    return f"You can send {plural(most, 'file')} here, and chose {chosen}. The first are kept; leave the others out."


def _numbers(data: Any, name: str) -> list[int]:
    values = data.getlist(name) if hasattr(data, "getlist") else [data[name]] if data.get(name) else []
    return [int(each) for each in values if str(each).isdecimal() and len(str(each)) < 19]
