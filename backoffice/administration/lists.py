"""Lists that an administrator edits while the council runs: add, reword, retire, bring back, order, and the history."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from workflows.council.running import Editable
from workflows.engine.errors import NotFound
from workflows.lists import commands, selectors
from workflows.lists.selectors import Standing

from . import history

DONE = {"retire": "It is no longer offered. Cases that have it keep it.", "back": "It is offered again."}


class EntryForm(ConcordForm):
    """The words of one entry: one box for each part that the list has."""

    what_failed: ClassVar[str] = "Nothing was changed"
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *positional: Any, each: Editable, button: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.button = button  # type: ignore[misc]  # the verb of this page
        for part in each.parts:
            self.fields[part.name] = TextField(label=part.label, help_text=part.hint, required=False)


@staff()
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Every list that this council edits while it runs."""
    actor = actor_of(request)
    rows = [(each, sum(not row.row.retired for row in selectors.standing(actor, each)))
            for each in selectors.lists(actor)]  # fmt: skip
    return render(request, "backoffice/administration/lists.html", {"rows": rows})


@staff()
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """The entries of a list in their order, with who changed each; the buttons move one up or down."""
    actor = actor_of(request)
    each = selectors.one(actor, slug)
    if request.method == "POST":
        key = request.POST.get("up") or request.POST.get("down") or ""
        commands.move_entry(actor=actor, path=each.path, key=key, up="up" in request.POST)
        return redirect("council:list", slug)
    rows = selectors.standing(actor, each)
    context = {
        "each": each,
        "first": each.parts[0].name,
        "others": [part.name for part in each.parts[1:]],
        "rows": rows,
        "administrator": "administrator" in actor.duties,
        "story": history.entries(selectors.history(actor, f"list:{each.path}")),
    }
    return render(request, "backoffice/administration/list.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an entry; it comes last."""
    actor = actor_of(request)
    each = selectors.one(actor, slug)
    form = EntryForm.of(request, each=each, button="Add it", cancel=reverse("council:list", args=[slug]))
    if request.method == "POST" and form.is_valid():
        add = partial(commands.add_entry, actor=actor, path=each.path, words=_words(form, each))
        if carried(form, add) is not None:
            messages.success(request, "It was added, and can be chosen from now on.")
            return redirect("council:list", slug)
    context = {"form": form, "each": each, "row": None}
    return render(request, "backoffice/administration/list_entry.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Reword an entry, retire it, or bring it back."""
    actor = actor_of(request)
    each = selectors.one(actor, slug)
    standing = selectors.entry(actor, each, key)
    form = _form(request, each, standing, slug)
    if request.method == "POST" and form.is_valid():
        said = _changed(request, form, each, key)
        if said:
            messages.success(request, said)
            return redirect("council:list", slug)
    context = {"form": form, "each": each, "row": standing.row, "called": standing.row.words[each.parts[0].name]}
    return render(request, "backoffice/administration/list_entry.html", context)


def _form(request: HttpRequest, each: Editable, standing: Standing, slug: str) -> EntryForm:
    options: dict[str, Any] = {
        "each": each,
        "button": "Save the words",
        "cancel": reverse("council:list", args=[slug]),
        "initial": {**standing.row.words, "seen": standing.seen},
    }
    return EntryForm.of(request, **options)


def _changed(request: HttpRequest, form: EntryForm, each: Editable, key: str) -> str:
    """Do what the button says; the sentence that tells it was done, empty when it was refused."""
    actor = actor_of(request)
    verb = request.POST.get("verb", "")
    verbs = {"retire": commands.retire_entry, "back": commands.bring_back_entry}
    if verb:
        if verb not in verbs:
            raise NotFound
        done = carried(form, partial(_true, partial(verbs[verb], actor=actor, path=each.path, key=key)))
        return DONE[verb] if done else ""
    words, seen = _words(form, each), form.cleaned_data["seen"]
    reword = partial(commands.reword_entry, actor=actor, path=each.path, key=key, words=words, seen=seen)
    return "The new words stand from now on, also in old cases." if carried(form, partial(_true, reword)) else ""


def _words(form: EntryForm, each: Editable) -> dict[str, str]:
    return {part.name: form.cleaned_data.get(part.name) or "" for part in each.parts}


def _true(command: Callable[[], None]) -> bool:
    """Run a command that answers nothing, so that what was done is told from what was refused."""
    command()
    return True
