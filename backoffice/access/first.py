"""The first way in by a link (gloucestershire-faq 3): opening it uses nothing up, because mail programs open links too.

It also asks for the address that it was sent to, so that a link in a log or on a screen lets nobody in.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.web.gate import public
from workflows.people import first_access
from workflows.people.rules import tidy_address

from . import steps
from .forms import FirstAccessForm


@public
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who it is, then lead on to choosing a password; a link that is used, old or unknown says whom to ask."""
    user = first_access.whose(token)
    form = FirstAccessForm.of(request)
    if user is None:
        return render(request, "access/first_used.html", status=404)
    if request.method == "POST" and form.is_valid():
        if tidy_address(form.cleaned_data["email"]) != user.email:
            form.add_error("email", "This link was sent to another address")
        elif first_access.redeem(token) is not None:
            steps.note(request, user)
            return redirect("access:new_password")
        else:
            return render(request, "access/first_used.html", status=404)
    return render(request, "access/first.html", {"form": form})
