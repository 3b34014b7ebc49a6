"""Pages that every council has, the colours, the health check, and what was kept of a form."""

# ruff: noqa: ARG001 - a view takes its request.

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from workflows.council.profile import current
from workflows.engine import files
from workflows.engine.errors import NotFound

from . import brand as colours
from . import chapters, drafts
from .files import KEPT
from .gate import public, signed_in
from .refusals import Typed
from .words import upper_first


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Whom to ask, help by chapter, and the glossary in the council's words."""
    return render(request, "web/help.html", {"chapters": chapters.pages(current())})


@public
@require_safe
def help_chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """What a chapter is for and what to do in it, its guide and video, and whom to ask about it."""
    council = current()
    key = chapters.key_of(chapter, council)
    if key is None:
        raise NotFound
    context = {
        "name": chapters.names(council)[key],
        "key": key,
        "written": council.help.chapter(key),
        "said": chapters.said_already(council, key),
        "contacts": [each for each in council.help.contacts if key in each.chapters],
    }
    return render(request, "web/help_chapter.html", context)


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return _text(request, "Accessibility statement", current().pages.accessibility)


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice."""
    return _text(request, "Privacy notice", current().pages.privacy)


@public
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """Which cookies there are."""
    return _text(request, "Cookies", current().pages.cookies)


@public
@require_safe
@cache_control(public=True, max_age=86_400)
def brand(request: HttpRequest) -> HttpResponse:
    """The council's colours; the address carries a mark of the contents, so a day is safe."""
    return HttpResponse(colours.stylesheet(), content_type="text/css")


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process can read its database; the supervisor and containers ask it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@signed_in
@require_safe
def kept(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What was typed before the person was signed out, to send again or to go back to."""
    draft = drafts.of_user(request.actor.user_id, draft_id)  # type: ignore[attr-defined]
    if draft is None:
        raise NotFound
    typed = [shown for name, values in draft.fields for shown in _typed(request, name, values)]
    return render(request, "web/kept.html", {"draft": draft, "typed": typed})


@signed_in
@require_POST
def forget(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Delete what was kept."""
    draft = drafts.of_user(request.actor.user_id, draft_id)  # type: ignore[attr-defined]
    if draft is not None:
        draft.delete()
    return redirect("/")


def _typed(request: HttpRequest, name: str, values: list[str]) -> list[Typed]:
    """What was typed into one field, as it is shown: files by their names, and nothing that the page itself wrote."""
    if name in drafts.WRITTEN_BY_PAGES:
        return []
    field, _, part = name.rpartition("_")
    if part == KEPT:
        found = files.kept(request.actor, [int(each) for each in values if each.isdecimal()])  # type: ignore[attr-defined]
        return [Typed(name, upper_first(field), each.name, False, each.name) for each in found]
    return [Typed(name, upper_first(name.replace("_", " ")), value, False, value) for value in values if value]


def _text(request: HttpRequest, title: str, text: str) -> HttpResponse:
    return render(request, "web/text.html", {"what": title, "text": text})
