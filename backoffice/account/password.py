"""A new password of one's own accord, by the council's rules; the password that is used now is asked first."""

from typing import Any, cast

from crispy_forms_gds.layout import Layout
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backoffice.access import devices
from backoffice.access.confirm import WrongPassword, check_password_again
from backoffice.access.forms import NewPasswordForm
from backoffice.access.steps import choose_password
from backoffice.web.fields import PasswordField
from backoffice.web.gate import signed_in
from workflows.parties.models import User

CHANGED = "Your password is changed. Wherever else you were signed in with the old one, you are signed out."


class OwnPasswordForm(NewPasswordForm):
    """The password that is used now, and a new one. `fault` says what is wrong with the first, "" that it is right.

    Of the new one nothing is said before that: its rules would tell whether a guess is the password that is used now,
    and no such guess would be counted.
    """

    current_password = PasswordField(label="Your password now", missing="Enter the password that you use now")

    def __init__(self, *positional: Any, fault: str | None, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fault = fault

    def layout(self) -> Layout:
        """First what shows that it is oneself."""
        return Layout("current_password", "password")

    def clean_current_password(self) -> str:
        """What is wrong with it, as was found before."""
        if self.fault:
            raise forms.ValidationError(self.fault)
        return str(self.cleaned_data["current_password"])

    def clean_password(self) -> str:
        """Judged by the council's rules, once it is known who asks."""
        return super().clean_password() if self.fault == "" else str(self.cleaned_data["password"])


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change it: every other session ends, and a mail says so; wrong tries count as those of signing in do."""
    user = cast("User", request.user)
    form = OwnPasswordForm.of(request, user=user, fault=_fault(request), cancel="/")
    if request.method == "POST" and form.is_valid():
        choose_password(user, form.cleaned_data["password"])
        # The sessions that carry the old password's mark are over; this one gets the new mark, and a new key.
        update_session_auth_hash(request, user)
        devices.remember(request, user)
        messages.success(request, CHANGED)
        return redirect("account:password")
    return render(request, "account/password.html", {"form": form})


def _fault(request: HttpRequest) -> str | None:
    """What is wrong with the password that is used now: "" when it is right, None when none was sent."""
    sent = request.POST.get("current_password", "")
    if not sent:
        return None
    try:
        check_password_again(request, sent)
    except WrongPassword as wrong:
        return wrong.sentence
    return ""
