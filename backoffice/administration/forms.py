"""What an administrator fills in about people: each form asks why, and the reason stays with the event."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, LongText, Pick, TextField
from backoffice.web.forms import ConcordForm
from backoffice.web.layout import Reveal
from workflows.council.profile import current
from workflows.engine.records import MOST_WORDS
from workflows.parties.models import Team, TeamMember, User
from workflows.people import reach
from workflows.people.rules import DUTIES

REMOVE = "remove"
SERVICES = "services"
#: What each duty lets somebody do.
MEANS = {
    "administrator": "Administers teams, people and imports of users, and erases. Reads no client's page by it.",
    "auditor": "Reads everything, changes nothing.",
}
ROLES: dict[str, str] = {
    TeamMember.Role.MEMBER: "Does the team's work.",
    TeamMember.Role.LEAD: "Also hands work to colleagues, sees the managers' pages, and is told of late work.",
    TeamMember.Role.MANAGER: "What a lead does; told of work that is still late.",
}


def _why(label: str = "Why?") -> LongText:
    return LongText(label=label, help_text="It stays with the record of the change.", missing="Say why", rows=2,
                    max_length=MOST_WORDS)  # fmt: skip


def _roles() -> Choice:
    return Choice(label="As what?", choices=list(TeamMember.Role.choices), missing="Choose as what",
                  hints=ROLES, small=True)  # fmt: skip


class FindForm(ConcordForm):
    """Whom. Posted, so that no name stands in an address."""

    what_failed: ClassVar[str] = "Nobody was looked for"
    button: ClassVar[str] = "Find"
    text = TextField(label="Name or e-mail address", help_text="A part of it will do, of 3 letters or more.",
                     min_length=3, max_length=254)  # fmt: skip


class AddForm(ConcordForm):
    """Somebody comes into a team."""

    what_failed: ClassVar[str] = "Nobody was added"
    button: ClassVar[str] = "Add to the team"

    person = Pick(label="Who?", missing="Choose who")
    role = _roles()
    reason = _why()

    def __init__(self, *positional: Any, people: Iterable[User], **options: Any) -> None:
        super().__init__(*positional, **options)
        field: Any = self.fields["person"]
        field.choices = [*field.choices, *((str(each.pk), f"{each.name}, {each.email}") for each in people)]


class MemberForm(ConcordForm):
    """Another role in a team, or none any more."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Save"

    role = Choice(label="In this team", missing="Choose what they are to be in this team")
    reason = _why()

    def __init__(self, *positional: Any, member: TeamMember, **options: Any) -> None:
        super().__init__(*positional, initial={"role": member.role}, **options)
        field = cast("Choice", self.fields["role"])
        field.choices = [*TeamMember.Role.choices, (REMOVE, "Not in this team any more")]
        field.hints = {**ROLES, REMOVE: "Ends at once."}


class InviteForm(ConcordForm):
    """Somebody new at the council."""

    what_failed: ClassVar[str] = "Nobody was invited"
    button: ClassVar[str] = "Send the invitation"

    name = TextField(label="Name", max_length=200)
    email = TextField(label="E-mail address", help_text="Their own: only they may read it. They sign in with it.",
                      max_length=254)  # fmt: skip
    team = Pick(label="Team", missing="Choose a team")
    role = _roles()
    reason = _why()

    def __init__(self, *positional: Any, teams: Iterable[Team], **options: Any) -> None:
        super().__init__(*positional, **options)
        field: Any = self.fields["team"]
        field.choices = [*field.choices, *((each.key, each.name) for each in teams)]


class DutiesForm(ConcordForm):
    """What somebody does for all teams."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Save the duties"

    duties = forms.MultipleChoiceField(
        label="Duties",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(duty, f"{duty.capitalize()}: {MEANS[duty][:1].lower()}{MEANS[duty][1:]}") for duty in DUTIES],
        error_messages={"invalid_choice": "Choose among the duties shown"},
    )
    reason = _why()


class OfficerForm(ConcordForm):
    """Who of the council looks after a provider."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Save"

    name = TextField(label="Name", max_length=200)
    email = TextField(label="E-mail address", max_length=254)
    telephone = TextField(label="Telephone", required=False, max_length=30)
    reason = _why()


class AccessForm(ConcordForm):
    """A person's role at a provider and its reach (norfolk-handbook §2); `seen` is what it was when it was opened."""

    what_failed: ClassVar[str] = "Nothing was changed"
    button: ClassVar[str] = "Save the role and reach"

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    role = Choice(label="Role", missing="Choose a role")
    reach = Choice(
        label="Where may they use it?",
        choices=[(reach.WHOLE, "The whole organisation"), (SERVICES, "Only some services")],
        small=True,
        required=False,
    )
    services = forms.MultipleChoiceField(
        label="Services",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose services of the list"},
    )
    reason = _why()

    def __init__(self, *positional: Any, access: str, services: Mapping[int, str], **options: Any) -> None:
        super().__init__(*positional, initial={"seen": access} | _shown(access), **options)
        roles = cast("Choice", self.fields["role"])
        roles.choices = [*((role.key, role.name) for role in current().roles), (REMOVE, "No access to this provider")]
        roles.hints = {role.key: role.meaning for role in current().roles if role.meaning}
        self.fields[SERVICES].choices = [(str(pk), name) for pk, name in services.items()]  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        """Role, then reach, which opens the services."""
        return Layout("seen", "role", Reveal("reach", {SERVICES: [SERVICES]}), "reason")

    def clean(self) -> dict[str, Any]:
        """A role needs a reach, and named services must be named."""
        data = super().clean() or {}
        if data.get("role") and data["role"] != REMOVE:
            if not data.get("reach"):
                self.add_error("reach", "Choose where they may use it")
            elif data["reach"] == SERVICES and not data.get(SERVICES):
                self.add_error(SERVICES, "Choose at least one service")
        return data

    def access(self) -> str:
        """What is asked for, as one text."""
        data = self.cleaned_data
        if data["role"] == REMOVE:
            return ""
        places: Sequence[int | None] = [int(each) for each in data[SERVICES]] if data["reach"] == SERVICES else [None]
        return reach.written((data["role"], each) for each in places)


def _shown(access: str) -> dict[str, Any]:
    """One role can be shown as it is; several are said in words above the form, and chosen anew."""
    held = reach.places(access)
    roles = {role for role, _ in held}
    if len(roles) != 1:
        return {}
    named = [str(service) for _, service in held if service is not None]
    return {"role": roles.pop(), "reach": SERVICES if named else reach.WHOLE, SERVICES: named}
