"""The council begins an action: with one provider, or with many at once by a worker."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.batch_page import page_of
from backoffice.casework.commanding import carried
from backoffice.web.gate import staff
from backoffice.web.layout import only_finds
from backoffice.web.pieces import Row
from backoffice.web.words import date_words
from workflows.actions import batches as sending
from workflows.actions import commands, entities, rules, selectors, sendings
from workflows.actions.rules import Related, Side
from workflows.actions.switching import switched
from workflows.council.profile import current
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import Batch
from workflows.engine.moment import today
from workflows.parties.actor import Actor

from .new_forms import ManyForm, OneForm, WhichProvider
from .present import KIND, type_label
from .tables import Sent

NOT_TYPED = {"csrfmiddlewaretoken", "step"}


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def which(request: HttpRequest) -> HttpResponse:
    """Choose the provider, or many."""
    _writes(actor_of(request))
    form = WhichProvider.of(request, providers=selectors.providers(), cancel=reverse("council:actions"))
    if request.method == "POST" and form.is_valid():
        return redirect("council:action_new_for", int(form.cleaned_data["provider"]))
    return render(request, "backoffice/actions/which.html", {"form": form})


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Begin an action with one provider."""
    actor = actor_of(request)
    _writes(actor)
    name = next((words for pk, words in selectors.providers() if pk == organisation_id), None)
    if name is None:
        raise NotFound
    form = OneForm.of(
        request,
        finder=partial(entities.found, actor, organisation_id=organisation_id),
        switched=switched(organisation_id),
        cancel=reverse("council:actions"),
    )
    right = request.method == "POST" and form.is_valid()
    if only_finds(request.POST):
        form.keep_only("attached")
    elif right:
        done = carried(form, partial(_send, actor, organisation_id, form), {"entity": form.entity_field})
        if done is not None:
            messages.success(request, f"It is sent. {name} is told.")
            return redirect("council:case", done.case_id)
    return render(request, "backoffice/actions/new.html", {"form": form, "provider": name})


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Write the same to many providers: fill in, check, then a worker sends."""
    actor = actor_of(request)
    _writes(actor)
    every = selectors.providers()
    form = ManyForm.of(request, every=every, cancel=reverse("council:actions"))
    if request.method == "POST" and form.is_valid():
        step = request.POST.get("step", "check")
        if step == "check" and not _faulty(form):
            return _check(request, form)
        begun = carried(form, partial(_send_to_many, actor, form)) if step == "send" else None
        if begun is not None:
            return redirect("council:action_sending", begun.pk)
    return render(request, "backoffice/actions/send.html", {"form": form, "count": len(every)})


@staff(reads=KIND)
@require_GET
def progress(request: HttpRequest, sending_id: int) -> HttpResponse:
    """How far a sending is, and what became of it at each provider. It goes on when the browser is closed."""
    found = sendings.sending(actor_of(request), sending_id)
    items = sendings.sent(found)
    context = page_of(request, found, items, of="provider", done="Sent", refused="Not sent")
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["case_id"]]) if row["case_id"] else ""
    table = Sent(context["pages"].items)
    return render(request, "backoffice/actions/sending.html", context | {"table": table})


def _writes(actor: Actor) -> None:
    """Whoever only reads begins nothing."""
    if not actor.team_ids:
        raise Forbidden("Only the council's teams write to providers.")


def _send(actor: Actor, organisation_id: int, form: OneForm) -> Any:
    return commands.send(
        actor=actor,
        asked=form.asked(form.cleaned_data["related"], form.entity),
        organisation_id=organisation_id,
        sender=form.cleaned_data.get("sender", ""),
        file_ids=[each.pk for each in form.cleaned_data["attached"]],
        key=str(form.cleaned_data["client_key"]),
    )


def _send_to_many(actor: Actor, form: ManyForm) -> Batch:
    return sending.send_to_many(
        actor=actor,
        asked=form.asked(Related.PROVIDER, None),
        organisation_ids=[pk for pk, _ in form.chosen],
        sender=form.cleaned_data.get("sender", ""),
        file_ids=[each.pk for each in form.cleaned_data["attached"]],
        key=str(form.cleaned_data["client_key"]),
    )


def _check(request: HttpRequest, form: ManyForm) -> HttpResponse:
    """What will be sent, to whom; nothing is sent yet."""
    data, files = form.cleaned_data, form.cleaned_data["attached"]
    typed = [(name, value) for name in request.POST if name not in NOT_TYPED and not name.startswith("attached")
             for value in request.POST.getlist(name)]  # fmt: skip
    rows = [
        Row("Type", type_label(data["type"])),
        Row("Wanted by", date_words(data["wanted_by"]) if data["wanted_by"] else "No day"),
        Row("Assigned to", current().team(data["team"]).name),
        *([Row("Sent under the name", data["sender"])] if data.get("sender") else []),
        Row("Title", data["title"]),
        Row("Text", data["text"]),
        Row("Files", ", ".join(each.name for each in files) or "None"),
    ]
    context = {
        "rows": rows,
        "chosen": [name for _, name in form.chosen],
        "typed": [*typed, *(("attached_kept", str(each.pk)) for each in files)],
    }
    return render(request, "backoffice/actions/check.html", context)


def _faulty(form: ManyForm) -> bool:
    """Whether the command would refuse what was filled in; the faults stand on the form then."""
    faults = rules.faults(form.asked(Related.PROVIDER, None), current().actions, Side.COUNCIL, today(), frozenset())
    for field, fault in faults.items():
        form.add_error(field if field in form.fields else None, fault)
    return bool(faults)
