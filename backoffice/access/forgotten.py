"""Somebody does not know how to sign in any more. The answer is the same for everybody, and so is the work done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from backoffice.web.gate import public
from workflows.people import resets

from .forms import ForgottenForm


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """What is needed, for whom, and how."""
    form = ForgottenForm(request.POST) if request.method == "POST" else ForgottenForm()
    if request.method == "POST" and form.is_valid():
        resets.ask(**form.cleaned_data)
        return redirect("access:forgotten_asked")
    return render(request, "access/forgotten.html", {"form": form})


@public
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What happens now, if there is such a person."""
    return render(request, "access/forgotten_asked.html")
