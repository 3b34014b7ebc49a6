"""The pages of any case: its first page by kind, its story, its clocks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from workflows.engine import selectors as engine

from . import kinds, timekeeping
from .frame import frame, held_of


@staff()
@require_GET
def overview(request: HttpRequest, case_id: int) -> HttpResponse:
    """What to do now, and what this kind of case shows first."""
    actor = actor_of(request)
    kind = kinds.of(actor, case_id)
    view = kind.view(actor, case_id)
    engine.viewed(actor, "case", view.case.pk, view.case.client_id)
    return kind.overview(request, view)


@staff()
@require_GET
def story(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everything that happened."""
    actor = actor_of(request)
    view = kinds.of(actor, case_id).view(actor, case_id)
    chapters = engine.story(f"case:{case_id}")
    context = frame(view, "story", len(chapters)) | {"entries": view.entries(chapters)}
    return render(request, "backoffice/cases/story.html", context)


@staff()
@require_GET
def clocks(request: HttpRequest, case_id: int) -> HttpResponse:
    """Every clock of the case and of its turns, in sentences, and who held it when."""
    actor = actor_of(request)
    view = kinds.of(actor, case_id).view(actor, case_id)
    context = frame(view, "clocks") | {
        "turns": timekeeping.of_turns(view.case, view.now),
        "cases": timekeeping.of_case(view.case, view.now),
        "held": held_of(view),
    }
    return render(request, "backoffice/cases/clocks.html", context)
