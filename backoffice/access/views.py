"""Signing in and out: a page a step, each of which leads to the next that is due."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.web.gate import public
from backoffice.web.words import listing, ordinal
from workflows.council.profile import current
from workflows.engine import accesses
from workflows.parties.models import User
from workflows.parties.selectors import organisations_of
from workflows.people import policies as accepting

from . import demo, lockout, passcode, steps
from .forms import DigitsForm, NewPasscodeForm, NewPasswordForm, PasscodeForm, PoliciesForm, ProviderForm, SignInForm
from .words import tries_left


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Step 1: e-mail address and password."""
    steps.remember_wanted(request)
    form = SignInForm(request.POST) if request.method == "POST" else SignInForm()
    if request.method == "POST" and form.is_valid():
        user, left = steps.begin(request, form.cleaned_data["email"], form.cleaned_data["password"])
        if user is not None:
            return onward(request, user) if user.is_active else render(request, "access/suspended.html", status=403)
        if not left:
            return lockout.locked_out(request)
        form.add_error("password", f"The e-mail address or the password is not right. {tries_left(left)}")
    context = {"form": form, "people": demo.people(), "kept": "kept_draft" in request.session}
    return render(request, "access/sign_in.html", context)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Step 2: the passcode, whole or by positions as the profile says."""
    user = whose_step(request, "passcode")
    if user is None:
        return restart(request)
    form = _digits_form(request, user)
    if request.method == "POST" and form.is_valid():
        left = steps.answer_passcode(request, user, _digits(form))
        if left is None:
            return onward(request, user)
        if not left:
            request.session.pop(steps.PENDING, None)
            return lockout.locked_out(request)
        form.add_error(_digit_error_field(form), f"Those digits are not right. {tries_left(left)}")
    return render(request, "access/second_step.html", {"form": form, "signing_in": user} | _digit_words(form))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest) -> HttpResponse:
    """The council's texts are accepted before anything else (gloucestershire-faq 7); each version once."""
    user = whose_step(request, "policies")
    if user is None:
        return restart(request)
    form = PoliciesForm(request.POST if request.method == "POST" else None, policies=accepting.to_accept(user.pk))
    if request.method == "POST" and form.is_valid():
        accepting.accept(user_id=user.pk, policies=form.policies)
        return onward(request, user)
    return render(request, "access/policies.html", {"form": form, "signing_in": user})


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The helpdesk's password must be changed at the first sign-in, and one that is too old at the next."""
    user = whose_step(request, "new_password")
    if user is None:
        return restart(request)
    form = NewPasswordForm(request.POST, user=user) if request.method == "POST" else NewPasswordForm(user=user)
    if request.method == "POST" and form.is_valid():
        steps.choose_password(user, form.cleaned_data["password"])
        steps.renewed(request)
        return onward(request, user)
    why = "given" if user.must_change_password else "expired" if steps.expired(user) else "reset"
    return render(request, "access/new_password.html", {"form": form, "signing_in": user, "why": why})


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_passcode(request: HttpRequest) -> HttpResponse:
    """The second line of security is chosen at the first sign-in."""
    user = whose_step(request, "new_passcode")
    if user is None:
        return restart(request)
    form = NewPasscodeForm(request.POST) if request.method == "POST" else NewPasscodeForm()
    if request.method == "POST" and form.is_valid():
        steps.choose_passcode(user, form.cleaned_data["passcode"])
        steps.renewed(request)
        steps.note_digits(request)
        return onward(request, user)
    context = {"form": form, "signing_in": user, "again": bool(user.passcode)}
    return render(request, "access/new_passcode.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest) -> HttpResponse:
    """Choose, or change, the provider to act for. Public only because no provider is chosen yet: asks for a person."""
    user = request.user
    if not isinstance(user, User):
        return restart(request)
    if user.kind != User.Kind.PROVIDER:
        return redirect("/")
    choices = [(str(each.pk), each.name) for each in organisations_of(user)]
    form = ProviderForm(request.POST, choices=choices) if request.method == "POST" else ProviderForm(choices=choices)
    if request.method == "POST" and form.is_valid():
        request.session["organisation"] = int(form.cleaned_data["organisation"])
        return redirect(request.session.pop("next", "") or "/")
    return render(request, "access/provider.html", {"form": form, "none": not choices})


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; a form, so that no other site's link can do it."""
    if isinstance(request.user, User):
        accesses.note(request.user.pk, "out")
    logout(request)
    return redirect("access:signed_out")


@public
def signed_out(request: HttpRequest) -> HttpResponse:
    """Says so."""
    return render(request, "access/signed_out.html")


def onward(request: HttpRequest, user: User) -> HttpResponse:
    """Lead to the step that is due, or in."""
    step = steps.next_step(request, user)
    if step != "done":
        return redirect(f"access:{step}")
    where = steps.finish(request, user)
    return redirect("access:provider") if where == "choose" else redirect(where)


def whose_step(request: HttpRequest, step: steps.Step) -> User | None:
    """Who is at this very step; None sends them to where they belong."""
    user = steps.pending(request)
    return user if user is not None and steps.next_step(request, user) == step else None


def restart(request: HttpRequest) -> HttpResponse:
    """To the step that is due, or to the first one."""
    user = steps.pending(request)
    return onward(request, user) if user is not None else redirect("access:sign_in")


def _digits_form(request: HttpRequest, user: User) -> DigitsForm | PasscodeForm:
    data = request.POST if request.method == "POST" else None
    if current().sign_in.passcode.mode == "whole":
        return PasscodeForm(data)
    return DigitsForm(data, places=steps.asked_positions(user))


def _digits(form: DigitsForm | PasscodeForm) -> dict[int, str]:
    return form.answer() if isinstance(form, DigitsForm) else passcode.whole(form.cleaned_data["passcode"])


def _digit_error_field(form: DigitsForm | PasscodeForm) -> str | None:
    return None if isinstance(form, DigitsForm) else "passcode"


def _digit_words(form: DigitsForm | PasscodeForm) -> dict[str, Any]:
    if isinstance(form, PasscodeForm):
        return {"positions": None}
    return {"positions": listing(ordinal(place) for place in form.places), "asked": len(form.places)}
