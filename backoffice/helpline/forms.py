"""Whom the helpline looks for, and what it does for them."""

from typing import Any, ClassVar

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, LongText, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.words import plural
from workflows.council.profile import current
from workflows.engine.typed import TEXT_LIMIT
from workflows.parties.models import User
from workflows.people import authenticators
from workflows.people.first_access import is_invited

#: The acts that need a reason in place of, or beside, the identity check.
FOR_A_REASON = frozenset({"reinstate", "suspend", "end"})
#: The acts that let nobody in, or write only to the address that is recorded: nobody needs to be made sure of.
UNASKED = frozenset({"suspend", "end", "invite"})


class FindForm(ConcordForm):
    """Whom. Posted, so that no name stands in an address."""

    what_failed: ClassVar[str] = "Nobody was looked for"
    button: ClassVar[str] = "Find"
    text = TextField(label="Name or e-mail address", help_text="A part of it will do, of 3 letters or more.",
                     min_length=3, max_length=254)  # fmt: skip


class HelpForm(ConcordForm):
    """One act, with how it was made sure who is on the telephone."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Do it"

    act = Choice(label="What is to be done?", missing="Choose what is to be done")
    answered = forms.MultipleChoiceField(
        label="What did they answer rightly?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose among the questions shown"},
    )
    reason = LongText(
        label="Reason (needed to give access back, to suspend it or to end it)",
        required=False,
        rows=2,
        max_length=TEXT_LIMIT,
    )

    def __init__(self, *positional: Any, person: User, locked: bool, **options: Any) -> None:
        super().__init__(*positional, **options)
        resets = current().sign_in.resets
        self.needed = resets.answers_needed
        self.fields["act"].choices = acts(person, locked=locked)  # type: ignore[attr-defined]
        self.fields["answered"].choices = [(each, each) for each in resets.questions]  # type: ignore[attr-defined]
        self.fields["answered"].help_text = (
            f"At least {plural(self.needed, 'question')}, save to invite again, suspend or end access. "
            "Which ones is recorded; write no answer down."
        )

    def layout(self) -> Layout:
        """The check comes first: nothing is done for who does not pass it."""
        return Layout("answered", "act", "reason")

    def clean(self) -> dict[str, Any]:
        """What the act needs."""
        data = super().clean() or {}
        act = data.get("act", "")
        if act and act not in UNASKED and len(data.get("answered", [])) < self.needed:
            self.add_error("answered", f"Ask until {plural(self.needed, 'question')} is answered" if self.needed == 1
                           else f"Ask until {self.needed} questions are answered")  # fmt: skip
        if act in FOR_A_REASON and not data.get("reason", "").strip():
            self.add_error("reason", "Enter the reason")
        return data


def acts(person: User, *, locked: bool) -> list[tuple[str, str]]:
    """What can be done for a person as they are now."""
    passcode = current().sign_in.passcode.name
    if not person.is_active:
        given = [("reinstate", "Give access back, with the roles that they had")]
        return [*given, ("end", "End access")] if person.suspended_at else given
    found = [("unlock", "Unlock: forget the wrong tries")] if locked else []
    if is_invited(person):
        found.append(("invite", "Send a new invitation: the one before works no more"))
    found += [
        ("password", "Give a new password by telephone"),
        ("password_link", "Mail a link to choose a new password"),
        ("passcode_link", f"Mail a link to choose a new {passcode}"),
    ]
    if person.passcode:
        found.append(("passcode", f"Take the {passcode} away: they choose another at the next sign-in"))
    if authenticators.of(person.pk) is not None:
        found.append(("authenticator", "Take the authenticator app away: they have lost it"))
    return [*found, ("suspend", "Suspend access for a time"), ("end", "End access")]
