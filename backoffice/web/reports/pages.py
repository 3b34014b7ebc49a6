"""What the report pages of both sides do. Each side gives its addresses and who may read (`Side`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import Any, Literal, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from workflows.actuals.rules import DAY, WEEK
from workflows.engine import selectors as engine
from workflows.engine.errors import NotFound
from workflows.parties.actor import Actor
from workflows.reports import commands, commissioned, files, selectors
from workflows.reports.commissioned import NAME, Asked, Cursor, Part, Row
from workflows.reports.models import KeptQuestion, MadeFile

from ..files import given_out
from ..paging import Page
from ..pieces import Row as Chosen
from ..words import date_range, listing, upper_first
from . import making
from .forms import ALL_CLIENTS, CommissionedForm, as_chosen
from .tables import Address, Rows, Totals

#: Both sides name their addresses so.
LIST, ASK, SHOWN, TAKEN = "reports", "commissioned", "commissioned_shown", "commissioned_file"
MADE = "report_made"
FILES = {"xlsx": "Download Data (spreadsheet)", "csv": "Download Data (CSV)"}
LONGEST_NUMBER = 19
NEEDED = "This report requires parameters. Please complete the fields above and press the View or Download Data button."


@dataclass(frozen=True, slots=True)
class Side:
    """A side's name space, the room in which its reports are, and where a row comes from."""

    space: str
    address: Callable[[Actor, Row], str]

    def to(self, name: str, *args: object) -> str:
        """The address of one of its report pages."""
        return reverse(f"{self.space}:{name}", args=args)


@dataclass(frozen=True, slots=True)
class Report:
    """An entry of the list of reports."""

    title: str
    about: str
    href: str


def listed(request: HttpRequest, side: Side, more: Sequence[Report] = ()) -> HttpResponse:
    """The reports of the council, and the side's own; what it does not have does not exist."""
    about = "Compares planned service delivery with actual service delivery for any selected time period."
    reports = [*([Report(commissioned.name(), about, side.to(ASK))] if offered() else []), *more]
    if not reports:
        raise NotFound
    return render(request, "web/reports/list.html", {"reports": reports})


def offered() -> bool:
    """Whether the council has this report."""
    return commissioned.is_offered()


def ask(request: HttpRequest, side: Side) -> HttpResponse:
    """The parameters; once they are complete, the report or its file."""
    _exists()
    form = CommissionedForm.of(request, **_form(request, side))
    if request.method == "POST" and form.is_valid():
        kept = commands.keep(actor=_actor(request), report=NAME, chosen=form.asked().kept())
        wanted = request.POST.get("do")
        return _asked_for(request, kept, wanted, side) if wanted in FILES else redirect(side.to(SHOWN, kept.token))
    return render(request, "web/reports/report.html", _page(side, form))


def shown(request: HttpRequest, question_id: str, side: Side) -> HttpResponse:
    """A page of the rows under their totals, asked anew with what the person may see now; that it was read is
    recorded."""
    _exists()
    actor = _actor(request)
    kept = selectors.kept(actor, NAME, question_id)
    asked = Asked.read(kept.chosen)
    totals = commissioned.totals(actor, asked)
    part = commissioned.part(actor, asked, _cursor(request)) if totals else Part((), before=False, after=False)
    engine.viewed_clients(actor, f"report.{NAME}", kept.pk, {row.client_id for row in part.rows})
    form = CommissionedForm.of(request, initial=as_chosen(asked, actor), **_form(request, side))
    context = _page(side, form) | {
        "chosen": _chosen(form, asked),
        "totals": Totals(totals) if totals else None,
        "table": Rows(part.rows, _address(actor, side), own=actor.is_provider),
        "page_of_list": _pages(part),
        "files": [
            (name, side.to(TAKEN, kept.token, form_), making.is_long(form_, sum(each.rows for each in totals)))
            for form_, name in FILES.items()
        ],
    }
    return render(request, "web/reports/report.html", context)


def download(request: HttpRequest, question_id: str, form: str, side: Side) -> HttpResponseBase:
    """All rows as XLSX or CSV; that they were taken is recorded. No name of a client is in the file's own name.

    A long one is made by a worker, when it is posted for; as long as nobody has, the report's page offers that.
    """
    _exists()
    if form not in FILES:
        raise NotFound
    actor = _actor(request)
    kept = selectors.kept(actor, NAME, question_id)
    if request.method == "POST":
        return _asked_for(request, kept, form, side)
    made = files.made_of(actor, kept, form)
    if made is not None and made.state == MadeFile.State.MADE:
        _taken(actor, kept, form)
        return given_out(made.file, name=making.name_of(kept, form), content_type=making.TYPES[form])
    if made is not None:
        return redirect(side.to(MADE, made.pk))
    if making.is_long(form, _rows(actor, kept)):
        return redirect(side.to(SHOWN, kept.token))
    return _at_once(actor, kept, form)


def made_page(request: HttpRequest, file_id: int, side: Side) -> HttpResponse:
    """A long report on its way: how far it is, then the way to download it. It goes on when the page is closed."""
    _exists()
    found = files.made(_actor(request), file_id)
    context = {
        "made": found,
        "title": commissioned.name(),
        "back": side.to(SHOWN, found.question.token),
        "file": side.to(TAKEN, found.question.token, found.form),
    }
    return render(request, "web/reports/made.html", context)


def _asked_for(request: HttpRequest, kept: KeptQuestion, form: str, side: Side) -> HttpResponse:
    """Have a worker make a long file; a short one is there at once."""
    actor = _actor(request)
    rows = _rows(actor, kept)
    if not making.is_long(form, rows):
        return redirect(side.to(TAKEN, kept.token, form))
    return redirect(side.to(MADE, files.ask_for(actor=actor, question=kept, form=form, total=rows).pk))


def _at_once(actor: Actor, kept: KeptQuestion, form: str) -> FileResponse:
    _taken(actor, kept, form)
    file = TemporaryFile()  # noqa: SIM115 (the response closes it once it has been sent)
    making.write(actor, kept, form, file, iter)
    file.seek(0)
    name = making.name_of(kept, form)
    return FileResponse(file, as_attachment=True, filename=name, content_type=making.TYPES[form])


def _taken(actor: Actor, kept: KeptQuestion, form: str) -> None:
    engine.viewed(actor, f"report.{NAME}.{form}", kept.pk, Asked.read(kept.chosen).client_id)


def _rows(actor: Actor, kept: KeptQuestion) -> int:
    return sum(each.rows for each in commissioned.totals(actor, Asked.read(kept.chosen)))


def _exists() -> None:
    if not commissioned.is_offered():
        raise NotFound


def _form(request: HttpRequest, side: Side) -> dict[str, Any]:
    return {"actor": _actor(request), "action": side.to(ASK), "back": side.to(LIST)}


def _page(side: Side, form: CommissionedForm) -> dict[str, Any]:
    return {"form": form, "title": commissioned.name(), "back": side.to(LIST), "needed": NEEDED}


def _chosen(form: CommissionedForm, asked: Asked) -> list[Chosen]:
    """What the report is about, for the page and for paper."""
    picked = dict(form.fields["organisation_id"].choices)  # type: ignore[attr-defined]
    groups = dict(form.fields["service_group"].choices)  # type: ignore[attr-defined]
    client = form.initial["client_words"] or ALL_CLIENTS
    shows = [("differences only", asked.differences), ("weeks without actuals included", asked.missing)]
    first, last = asked.weeks
    return [
        Chosen("Service Group Class", groups.get(asked.service_group, "")),
        Chosen("Organisation", picked.get(str(asked.organisation_id or ""), "")),
        Chosen("Client", client),
        Chosen("Weeks", upper_first(date_range(first, last + WEEK - DAY))),
        Chosen("Shows", upper_first(listing([words for words, on in shows if on]) or "weeks with actuals")),
    ]


def _pages(part: Part) -> Page:
    rows = list(part.rows)
    return Page(
        rows,
        f"?before={_mark(rows[0])}" if part.before else "",
        f"?after={_mark(rows[-1])}" if part.after else "",
    )


def _mark(row: Row) -> str:
    """Where a page ends, as numbers: the order is by name, and no address may name a client."""
    return f"{row.line_id}.{row.week.isoformat()}"


def _cursor(request: HttpRequest) -> Cursor | None:
    """Where the page begins; what cannot be read is the first page."""
    way: Literal["after", "before"] = "before" if "before" in request.GET else "after"
    line, _, week = request.GET.get(way, "").partition(".")
    if not (line.isascii() and line.isdigit() and len(line) < LONGEST_NUMBER):
        return None
    try:
        return Cursor(way, int(line), date.fromisoformat(week))
    except ValueError:
        return None


def _address(actor: Actor, side: Side) -> Address:
    return lambda row: side.address(actor, row)


def _actor(request: HttpRequest) -> Actor:
    return cast("Actor", cast("Any", request).actor)
