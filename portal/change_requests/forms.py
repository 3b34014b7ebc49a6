"""The forms that ask for a change, in the handbook's order of fields (norfolk-handbook §6, §7).

What is wrong with what was typed is said by the command, field by field: one place for every form and every test.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from crispy_forms_gds.layout import Layout
from django import forms

from backoffice.web.fields import Choice, TextField
from backoffice.web.forms import ClientKeyMixin, ConcordForm
from backoffice.web.layout import Heading, Reveal
from backoffice.web.stale import OpenedMixin
from workflows.changes.records import Record, digest
from workflows.changes.rules import BLOCK, BUSINESS_ROLE, FIELDS, LABELS, PERSON, looks_shared, preferred
from workflows.council.profile import current
from workflows.people import reach

#: What of the form stands for a field of the request.
PLACES = {"access": "security_role"}
SERVICES = "services"
#: The handbook's order; whether a shared address is a person's own is asked beside it.
ORDER = ("name", *PERSON, *BLOCK, "portal_email", "own_address", *BUSINESS_ROLE)
PORTAL_HINT = "The address that the person signs in with. Only they may read it."
LEFT, NOT_NEEDED = "The person has left the organisation", "The person does not need it any more"


def _text(name: str, **options: Any) -> TextField:
    return TextField(label=LABELS[name], required=False, **options)


class RequestForm(OpenedMixin, ClientKeyMixin, ConcordForm):
    """What all of them share: the digest of what was recorded when it was opened."""

    what_failed: ClassVar[str] = "The change request was not sent"

    field_order = ORDER

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *positional: Any, record: Record, services: Mapping[int, str], **options: Any) -> None:
        self.record, self.own, self.now = record, services, record.values()
        initial = self.now | {"seen": digest(self.now)} | _access_initial(self.now.get("access", ""))
        super().__init__(*positional, initial=initial, **options)
        self._offer()

    def _offer(self) -> None:
        """Give the choices of this provider."""
        if "role_for" in self.fields:
            own = [(str(pk), f"Service: {name}") for pk, name in self.own.items()]
            self.fields["role_for"].choices = [("", "The organisation"), *own]  # type: ignore[attr-defined]
        if SERVICES in self.fields:
            self.fields[SERVICES].choices = [(str(pk), name) for pk, name in self.own.items()]  # type: ignore[attr-defined]
        better = preferred(current().change_requests)
        if "portal_email" in self.fields and better:
            self.fields["portal_email"].help_text = f"{PORTAL_HINT} If they have one that ends in {better}, use that."
        if "own_address" in self.fields and not self._asks_whose():
            del self.fields["own_address"]

    def _asks_whose(self) -> bool:
        typed = self.data.get("portal_email", "") if self.is_bound else ""
        return looks_shared(current().change_requests, typed)

    def values(self) -> dict[str, str]:
        """What is asked for, in the fields of the request; what the form does not ask about stays."""
        found = {field: str(self.cleaned_data.get(field, self.now[field])) for field in FIELDS[self.record.what]}
        return found | ({"access": self._access()} if "security_role" in self.fields else {})

    def _access(self) -> str:
        data = self.cleaned_data
        role = data.get("security_role", "")
        if not role or data.get("reach") != SERVICES:
            return f"{role}:{reach.WHOLE}" if role else ""
        return reach.written((role, int(each)) for each in data.get(SERVICES, []))

    def clean(self) -> dict[str, Any]:
        """Named services must be named."""
        data = super().clean() or {}
        if data.get("security_role") and data.get("reach") == SERVICES and not data.get(SERVICES):
            self.add_error(SERVICES, "Choose at least one service")
        return data

    @property
    def confirmed(self) -> bool:
        """Whether the person has said that an address is nobody else's."""
        return bool(self.cleaned_data.get("own_address"))


class BlockForm(RequestForm):
    """The address block that organisations, services and contacts share."""

    address_1 = _text("address_1")
    address_2 = _text("address_2")
    address_3 = _text("address_3")
    town = _text("town")
    county = _text("county")
    postcode = _text("postcode")
    country = _text("country")
    uprn = _text("uprn")
    usrn = _text("usrn")
    mobile = _text("mobile")
    telephone = _text("telephone")
    fax = _text("fax")
    email = _text("email")


class DetailsForm(BlockForm):
    """Organisation or service details: Edit, then Update (norfolk-handbook §7)."""

    button: ClassVar[str] = "Update"

    name = _text("name")


class ContactForm(BlockForm):
    """A contact's details (norfolk-handbook §6)."""

    button: ClassVar[str] = "Submit Contact Edit Request"

    title = _text("title")
    forename = _text("forename")
    surname = _text("surname")
    portal_email = _text("portal_email", help_text=PORTAL_HINT)
    own_address = forms.BooleanField(label="Only this person reads this address", required=False)
    role_for = forms.ChoiceField(label=LABELS["role_for"], required=False)
    role = _text("role", help_text="What the person does there, such as Finance Assistant.")

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        if self.record.contact is not None and self.record.contact.user_id is None:
            del self.fields["portal_email"]

    def layout(self) -> Layout:
        """The handbook's two parts; what a form asks beside them has a part of its own."""
        top = [each for each in self.fields if each in ContactForm.base_fields and each not in {"role_for", "role"}]
        return Layout(*top, Heading("Roles"), "role_for", "role")


class AccessForm(RequestForm):
    """The security role and its reach in fields of their own, with what they mean (norfolk-handbook §2)."""

    security_role = Choice(label="Security role", required=False)
    reach = Choice(
        label="Where may the person use it?",
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

    def _offer(self) -> None:
        roles = cast("Choice", self.fields["security_role"])
        roles.choices = [(role.key, role.name) for role in current().roles]
        roles.hints = {role.key: role.meaning for role in current().roles if role.meaning}
        super()._offer()

    def access_layout(self) -> list[Any]:
        """Role, then reach, which opens the services."""
        return [Heading("Access to the portal"), "security_role", Reveal("reach", {SERVICES: [SERVICES]})]


class CreationForm(AccessForm, ContactForm):
    """A new contact (norfolk-handbook §6 "Contact Creation Request")."""

    button: ClassVar[str] = "Submit Contact Creation Request"

    def layout(self) -> Layout:
        """Person, roles, access."""
        return Layout(super().layout(), *self.access_layout())


class RoleForm(AccessForm):
    """Another security role or another reach for a contact."""

    button: ClassVar[str] = "Submit Role Change Request"

    portal_email = _text("portal_email", help_text=PORTAL_HINT)
    own_address = forms.BooleanField(label="Only this person reads this address", required=False)

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        if self.record.contact is not None and self.record.contact.user_id is not None:
            del self.fields["portal_email"]

    def layout(self) -> Layout:
        """The address only where the person has none yet."""
        first = [each for each in ("portal_email", "own_address") if each in self.fields]
        hidden = ["seen", "opened", "client_key"]
        return Layout(*hidden, *first, *self.access_layout())


class RemovalForm(ClientKeyMixin, ConcordForm):
    """Somebody's access ends (norfolk-handbook §6 "Removal Role")."""

    what_failed: ClassVar[str] = "The access was not removed"
    button: ClassVar[str] = "Role Removal"
    tone: ClassVar[str] = "warning"

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    why = Choice(
        label="Why does the access end?",
        choices=[("left", LEFT), ("not_needed", NOT_NEEDED)],
        missing="Choose why the access ends",
    )

    def __init__(self, *positional: Any, seen: str, **options: Any) -> None:
        super().__init__(*positional, initial={"seen": seen}, **options)


class SureForm(ClientKeyMixin, ConcordForm):
    """One button that takes a request back."""

    what_failed: ClassVar[str] = "Nothing was changed"

    task = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *positional: Any, task: int | None = None, button: str = "Withdraw", **options: Any) -> None:
        super().__init__(*positional, initial={"task": task}, **options)
        self.button = button  # type: ignore[misc]


def _access_initial(access: str) -> dict[str, Any]:
    """One role can be shown as it is; several are said in words above the form, and chosen anew."""
    places = reach.places(access)
    roles = {role for role, _ in places}
    if len(roles) != 1:
        return {"reach": reach.WHOLE}
    services = [str(service) for _, service in places if service is not None]
    return {"security_role": roles.pop(), "reach": SERVICES if services else reach.WHOLE, SERVICES: services}
