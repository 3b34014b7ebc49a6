"""The search box and its pages, the same on both sides: what is typed is posted, and its results have an address
that says nothing, is the asker's own and is forgotten after an hour.

Each side gives the addresses of what can be found (`Places`): a kind without one is shown without a link.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workflows.engine import selectors as engine
from workflows.engine.searching import MOST, Asked
from workflows.parties.actor import Actor
from workflows.search import commands, selectors
from workflows.search.commands import TOO_SHORT
from workflows.search.selectors import Found, Hit

from .fields import TextField
from .forms import ConcordForm
from .pieces import Tag
from .words import plural

#: Both sides name their addresses so.
ASK, FOUND = "search", "search_found"
_DATE = re.compile(r"\d{1,2}[\s./-](?:\d{1,2}|[A-Za-z]{3,9})[\s./-](?:\d{2}|\d{4})|(?:19|20)\d\d-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a side shows what is found: its name space, the address of each kind, and the tags of a kind's states."""

    space: str
    addresses: Mapping[str, Callable[[Hit], str]]
    tags: Mapping[str, Callable[[str], Tag]] = field(default_factory=dict)

    def address(self, hit: Hit) -> str:
        """Where a hit leads; empty where this side has no page of it."""
        known = self.addresses.get(hit.kind)
        return known(hit) if known else ""

    def tag(self, hit: Hit) -> Tag | None:
        """The state of a hit in a word."""
        if not hit.state:
            return None
        known = self.tags.get(hit.kind)
        return known(hit.state) if known else Tag(hit.state.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with its address and its tag."""

    hit: Hit
    href: str
    tag: Tag | None

    @property
    def second(self) -> str:
        """What is said of it under its title."""
        parts = (self.hit.client, self.hit.place, "" if self.marked else self.hit.note)
        return ", ".join(part for part in parts if part and part != self.hit.title)

    @property
    def marked(self) -> bool:
        """Whether the note is a part of a text with the words that were found."""
        return any(found for _, found in self.hit.excerpt)


@dataclass(frozen=True, slots=True)
class Part:
    """A group as the page shows it."""

    found: Found
    hits: list[Shown]

    @property
    def more(self) -> str:
        """`40 more, or more than that.` in words; empty when all are shown."""
        if not self.found.more:
            return ""
        return f"{'More than ' if self.found.capped else ''}{self.found.more} more"


class SearchForm(ConcordForm):
    """The one box."""

    what_failed = "Nothing was looked for"
    button = "Search"
    sought = TextField(
        label="What are you looking for?",
        help_text="A reference, part of a name, or words that somebody wrote.",
        missing=TOO_SHORT,
    )

    def clean_sought(self) -> str:
        """What was typed; too little would find almost everything."""
        typed: str = self.cleaned_data["sought"]
        if len(typed) > MOST:
            self.add_error("sought", f"Type {MOST} characters at most")
        elif Asked.read(typed).too_short:
            self.add_error("sought", TOO_SHORT)
        return typed


def box(actor: Actor | None) -> str:
    """The address that the box in the header posts to; empty where a side has none."""
    space = getattr(settings, "SEARCH", {}).get(actor.kind) if actor else None
    return reverse(f"{space}:{ASK}") if space else ""


def ask(request: HttpRequest, places: Places) -> HttpResponse:
    """The empty page; or what was typed: a whole reference leads straight to its record, else to the results."""
    actor, form = _actor(request), SearchForm.of(request)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["sought"]
        hit = selectors.straight(actor, text)
        address = places.address(hit) if hit else ""
        return redirect(address or _kept(actor, text, places))
    return render(request, "web/search.html", {"form": form, "ask": reverse(f"{places.space}:{ASK}")})


def found(request: HttpRequest, search_id: str, places: Places) -> HttpResponse:
    """The results, asked anew with what the person may see now; whose names are shown is recorded."""
    actor = _actor(request)
    kept = selectors.kept(actor, search_id)
    parts = [_part(each, places) for each in selectors.results(actor, kept.text)]
    named = {each.hit.client_id for part in parts for each in part.hits if each.hit.client_id is not None}
    engine.viewed_clients(actor, "search", kept.pk, named)
    context = {
        "form": SearchForm(initial={"sought": kept.text}),
        "ask": reverse(f"{places.space}:{ASK}"),
        "sought": kept.text,
        "parts": parts,
        "total": _total(parts),
        "a_date": bool(_DATE.fullmatch(kept.text)),
        "results": True,
    }
    return render(request, "web/search.html", context)


def _kept(actor: Actor, text: str, places: Places) -> str:
    return reverse(f"{places.space}:{FOUND}", args=[commands.keep(actor=actor, text=text).token])


def _part(group: Found, places: Places) -> Part:
    return Part(group, [Shown(hit, places.address(hit), places.tag(hit)) for hit in group.hits])


def _total(parts: list[Part]) -> str:
    """`3 things found`, as far as they were counted."""
    count = sum(len(each.hits) + each.found.more for each in parts)
    return f"{'More than ' if any(each.found.capped for each in parts) else ''}{plural(count, 'thing')} found"


def _actor(request: HttpRequest) -> Actor:
    return cast("Actor", cast("Any", request).actor)
