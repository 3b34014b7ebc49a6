"""What the report pages of both sides do. Each side gives its addresses and who may read (`Side`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.reports import commands, files, selectors
from workflows.reports.models import KeptQuestion, MadeFile

from ..files import given_out
from . import making, shelf
from .forms import ReportForm
from .kinds import Report, Side

#: Both sides name their addresses so.
LIST, ASK, SHOWN, TAKEN = "reports", "report", "report_shown", "report_file"
MADE = "report_made"
FILES = {"xlsx": "Download Data (spreadsheet)", "csv": "Download Data (CSV)"}
NEEDED = "This report requires parameters. Please complete the fields above and press the View or Download Data button."


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list of reports."""

    title: str
    about: str
    href: str


def listed(request: HttpRequest, side: Side, more: Sequence[Entry] = ()) -> HttpResponse:
    """The reports that this person reads, and the side's own."""
    own = [Entry(each.name() or "", each.about, side.to(ASK, each.slug)) for each in shelf.readable(_actor(request))]
    return render(request, "web/reports/list.html", {"reports": [*own, *more]})


def ask(request: HttpRequest, report: Report, side: Side) -> HttpResponse:
    """The parameters; once they are complete, the report or its file."""
    form = report.form.of(request, **_form(request, report, side))
    if request.method == "POST" and form.is_valid():
        kept = commands.keep(actor=_actor(request), report=report.key, chosen=form.asked().kept())
        if (wanted := request.POST.get("do", "")) in FILES:
            return _asked_for(request, report, kept, wanted, side)
        return redirect(side.to(SHOWN, report.slug, kept.token))
    return render(request, "web/reports/report.html", _page(report, side, form))


def shown(request: HttpRequest, report: Report, question_id: str, side: Side) -> HttpResponse:
    """A page of the rows under their totals, asked anew with what the person may see now; that it was read is
    recorded."""
    actor = _actor(request)
    kept = selectors.kept(actor, report.key, question_id)
    asked = report.asked(kept)
    found = report.shown(actor, asked, request.GET, side)
    engine.viewed_clients(actor, f"report.{report.key}", kept.pk, set(found.clients))
    form = report.form.of(request, initial=report.form.as_chosen(asked, actor), **_form(request, report, side))
    context = _page(report, side, form) | {
        "chosen": form.chosen(asked),
        "heading": report.heading,
        "notes": found.notes,
        "totals": found.totals,
        "table": found.table,
        "page_of_list": found.page,
        "files": [
            (name, side.to(TAKEN, report.slug, kept.token, form_), making.is_long(form_, found.rows))
            for form_, name in FILES.items()
        ],
    }
    return render(request, "web/reports/report.html", context)


def download(request: HttpRequest, report: Report, question_id: str, form: str, side: Side) -> HttpResponseBase:
    """All rows as XLSX or CSV; that they were taken is recorded. No name of a client is in the file's own name.

    A long one is made by a worker, when it is posted for; as long as nobody has, the report's page offers that.
    """
    if form not in FILES:
        raise NotFound
    actor = _actor(request)
    kept = selectors.kept(actor, report.key, question_id)
    if request.method == "POST":
        return _asked_for(request, report, kept, form, side)
    made = files.made_of(actor, kept, form)
    if made is not None and made.state == MadeFile.State.MADE:
        _taken(actor, report, kept, form)
        return given_out(made.file, name=making.name_of(kept, form), content_type=making.TYPES[form])
    if made is not None:
        return redirect(side.to(MADE, made.pk))
    if making.is_long(form, report.rows(actor, report.asked(kept))):
        return redirect(side.to(SHOWN, report.slug, kept.token))
    return _at_once(actor, report, kept, form)


def made_page(request: HttpRequest, file_id: int, side: Side) -> HttpResponse:
    """A long report on its way: how far it is, then the way to download it. It goes on when the page is closed."""
    found = files.made(_actor(request), file_id)
    report = shelf.of_question(found.question)
    if report not in shelf.readable(_actor(request)):
        raise NotFound
    context = {
        "made": found,
        "title": report.name(),
        "back": side.to(SHOWN, report.slug, found.question.token),
        "file": side.to(TAKEN, report.slug, found.question.token, found.form),
    }
    return render(request, "web/reports/made.html", context)


def _asked_for(request: HttpRequest, report: Report, kept: KeptQuestion, form: str, side: Side) -> HttpResponse:
    """Have a worker make a long file; a short one is there at once."""
    actor = _actor(request)
    rows = report.rows(actor, report.asked(kept))
    if not making.is_long(form, rows):
        return redirect(side.to(TAKEN, report.slug, kept.token, form))
    return redirect(side.to(MADE, files.ask_for(actor=actor, question=kept, form=form, total=rows).pk))


def _at_once(actor: Actor, report: Report, kept: KeptQuestion, form: str) -> FileResponse:
    _taken(actor, report, kept, form)
    file = TemporaryFile()  # noqa: SIM115 (the response closes it once it has been sent)
    making.write(actor, kept, form, file, iter)
    file.seek(0)
    name = making.name_of(kept, form)
    return FileResponse(file, as_attachment=True, filename=name, content_type=making.TYPES[form])


def _taken(actor: Actor, report: Report, kept: KeptQuestion, form: str) -> None:
    client = getattr(report.asked(kept), "client_id", None)
    engine.viewed(actor, f"report.{report.key}.{form}", kept.pk, client)


def _form(request: HttpRequest, report: Report, side: Side) -> dict[str, Any]:
    return {"actor": _actor(request), "action": side.to(ASK, report.slug), "back": side.to(LIST)}


def _page(report: Report, side: Side, form: ReportForm) -> dict[str, Any]:
    return {"form": form, "title": report.name(), "back": side.to(LIST), "needed": NEEDED}


def _actor(request: HttpRequest) -> Actor:
    return cast("Actor", cast("Any", request).actor)
