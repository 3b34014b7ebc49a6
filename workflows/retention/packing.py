"""Puts together what is held about one client: a ZIP with an index to read, a table a kind, and the files.

Of cases that are about the client alone the whole story is given; of those that are about others too (a week of a
service, a payment) the words only, to be read before they are given out. Figures of such cases stand in the tables of
what concerns the client. What may name somebody else is listed cell by cell in to-review.csv.
"""

from __future__ import annotations  # Django's File takes its type argument in stubs only

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string

from workflows.contracts.models import DocumentVersion
from workflows.council.profile import current
from workflows.engine import bundles, events, holds, moment, outbox
from workflows.engine.models import Attachment, Case, Content, Event
from workflows.engine.tabular import csv_lines
from workflows.parties.models import Client

from .asking import KEPT_FOR
from .models import Bundle
from .notices import MADE

State = Bundle.State
STORY = ["stream", "number", "at", "what", "by (check)", "facts (check)"]
WORDS = ["stream", "what", "text (check)", "written at", "about others too"]
FILES = ["file", "name (check)", "stream", "kind", "size", "sent at", "about others too"]
TO_REVIEW = ["table", "row", "column", "why"]
#: What is in every bundle beside the tables that rooms declare.
BESIDE = 3
Counted = Callable[[], None]
Found = tuple[str, int, int]


def make(bundle_id: int) -> None:
    """Make the file of a bundle; what is made, or was erased meanwhile, stays as it is."""
    waiting = Bundle.objects.filter(pk=bundle_id, state=State.MAKING).select_related("client").first()
    if waiting is None:
        return
    total = len(bundles.parts()) + BESIDE
    Bundle.objects.filter(pk=bundle_id).update(total=total, progress=0)
    with TemporaryFile() as out:
        contents = write(waiting.client, out, lambda: _step(bundle_id))
        digest = _digest(out)
        _finish(waiting, File(out), digest, contents)


def write(client: Client, out: IO[bytes], step: Counted = lambda: None) -> list[Found]:
    """Write the ZIP; returns each of its tables that is not empty, with its rows and the cells to be read."""
    found: list[Found] = []
    review: list[Sequence[object]] = []
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for told in bundles.parts():
            sheet = bundles.Sheet(told, client)
            _table(archive, told.name, [sheet.headings()], sheet.lines())
            found.append((told.name, sheet.count, len(sheet.review)))
            review += [(told.name, row, column, bundles.REVIEW) for row, column in sheet.review]
            step()
        for name, headings, rows in _beside(client, archive):
            lines = list(rows)
            _table(archive, name, [headings], iter(lines))
            marked = [heading.removesuffix(" (check)") for heading in headings if heading.endswith(" (check)")]
            found.append((name, len(lines), len(lines) * len(marked)))
            review += [(name, row, column, bundles.REVIEW) for row in range(2, len(lines) + 2) for column in marked]
            step()
        _table(archive, "to-review", [TO_REVIEW], iter(review))
        context = {"client": client, "contents": found, "council": current(), "at": moment.now(),
                   "review": len(review)}  # fmt: skip
        archive.writestr("index.html", render_to_string("retention/index.html", context))
    return [each for each in found if each[1]]


def _beside(client: Client, archive: ZipFile) -> Iterator[tuple[str, list[str], Iterable[Sequence[object]]]]:
    streams = {stream for _, stream in holds.streams_of("client", [client.pk])}
    own = {f"case:{pk}" for pk in Case.objects.filter(client=client).values_list("pk", flat=True)}
    own |= {each for each in streams if not each.startswith("case:")}
    yield "story", STORY, _story(own)
    yield "words", WORDS, _words(streams, own)
    yield "files", FILES, _files(archive, client, streams, own)


def _story(own: set[str]) -> Iterator[Sequence[object]]:
    rows = Event.objects.filter(stream__in=own).select_related("actor").order_by("stream", "seq")
    for each in rows.iterator(chunk_size=500):
        facts = {name: value for name, value in events.facts_of(each).items() if name != "contents"}
        yield each.stream, each.seq, each.at.isoformat(), each.kind, each.actor.name, bundles.text_of(facts)


def _words(streams: set[str], own: set[str]) -> Iterator[Sequence[object]]:
    rows = Content.objects.filter(stream__in=streams, erased_at=None).order_by("stream", "created_at", "pk")
    for each in rows.iterator(chunk_size=500):
        yield each.stream, each.label, each.text, each.created_at.isoformat(), _shared(each.stream, own)


def _files(archive: ZipFile, client: Client, streams: set[str], own: set[str]) -> Iterator[Sequence[object]]:
    """The files themselves under numbers; those of cases about others too in a folder of their own."""
    rows = Attachment.objects.filter(stream__in=streams, erased_at=None).exclude(file="").order_by("pk")
    for each in rows.iterator(chunk_size=100):
        folder = "files" if each.stream in own else "files-to-review"
        path = f"{folder}/{each.pk}{PurePosixPath(str(each.file.name)).suffix}"
        _bytes(archive, path, each.file)
        yield (path, each.name, each.stream, each.kind, each.size, each.created_at.isoformat(),
               _shared(each.stream, own))  # fmt: skip
    versions = DocumentVersion.objects.filter(document__case__client=client, erased_at=None).exclude(pdf="")
    for version in versions.order_by("pk").iterator(chunk_size=100):
        path = f"files/document-{version.pk}.pdf"
        _bytes(archive, path, version.pdf)
        stream = f"case:{version.document_id}"
        yield path, "", stream, "contract document", version.pdf_size, version.published_at.isoformat(), ""


def _shared(stream: str, own: set[str]) -> str:
    return "" if stream in own else "yes"


def _bytes(archive: ZipFile, path: str, file: Any) -> None:
    with archive.open(path, "w") as into, file.open("rb") as source:
        while piece := source.read(256 * 1024):
            into.write(piece)


def _table(archive: ZipFile, name: str, head: list[list[str]], rows: Iterator[Sequence[object]]) -> None:
    """A CSV that no spreadsheet runs as formulas, written line by line."""
    with archive.open(f"{name}.csv", "w") as into:
        for line in csv_lines(row for part in (head, rows) for row in part):
            into.write(line.encode())


def _digest(out: IO[bytes]) -> str:
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    out.seek(0)
    return digest


def _step(bundle_id: int) -> None:
    Bundle.objects.filter(pk=bundle_id).update(progress=F("progress") + 1)


@transaction.atomic
def _finish(waiting: Bundle, content: File[bytes], digest: str, contents: list[Found]) -> None:
    """Keep it for some days and tell who asked, unless the client was erased while it was made."""
    client = Client.objects.select_for_update(no_key=True).get(pk=waiting.client_id)
    found = Bundle.objects.select_for_update().filter(pk=waiting.pk, state=State.MAKING).first()
    if found is None:
        return
    if client.erased_at is not None:
        found.state = State.GONE
        found.save()
        return
    found.size = content.size
    found.file.save("bundle.zip", content, save=False)
    found.sha256, found.state, found.contents = digest, State.MADE, [list(each) for each in contents]
    found.progress, found.made_at = found.total, moment.now()
    found.expires_at = found.made_at + KEPT_FOR
    found.save()
    facts = {"bundle": found.pk, "sha256": digest}
    events.record(f"client:{client.pk}", "client.bundle_made", found.asked_by_id, facts, at=found.made_at)
    audience = {"user": found.asked_by_id}
    told = {"kind": MADE, "reference": f"{found.pk}", "figures": {}, "audience": audience}
    outbox.put("notify", f"bundle:{found.pk}:made", told)
