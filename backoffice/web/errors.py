"""Pages for what went wrong outside a command: 400, 403, 404, 500, and a form whose page was too old."""

# ruff: noqa: ARG001 - Django fixes these signatures.

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from workflows.council.profile import current

from . import brand, drafts
from .context import helpline_words
from .refusals import typed_in


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be read."""
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: seen, but not allowed."""
    return render(request, "403.html", {"reason": "Your role does not include this."}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours; nobody can tell which."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Written without the database, which may be what failed."""
    council = current()
    context = {"council": council, "helpline": helpline_words(council.helpdesk), "brand_css": brand.address()}
    return HttpResponse(render_to_string("500.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's page was too old (its token is another one's). What was typed is kept.

    Only what came from a page of this site is kept: else another site could put words into somebody's form.
    """
    own = _from_this_site(request)
    user_id = request.user.pk if request.user.is_authenticated else None
    draft = drafts.keep(request, user_id) if own else None
    context: dict[str, Any] = {
        "own": own,
        "draft": draft,
        "typed": typed_in(request) if own else [],
        "action": request.get_full_path(),
        "page_of_form": drafts.page_of_form(request),
        "user_known": user_id is not None,
    }
    return render(request, "web/errors/too_old.html", context, status=403)


def _from_this_site(request: HttpRequest) -> bool:
    source = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    return bool(source) and urlsplit(source).netloc == request.get_host()
