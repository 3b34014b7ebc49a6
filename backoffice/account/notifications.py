"""E-mail notifications: of each kind of news at once, once a day, or never (Bedford, "Email Notifications")."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from crispy_forms_gds.layout import Layout
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.web.forms import ConcordForm
from backoffice.web.gate import signed_in
from backoffice.web.layout import Heading
from workflows.engine import notices
from workflows.engine.notices import Listed
from workflows.parties.models import User
from workflows.people import preferences

from .asking import actor_of

Groups = Mapping[str, Sequence[Listed]]


class NotificationsForm(ConcordForm):
    """A drop-down list a kind, under the heading of its group; `of_side` adds the fields."""

    what_failed: ClassVar[str] = "Your choice was not saved"
    button: ClassVar[str] = "Save"
    groups: ClassVar[Groups] = {}

    def layout(self) -> Layout:
        """Each group with its heading; what cannot be set is said there, with the reason."""
        parts: list[Any] = []
        for group, kinds in self.groups.items():
            fixed = " ".join(f"{each.name}: always at once, {each.always}." for each in kinds if each.always)
            parts += [Heading(group, fixed), *(_field(each.kind) for each in kinds if not each.always)]
        return Layout(*parts)

    def wishes(self) -> dict[str, str]:
        """What was chosen, by kind."""
        kinds = [each.kind for group in self.groups.values() for each in group if not each.always]
        return {kind: self.cleaned_data[_field(kind)] for kind in kinds}


@signed_in
@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Choose, kind by kind."""
    actor = actor_of(request)
    chosen = {_field(kind): how for kind, how in preferences.read(actor.user_id).items()}
    form = of_side(actor.kind).of(request, initial=chosen, cancel=reverse("account:notices"))
    if request.method == "POST" and form.is_valid():
        preferences.set_preferences(actor=actor, wishes=form.wishes())
        messages.success(request, "Your choice is saved. It holds for what you are told from now on.")
        return redirect("account:notifications")
    return render(request, "account/notifications.html", {"form": form, "address": cast("User", request.user).email})


def of_side(side: str) -> type[NotificationsForm]:
    """The form with the kinds of a side."""
    groups = notices.listed(side)
    fields: dict[str, Any] = {
        _field(each.kind): forms.ChoiceField(label=each.name, choices=preferences.How.choices)
        for group in groups.values()
        for each in group
        if not each.always
    }
    return type("NotificationsOfSide", (NotificationsForm,), {**fields, "groups": groups})


def _field(kind: str) -> str:
    """A kind as the name of a field."""
    return kind.replace(".", "-")
