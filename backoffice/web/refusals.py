"""The page of each refusal. What was typed is shown again on it, so that nothing is lost."""

# ruff: noqa: ARG001 - every kind of refusal is answered by the same signature.

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflows.engine.errors import Busy, Forbidden, NotFound, Refused, Stale

from .drafts import NOT_TYPED, WRITTEN_BY_PAGES, is_secret, page_of_form
from .files import KEPT, REMOVE, kept_with
from .words import plural, upper_first

VERSION = "_version"  # the end of the names of what only the page writes
Words = Mapping[str, tuple[str, str]]  # label and words by the name of what a browser posts


@dataclass(frozen=True, slots=True)
class Typed:
    """One value that was posted, and how people read it: `secret` ones are asked again and never shown."""

    name: str
    label: str
    value: str
    secret: bool
    shown: str


@singledispatch
def page_for(refusal: Refused, request: HttpRequest) -> HttpResponse:
    """A rule said no: its reason in words, 422."""
    return render(request, "web/errors/refused.html", _context(request) | {"reason": refusal.reason}, status=422)


@page_for.register
def _not_found(refusal: NotFound, request: HttpRequest) -> HttpResponse:
    return render(request, "404.html", status=404)


@page_for.register
def _forbidden(refusal: Forbidden, request: HttpRequest) -> HttpResponse:
    return render(request, "403.html", {"reason": refusal.reason}, status=403)


@page_for.register
def _stale(refusal: Stale, request: HttpRequest) -> HttpResponse:
    return render(request, "web/errors/stale.html", _context(request) | {"refusal": refusal}, status=409)


@page_for.register
def _busy(refusal: Busy, request: HttpRequest) -> HttpResponse:
    response = render(request, "web/errors/busy.html", _context(request) | {"reason": refusal.reason}, status=503)
    response.headers["Retry-After"] = "5"
    return response


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Whoever asks for too much in a minute is told when to go on (429)."""
    reason = f"You have asked for very much in a short time. Try again in {plural(seconds, 'second')}."
    context = _context(request) | {"reason": reason, "h1": "Too many requests"}
    response = render(request, "web/errors/busy.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def typed_in(request: HttpRequest) -> list[Typed]:
    """What was posted, in its order, without the tokens that only the page itself uses."""
    kept = kept_with(request)
    own = NOT_TYPED | {part for name, _ in kept for part in (name, name.replace(f"_{KEPT}", f"_{REMOVE}"))}
    words: Words = getattr(request, "typed_words", {})
    typed = [
        _typed(name, value, words) for name in request.POST if name not in own for value in request.POST.getlist(name)
    ]
    return typed + [Typed(name, "File (kept for a day)", str(file.pk), False, file.name) for name, file in kept]


def _typed(name: str, value: str, words: Words) -> Typed:
    unread = "" if name in WRITTEN_BY_PAGES or name.endswith(VERSION) else value
    label, shown = words.get(name, (upper_first(name.replace("_", " ")), unread))
    return Typed(name, label, value, is_secret(name), shown)


def _context(request: HttpRequest) -> dict[str, object]:
    return {
        "typed": typed_in(request),
        "client_key": request.POST.get("client_key", ""),
        "action": request.get_full_path(),
        "page_of_form": page_of_form(request),
        "posted": request.method == "POST",
    }
