"""Erasing a client or a person: found by a whole reference or address, shown what goes, then erased for a reason."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import LongText, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.pieces import Row
from backoffice.web.words import date_words, plural
from workflows.council.retention import Kept
from workflows.engine import erase
from workflows.engine import selectors as engine
from workflows.engine.erase import Gone
from workflows.engine.errors import NotFound, Refused
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.actor import Actor
from workflows.people import erasing, finding
from workflows.people.finding import Found, Kind
from workflows.retention import selectors
from workflows.retention.selectors import Said

WOULD: Mapping[Kind, Callable[[int, Actor], Gone]] = {
    "client": erase.would_erase_client,
    "person": erasing.would_erase_person,
    "contact": erasing.would_erase_contact,
}
ERASE: Mapping[Kind, Callable[..., int]] = {
    "client": erase.erase_client,
    "person": erasing.erase_person,
    "contact": erasing.erase_contact,
}
#: What words were written about, by the first part of their stream.
ABOUT = {"case": "Cases", "client": "The client", "line": "Care package lines", "user": "The person",
         "contact": "The contact", "level": "Service levels"}  # fmt: skip
#: What the schedule calls them.
RETAINED: Mapping[Kind, Kept] = {"client": "clients", "person": "people", "contact": "contacts"}
STAYS = "Figures, decisions and days stay: they are evidence of what was paid, and name nobody."


class FindForm(ConcordForm):
    """Whom. Posted, so that no reference stands in an address."""

    what_failed = "Nobody was looked for"
    button = "Find"
    text = TextField(
        label="SSRef of a client, or e-mail address of a person",
        help_text="All of it: nobody is found by a part.",
        missing="Enter an SSRef or an e-mail address",
        max_length=254,
    )


class EraseForm(ConcordForm):
    """Why, and that nothing speaks against it."""

    what_failed = "Nothing was erased"
    button = "Erase for ever"
    tone = "warning"
    reason = LongText(
        label="Why is this erased?",
        help_text="It stays with the record of the erasure. Do not name the person in it.",
        missing="Say why this is erased",
        max_length=TEXT_LIMIT,
    )
    checked = forms.BooleanField(
        label="Its time is not over: I have checked that nothing of this must be kept all the same",
        error_messages={"required": "Confirm that nothing of this must be kept"},
    )

    def __init__(self, *positional: Any, due: bool = False, **options: Any) -> None:
        super().__init__(*positional, **options)
        if due:  # the schedule has said so: nobody confirms what is known
            del self.fields["checked"]


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Look for somebody; nothing is erased here."""
    form = FindForm.of(request, cancel=reverse("council:administration"))
    found: list[Found] | None = None
    if request.method == "POST" and form.is_valid():
        found = finding.matching(actor_of(request), form.cleaned_data["text"])
        _looked_at(actor_of(request), found)
    rows = None if found is None else [(each, _address(each)) for each in found]
    return render(request, "backoffice/administration/erase.html", {"form": form, "found": rows})


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def client(request: HttpRequest, client_id: int) -> HttpResponse:
    """Erase a client."""
    return _erase(request, "client", client_id)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Erase somebody who could sign in."""
    return _erase(request, "person", user_id)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Erase a contact who never could."""
    return _erase(request, "contact", contact_id)


def _erase(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """What goes, tried and taken back; then, for a reason, for ever."""
    actor = actor_of(request)
    found = finding.one(actor, kind, pk)
    _looked_at(actor, [found])
    said = selectors.said_of(RETAINED[kind], pk)
    form: EraseForm | None = EraseForm.of(request, cancel=reverse("council:erase"), due=said.is_due)
    if request.method == "POST" and form is not None and form.is_valid():
        run = partial(ERASE[kind], pk, actor, form.cleaned_data["reason"])
        texts = carried(form, run)
        if texts is not None:
            messages.success(request, f"Erased, with {plural(texts, 'text')}. The record says by whom and why.")
            return redirect("council:erase")
    rows, refusal = _would(kind, pk, actor)
    context = {"found": found, "rows": rows, "refusal": refusal, "form": None if refusal else form, "stays": STAYS,
               "kept": _kept(said)}  # fmt: skip
    return render(request, "backoffice/administration/erase_one.html", context)


def _would(kind: Kind, pk: int, actor: Actor) -> tuple[list[Row], str]:
    """What would go, or why nothing can yet."""
    try:
        gone = WOULD[kind](pk, actor)
    except NotFound:
        raise
    except Refused as refusal:
        return [], refusal.reason
    rows = [Row("Name and reference" if kind == "client" else "Name, address and access", "From every table")]
    rows += [Row(ABOUT.get(about, about.capitalize()), plural(count, "text")) for about, count in
             sorted(gone.texts.items())]  # fmt: skip
    return [*rows, Row("Files", plural(gone.files, "file"))], ""


def _kept(said: Said) -> list[Row]:
    """What the schedule says of whom; of legal holds the refusal says it."""
    if said.rule is None:
        return [Row("Retention", "The schedule says nothing about this.")]
    why = [said.rule.why, said.rule.source or "Our assumption"]
    rows = [Row("Kept", said.rule.keep, why)]
    if said.due_on is None:
        return [*rows, Row("Time over", "No: it goes on")]
    over = "Yes, since" if said.is_due else "No, not before"
    return [*rows, Row("Time over", f"{over} {date_words(said.due_on)}", [f"Ended {date_words(said.ended)}"])]


def _looked_at(actor: Actor, found: list[Found]) -> None:
    """Who looks a client up is recorded, as on every page."""
    for each in found:
        if each.kind == "client":
            engine.viewed(actor, "erasing", None, each.id)


def _address(found: Found) -> str:
    """Where one of them is erased."""
    return reverse({"client": "council:erase_client", "person": "council:erase_person",
                    "contact": "council:erase_contact"}[found.kind], args=[found.id])  # fmt: skip
