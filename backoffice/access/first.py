"""The ways in by a link of a mail: the first one (gloucestershire-faq 3), and to a new password or passcode.

Opening a link uses nothing up, because mail programs open links too. It also asks for the address that it was sent to,
so that a link in a log or on a screen lets nobody in; and a new password still needs the passcode, a new passcode the
password.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backoffice.web.gate import public
from workflows.people import links
from workflows.people.models import SignInLink
from workflows.people.rules import tidy_address

from . import lockout, steps
from .forms import FirstAccessForm, ResetForm
from .views import onward
from .words import tries_left

Opens = SignInLink.Opens


@public
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who it is, then lead on to choosing a password; a link that is used, old or unknown says whom to ask."""
    link = links.found(token)
    form = FirstAccessForm.of(request)
    if link is None or link.opens != Opens.FIRST:
        return render(request, "access/first_used.html", status=404)
    if request.method == "POST" and form.is_valid():
        if tidy_address(form.cleaned_data["email"]) != link.user.email:
            form.add_error("email", "This link was sent to another address")
        elif links.redeem(token) is not None:
            steps.note(request, link.user)
            return onward(request, link.user)
        else:
            return render(request, "access/first_used.html", status=404)
    return render(request, "access/first.html", {"form": form})


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, mailed: str) -> HttpResponse:
    """The same for a new password or passcode. Wrong tries count with the link alone: nobody else can use them up."""
    link = links.found(mailed)
    if link is None or link.opens == Opens.FIRST:
        return render(request, "access/first_used.html", {"again": True}, status=404)
    form = ResetForm.of(request, opens=link.opens)
    if request.method == "POST" and form.is_valid():
        left = steps.follow(request, link, form.cleaned_data["email"], form.cleaned_data.get("password"))
        if left is None and links.redeem(mailed) is not None:
            steps.note(request, link.user, link=link)
            return onward(request, link.user)
        if not left:
            return lockout.locked_out(request)
        form.add_error("email", f"{form.wrong} {tries_left(left)}")
    return render(request, "access/reset.html", {"form": form, "opens": link.opens})
