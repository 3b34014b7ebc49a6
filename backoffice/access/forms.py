"""The forms of signing in."""

from typing import Any, ClassVar

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, PasswordField
from backoffice.web.forms import ConcordForm
from backoffice.web.layout import Words
from backoffice.web.words import ordinal, plural
from workflows.council.profile import current
from workflows.council.sign_in import Policy
from workflows.parties.models import User
from workflows.people.models import SignInLink

from .rules import passcode_faults, password_faults


class SignInForm(ConcordForm):
    """E-mail address and password."""

    what_failed: ClassVar[str] = "You are not signed in"
    button: ClassVar[str] = "Continue"

    email = forms.CharField(
        label="E-mail address",
        max_length=254,
        error_messages={"required": "Enter your e-mail address"},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = PasswordField(label="Password", missing="Enter your password")


class FirstAccessForm(ConcordForm):
    """Who a link is for: it is no use to whoever only saw its address."""

    what_failed: ClassVar[str] = "You are not signed in"
    button: ClassVar[str] = "Choose my password"

    email = forms.CharField(
        label="Your e-mail address",
        help_text="The one that the link was sent to.",
        max_length=254,
        error_messages={"required": "Enter your e-mail address"},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )


class ResetForm(FirstAccessForm):
    """Who a link for a new password or passcode is for; for a passcode, with the password too."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Continue"

    def __init__(self, *positional: Any, opens: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.wrong = "This link was sent to another address."
        if opens == SignInLink.Opens.PASSCODE:
            self.fields["password"] = PasswordField(label="Your password", missing="Enter your password")
            self.wrong = "The e-mail address or the password is not right."


class ForgottenForm(ConcordForm):
    """What somebody does not know any more, who they are, and how they want to be helped."""

    what_failed: ClassVar[str] = "This was not sent"
    button: ClassVar[str] = "Send"

    what = Choice(label="What do you need?", missing="Choose what you need")
    email = forms.CharField(
        label="Your e-mail address",
        help_text="The one that you sign in with.",
        max_length=254,
        error_messages={"required": "Enter your e-mail address"},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    how = Choice(label="How do you want to get it?", missing="Choose how you want to get it")

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        council = current()
        minutes = council.sign_in.resets.link_minutes
        ways = [("link", f"A link by e-mail, which works once and for {minutes} minutes")]
        ways = ways if council.sign_in.resets.by == "link" else []
        ways += [("helpline", f"{council.helpdesk.name} telephones me")]
        what = [("password", "A new password"), ("passcode", f"A new {council.sign_in.passcode.name}")]
        self.fields["what"].choices = what  # type: ignore[attr-defined]
        self.fields["how"].choices = ways  # type: ignore[attr-defined]
        self.fields["how"].initial = ways[0][0]


class DigitsForm(ConcordForm):
    """The passcode: one box for the whole, or one for each position asked."""

    what_failed: ClassVar[str] = "You are not signed in"
    button: ClassVar[str] = "Sign in"

    def __init__(self, *positional: Any, places: list[int], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.places = places
        for place in places:
            self.fields[f"digit_{place}"] = forms.CharField(
                label=f"{ordinal(place)} digit", max_length=1, required=False, widget=forms.PasswordInput
            )

    def clean(self) -> dict[str, Any]:
        """Every box must hold one digit; said once and not for each box."""
        data = super().clean() or {}
        if any(not _is_digit(data.get(f"digit_{place}", "")) for place in self.places):
            raise forms.ValidationError("Enter one digit in each box")
        return data

    def answer(self) -> dict[int, str]:
        """Position -> digit."""
        return {place: self.cleaned_data[f"digit_{place}"] for place in self.places}


class PasscodeForm(ConcordForm):
    """The whole passcode in one box."""

    what_failed: ClassVar[str] = "You are not signed in"
    button: ClassVar[str] = "Sign in"

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        name = current().sign_in.passcode.name
        self.fields["passcode"] = digits_field(f"Your {name}", f"Enter your {name}", "one-time-code")

    def clean_passcode(self) -> str:
        """The digits, without the blanks that people type between them."""
        return _plain(self.cleaned_data["passcode"])


class PoliciesForm(ConcordForm):
    """The council's texts, each above the box that accepts it."""

    what_failed: ClassVar[str] = "You are not signed in yet"
    button: ClassVar[str] = "Continue"

    def __init__(self, *positional: Any, policies: list[Policy], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.policies = policies
        for each in policies:
            self.fields[each.key] = forms.BooleanField(
                label=f"I have read and accept the {each.title}",
                error_messages={"required": f"Accept the {each.title} to sign in"},
            )

    def layout(self) -> Layout:
        """Each text, then its box."""
        parts: list[Any] = []
        for each in self.policies:
            parts += [Words(f"{each.title}, version {each.version}", each.text), each.key]
        return Layout(*parts)


class AppForm(ConcordForm):
    """The digits of an authenticator app, or one of the recovery codes."""

    what_failed: ClassVar[str] = "You are not signed in"
    button: ClassVar[str] = "Sign in"

    digits = forms.CharField(
        label="The 6 digits that your app shows now",
        help_text="Or one of your recovery codes.",
        max_length=30,
        error_messages={"required": "Enter the 6 digits, or a recovery code"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class NewAppForm(ConcordForm):
    """The first digits of a new authenticator app show that it reads the same secret."""

    what_failed: ClassVar[str] = "The app was not added"
    button: ClassVar[str] = "Add the app"

    digits = forms.CharField(
        label="The 6 digits that the app shows now",
        max_length=12,
        error_messages={"required": "Enter the 6 digits that the app shows"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_digits(self) -> str:
        """Without the blank that apps show in the middle."""
        return _plain(self.cleaned_data["digits"])


class NewPasswordForm(ConcordForm):
    """A password chosen by its owner, typed once: the show button lets them look at it."""

    what_failed: ClassVar[str] = "Your password was not changed"
    button: ClassVar[str] = "Change my password"

    password = PasswordField(label="New password", missing="Enter a new password", autocomplete="new-password")

    def __init__(self, *positional: Any, user: User, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.user = user
        self.fields["password"].help_text = password_hint()

    def clean_password(self) -> str:
        """The password, if it keeps the council's rules; else one sentence for each rule that it breaks."""
        password: str = self.cleaned_data["password"]
        faults = password_faults(password, current().sign_in.password, self.user)
        if faults:
            raise forms.ValidationError([forms.ValidationError(each) for each in faults])
        return password


class NewPasscodeForm(ConcordForm):
    """A passcode chosen by its owner."""

    button: ClassVar[str] = "Create and sign in"

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        rules = current().sign_in.passcode
        self.what_failed = f"Your {rules.name} was not created"  # type: ignore[misc]
        self.fields["passcode"] = digits_field(f"New {rules.name}", f"Enter a {rules.name}", "new-password")
        self.fields["again"] = digits_field(f"The same {rules.name} again", "Enter it a second time", "new-password")
        self.fields["passcode"].help_text = (
            f"{plural(rules.length, 'digit')}. Not more than {rules.longest_run} in a row that go up or down. "
            "Do not use your birthday."
        )

    def clean_passcode(self) -> str:
        """The digits, if they keep the council's rules."""
        digits = _plain(self.cleaned_data["passcode"])
        faults = passcode_faults(digits, current().sign_in.passcode)
        if faults:
            raise forms.ValidationError(faults)
        return digits

    def clean(self) -> dict[str, Any]:
        """Both must be the same, because it cannot be looked up afterwards."""
        data = super().clean() or {}
        if "passcode" in data and data.get("again") and _plain(data["again"]) != data["passcode"]:
            self.add_error("again", "The second one is not the same as the first")
        return data


class ProviderForm(ConcordForm):
    """Which of several providers to act for."""

    what_failed: ClassVar[str] = "No provider was chosen"
    button: ClassVar[str] = "Continue"

    organisation = Choice(label="Which provider do you want to act for?", missing="Choose a provider")

    def __init__(self, *positional: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        """Only the one question."""
        return Layout("organisation")


def digits_field(label: str, missing: str, autocomplete: str) -> forms.CharField:
    """A box for a number that is not shown."""
    return PasswordField(label=label, missing=missing, autocomplete=autocomplete, inputmode="numeric")


def password_hint() -> str:
    """The rules for a password in one line, from the profile."""
    rules = current().sign_in.password
    parts = [f"at least {rules.min_length} characters"]
    parts += [plural(count, noun) for count, noun in ((rules.capitals, "capital letter"), (rules.letters, "letter"),
                                                      (rules.digits, "digit")) if count]  # fmt: skip
    return f"Use {', '.join(parts[:-1])} and {parts[-1]}." if len(parts) > 1 else f"Use {parts[0]}."


def _is_digit(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text.isdigit()


def _plain(digits: str) -> str:
    return digits.replace(" ", "")
