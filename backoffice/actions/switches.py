"""Types of action that are on for single providers, such as invoices (gloucestershire-faq 15)."""

from typing import Any

from crispy_forms_gds.layout import Layout
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import carried
from backoffice.web.fields import Choice, Pick
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.tables import Cell, ListTable
from workflows.actions import selectors
from workflows.actions.switching import on_for, switch
from workflows.council.profile import current
from workflows.engine.errors import Forbidden
from workflows.parties.actor import Actor

from .present import type_label

ON, OFF = "on", "off"


class SwitchForm(ConcordForm):
    """A type, a provider, on or off."""

    what_failed = "Nothing was switched"
    button = "Switch it"
    type = Pick(label="Type")
    provider = Pick(label="Provider")
    on = Choice(label="Switch it", choices=[(ON, "On"), (OFF, "Off")], missing="Choose on or off")

    def __init__(self, *positional: Any, providers: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        able = [each for each in current().actions.types if each.per_provider]
        self._fill("type", [(each.key, each.label) for each in able], "Choose the type")
        self._fill("provider", [(str(pk), name) for pk, name in providers], "Choose the provider")

    def layout(self) -> Layout:
        """What, for whom, on or off."""
        return Layout("type", "provider", "on")

    def _fill(self, name: str, choices: list[tuple[str, str]], missing: str) -> None:
        field: Any = self.fields[name]
        field.choices = [*field.choices, *choices]
        field.error_messages["required"] = missing


class Switched(ListTable):
    """For whom which type is on."""

    provider = Cell("Provider", lambda row: row["provider"], name=True)
    type = Cell("Type", lambda row: type_label(row["type"]))

    class Meta(ListTable.Meta):
        caption = "Types that are on for single providers"
        show_caption = True
        empty = "No type is on for a single provider."


def switches(actor: Actor) -> bool:
    """Whether the person may switch types: as the command says, administrators and the payments desk."""
    return "administrator" in actor.duties or bool(teams_of_desk("payments") & set(actor.teams))


@staff()
@require_http_methods(["GET", "POST"])
def types(request: HttpRequest) -> HttpResponse:
    """Which types are on for whom, and the form that switches one."""
    actor = actor_of(request)
    if not switches(actor):
        raise Forbidden("This is for administrators and for whoever does payments.")
    form = SwitchForm.of(request, providers=selectors.providers())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        on, organisation = data["on"] == ON, int(data["provider"])

        def command() -> bool:
            switch(actor=actor, organisation_id=organisation, type_key=data["type"], on=on)
            return True

        if carried(form, command):
            messages.success(request, f"{type_label(data['type'])} is {data['on']} for this provider.")
            return redirect("council:action_types")
    single = any(each.per_provider for each in current().actions.types)
    context = {"form": form if single else None, "table": Switched(on_for())}
    return render(request, "backoffice/actions/types.html", context)
