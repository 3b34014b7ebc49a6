"""The authenticator app at sign-in: its digits as the second step, and adding it where it is required (ADR 0018)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backoffice.web.gate import public
from workflows.council.profile import current
from workflows.engine.errors import Refused
from workflows.parties.models import User
from workflows.people import authenticators

from . import lockout, steps
from .forms import AppForm, NewAppForm
from .picture import picture_of
from .views import onward, restart, whose_step
from .words import tries_left


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """Step 2 for who has an app: its digits, or a recovery code."""
    user = whose_step(request, "authenticator")
    if user is None:
        return restart(request)
    form = AppForm(request.POST) if request.method == "POST" else AppForm()
    if request.method == "POST" and form.is_valid():
        left = steps.answer_app(request, user, form.cleaned_data["digits"])
        if left is None:
            return onward(request, user)
        if not left:
            request.session.pop(steps.PENDING, None)
            return lockout.locked_out(request)
        form.add_error("digits", f"That is not right, or was used already. {tries_left(left)}")
    return render(request, "access/authenticator.html", {"form": form, "signing_in": user})


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_authenticator(request: HttpRequest) -> HttpResponse:
    """Whoever must have an app adds it before anything else; the recovery codes are shown once."""
    user = whose_step(request, "new_authenticator")
    if user is None:
        return restart(request)
    form = NewAppForm(request.POST) if request.method == "POST" else NewAppForm()
    codes = added(user, form) if request.method == "POST" and form.is_valid() else None
    if codes is not None:
        steps.note_digits(request)
        onwards = reverse("access:new_authenticator")
        return render(request, "access/recovery_codes.html", {"codes": codes, "onwards": onwards, "signing_in": user})
    return render(request, "access/new_authenticator.html", {"form": form, "signing_in": user} | shown(user))


def added(user: User, form: NewAppForm) -> list[str] | None:
    """The recovery codes of an app whose digits were right; None with the reason on the form."""
    try:
        return authenticators.confirm(user=user, digits=form.cleaned_data["digits"])
    except Refused as refusal:
        form.add_error("digits", refusal.reason)
        return None


def shown(user: User) -> dict[str, object]:
    """What an app reads: a picture, or the same as letters to type."""
    app = authenticators.begin(user)
    text = authenticators.secret(app)
    picture = picture_of(authenticators.address(app, current().portal_title))
    return {"picture": picture, "letters": " ".join(text[at : at + 4] for at in range(0, len(text), 4))}
