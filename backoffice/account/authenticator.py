"""One's own authenticator app: added with the password and its first digits, taken away with the password."""

from typing import ClassVar

from crispy_forms_gds.layout import Layout
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backoffice.access import apps, steps
from backoffice.access.confirm import is_oneself
from backoffice.access.forms import NewAppForm
from backoffice.web.fields import PasswordField
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import signed_in
from workflows.people import authenticators

from .signing_in import user_of


class AddForm(NewAppForm):
    """The app's digits, and that it is oneself."""

    password = PasswordField(label="Your password", missing="Enter your password")

    def layout(self) -> Layout:
        """The app first: its digits change."""
        return Layout("digits", "password")


class RemoveForm(ConcordForm):
    """That it is oneself."""

    what_failed: ClassVar[str] = "The app was not taken away"
    button: ClassVar[str] = "Take it away"
    tone: ClassVar[str] = "warning"
    password = PasswordField(label="Your password", missing="Enter your password")


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add an app; the recovery codes are shown once."""
    user = user_of(request)
    if authenticators.of(user.pk):
        return redirect("account:sign_in")
    form = AddForm(request.POST) if request.method == "POST" else AddForm()
    if request.method == "POST" and form.is_valid() and is_oneself(request, form):
        codes = apps.added(user, form)
        if codes is not None:
            onwards = reverse("account:sign_in")
            return render(request, "access/recovery_codes.html", {"codes": codes, "onwards": onwards})
    return render(request, "account/authenticator.html", {"form": form} | apps.shown(user))


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Take it away; nothing to do where there is none."""
    user = user_of(request)
    if not authenticators.of(user.pk):
        return redirect("account:sign_in")
    form = RemoveForm(request.POST) if request.method == "POST" else RemoveForm()
    if request.method == "POST" and form.is_valid() and is_oneself(request, form):
        authenticators.take_away(user=user)
        messages.success(request, "The authenticator app is taken away.")
        return redirect("account:sign_in")
    return render(request, "account/authenticator_remove.html", {"form": form, "required": steps.needs_app(user)})
