"""Legal holds: what must be kept whatever its age, found by a whole reference, placed and lifted for a reason."""

from functools import partial

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
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Row, Tab
from backoffice.web.words import moment
from workflows.engine import holds
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import LegalHold
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.actor import Actor
from workflows.people import holding

from .keeping_tables import Holds

About = LegalHold.About
KEPT = "Nothing of it is erased while the hold stands: not by hand, not when its time is over."


class FindForm(ConcordForm):
    """What. Posted, so that no reference stands in an address."""

    what_failed = "Nothing was looked for"
    button = "Find"
    text = TextField(
        label="SSRef, reference of a case or a provider, or e-mail address of a person",
        help_text="All of it: nothing is found by a part.",
        missing="Enter a reference or an e-mail address",
        max_length=254,
    )


class PlaceForm(ConcordForm):
    """Why it must be kept."""

    what_failed = "No hold was placed"
    button = "Place the hold"
    why = LongText(
        label="Why must it be kept?",
        help_text="For example: an inquest, a claim, a complaint, with its reference. Do not name the person in it.",
        missing="Say why it must be kept",
        max_length=TEXT_LIMIT,
    )


class LiftForm(ConcordForm):
    """Why it need not be kept any more."""

    what_failed = "The hold was not lifted"
    button = "Lift the hold"
    tone = "warning"
    why = LongText(
        label="Why need it not be kept any more?",
        missing="Say why it need not be kept any more",
        max_length=TEXT_LIMIT,
    )


@staff()
@require_http_methods(["GET", "POST"])
def holds_list(request: HttpRequest) -> HttpResponse:
    """Every hold, and a box to look for what the next one is on; nothing is placed here."""
    actor = actor_of(request)
    lifted = request.GET.get("show") == "lifted"
    page = page_by_key(holds.listed(actor, lifted=lifted), ("-id",), request.GET)
    names = holding.called(actor, [(each.about, each.subject_id) for each in page.items])
    for each in page.items:
        each.called, each.note = names.get((each.about, each.subject_id), ("", ""))
    form = FindForm.of(request) if _places(actor) else None
    found = None
    if request.method == "POST":
        if form is None:
            raise Forbidden("Only an administrator places or lifts a legal hold.")
        found = _found(actor, form.cleaned_data["text"]) if form.is_valid() else None
    tabs = [Tab("Standing", "?", current=not lifted), Tab("Lifted", "?show=lifted", current=lifted)]
    context = {"table": Holds(page.items), "pages": page, "form": form, "found": found, "tabs": tabs}
    return render(request, "backoffice/administration/holds.html", context)


@staff(duty="administrator")
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, about: str, subject_id: int) -> HttpResponse:
    """Place a hold on one thing, for a reason."""
    actor = actor_of(request)
    name, note = holding.one(actor, about, subject_id)
    _looked_at(actor, about, subject_id)
    form = PlaceForm.of(request, cancel=reverse("council:holds"))
    if request.method == "POST" and form.is_valid():
        run = partial(holds.place, actor=actor, about=about, subject_id=subject_id, why=form.cleaned_data["why"])
        hold = carried(form, run)
        if hold is not None:
            messages.success(request, f"Legal hold {hold.pk} stands. {KEPT}")
            return redirect("council:holds")
    context = {"name": name, "note": note, "form": form, "kept": KEPT, "there": holds.of(about, subject_id)}
    return render(request, "backoffice/administration/hold_place.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One hold, with who placed it and why; lifted by an administrator, for a reason."""
    actor = actor_of(request)
    found = next(iter(holds.listed(actor).filter(pk=hold_id)), None)
    found = found or next(iter(holds.listed(actor, lifted=True).filter(pk=hold_id)), None)
    if found is None:
        raise NotFound
    form = LiftForm.of(request, cancel=reverse("council:holds")) if _places(actor) and not found.lifted_at else None
    if request.method == "POST":
        if not _places(actor):
            raise Forbidden("Only an administrator places or lifts a legal hold.")
        form = form or LiftForm.of(request)
        if form.is_valid():
            run = partial(holds.lift, actor=actor, hold_id=hold_id, why=form.cleaned_data["why"])
            if carried(form, run) is not None:
                messages.success(request, f"Legal hold {hold_id} is lifted. What is past its time can be erased again.")
                return redirect("council:holds")
    name, note = holding.called(actor, [(found.about, found.subject_id)]).get((found.about, found.subject_id), ("", ""))
    context = {"hold": found, "name": name, "note": note, "rows": _rows(found), "form": form}
    return render(request, "backoffice/administration/hold.html", context)


def _found(actor: Actor, text: str) -> list[tuple[str, str, str]]:
    """Address, name and note of each that was found."""
    keys = holding.matching(actor, text)
    for about, pk in keys:
        _looked_at(actor, about, pk)
    names = holding.called(actor, keys)
    return [(reverse("council:hold_place", args=key), *names[key]) for key in keys if key in names]


def _rows(found: LegalHold) -> list[Row]:
    rows = [
        Row("Why", found.why.text or "(erased)"),
        Row("Placed", moment(found.placed_at), [f"by {found.placed_by.name}"]),
    ]
    if found.lifted_by and found.lifted_why:
        rows += [
            Row("Lifted", moment(found.lifted_at), [f"by {found.lifted_by.name}"]),
            Row("Why it was lifted", found.lifted_why.text or "(erased)"),
        ]
    return rows


def _places(actor: Actor) -> bool:
    return "administrator" in actor.duties


def _looked_at(actor: Actor, about: str, pk: int) -> None:
    if about == About.CLIENT:
        engine.viewed(actor, "holds", None, pk)
