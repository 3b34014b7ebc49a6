"""The rules of change requests: pure functions over plain values, tried whole in tests/unit.

Source of the fields and their order: norfolk-handbook §6, §7; of the table: design, workflows §2.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from workflows.council.change_requests import ChangeRequests
from workflows.council.schema import Council
from workflows.council.tables import offered
from workflows.engine.table import Transition
from workflows.engine.typed import faults_of_choice
from workflows.people.reach import places as places_of
from workflows.people.rules import refusal_of_address, refusal_of_role, tidy_address


class State(StrEnum):
    """How far a request has come."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    CLOSED = "closed"


class What(StrEnum):
    """What is asked for (norfolk-handbook §2, §6, §7)."""

    CONTACT_CREATION = "contact_creation"
    CONTACT_EDIT = "contact_edit"
    ROLE_CHANGE = "role_change"
    ROLE_REMOVAL = "role_removal"
    ORGANISATION = "organisation"
    SERVICE = "service"


#: What a person reads: in a list, and in the title of the council's task.
NAMES: Mapping[What, str] = MappingProxyType(
    {
        What.CONTACT_CREATION: "New contact",
        What.CONTACT_EDIT: "Contact details",
        What.ROLE_CHANGE: "Security role",
        What.ROLE_REMOVAL: "Role removal",
        What.ORGANISATION: "Organisation details",
        What.SERVICE: "Service details",
    }
)
#: The provider's function that lets somebody ask for it.
FUNCTIONS: Mapping[What, str] = MappingProxyType(
    dict.fromkeys(What, "contacts") | {What.ORGANISATION: "organisation_details", What.SERVICE: "organisation_details"}
)
ADDRESS = ("address_1", "address_2", "address_3", "town", "county", "postcode", "country", "uprn", "usrn")
BLOCK = (*ADDRESS, "mobile", "telephone", "fax", "email")
PERSON = ("title", "forename", "surname")
BUSINESS_ROLE = ("role_for", "role")
#: What each can change, in the handbook's order.
FIELDS: Mapping[What, tuple[str, ...]] = MappingProxyType(
    {
        What.CONTACT_CREATION: (*PERSON, *BLOCK, "portal_email", *BUSINESS_ROLE, "access"),
        What.CONTACT_EDIT: (*PERSON, *BLOCK, "portal_email", *BUSINESS_ROLE),
        What.ROLE_CHANGE: ("portal_email", "access"),
        What.ROLE_REMOVAL: ("access",),
        What.ORGANISATION: ("name", *BLOCK),
        What.SERVICE: ("name", *BLOCK),
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": "Name",
        "title": "Title",
        "forename": "Forename",
        "surname": "Surname",
        "address_1": "Address 1",
        "address_2": "Address 2",
        "address_3": "Address 3",
        "town": "Town",
        "county": "County",
        "postcode": "Postcode",
        "country": "Country",
        "uprn": "UPRN",
        "usrn": "USRN",
        "mobile": "Mobile",
        "telephone": "Telephone",
        "fax": "Fax",
        "email": "Email",
        "portal_email": "Provider Portal Email Address",
        "role_for": "For",
        "role": "Role",
        "access": "Security role",
    }
)
MOST: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(LABELS, 200)
    | {"title": 20, "forename": 90, "surname": 90, "town": 100, "county": 100, "postcode": 10, "country": 100}
    | {"mobile": 30, "telephone": 30, "fax": 30, "email": 254, "portal_email": 254, "role": 100, "access": 2000}
)
#: A number as long as this at most is one of the handbook's security roles, typed where they used to be typed.
ROLE_NUMBER = 2
NUMBERS = {"uprn": 12, "usrn": 8}

S = State
DECIDED = (S.ACCEPTED, S.ACCEPTED_IN_PART)


def _decisions(node: str, desk: str) -> tuple[Transition, ...]:
    """The moves of a turn that decides field by field."""
    return (
        Transition(S.SUBMITTED, node, "accept", desk, S.ACCEPTED, "end"),
        Transition(S.SUBMITTED, node, "accept_in_part", desk, S.ACCEPTED_IN_PART, "end"),
        Transition(S.SUBMITTED, node, "reject", desk, S.REJECTED, "end"),
        Transition(S.SUBMITTED, node, "close", desk, S.CLOSED, "end"),
        Transition(S.SUBMITTED, node, "withdraw", "provider", S.WITHDRAWN, "end"),
    )


TRANSITIONS = (
    Transition("", "submit", "submit", "provider", S.SUBMITTED, "decide_record"),
    Transition("", "submit", "submit_contact", "provider", S.SUBMITTED, "decide_contact"),
    Transition("", "submit", "remove_role", "provider", S.SUBMITTED, "confirm_removal"),
    *_decisions("decide_record", "procurement"),
    *_decisions("decide_contact", "helpline"),
    # "admit" accepts, in whole or in part, where somebody new is to be telephoned.
    *(Transition(S.SUBMITTED, "decide_contact", "admit", "helpline", to, "first_password") for to in DECIDED),
    *(Transition(to, "first_password", "issue_password", "helpline", to, "first_password") for to in DECIDED),
    *(Transition(to, "first_password", "password_given", "helpline", to, "end") for to in DECIDED),
    Transition(S.SUBMITTED, "confirm_removal", "accept", "helpline", S.ACCEPTED, "end"),
    Transition(S.SUBMITTED, "confirm_removal", "undo", "helpline", S.UNDONE, "end"),
    Transition(S.SUBMITTED, "confirm_removal", "undo", "provider", S.UNDONE, "end"),
    Transition(S.ACCEPTED, None, "undo", "helpline", S.UNDONE, None),
    *(Transition(to, None, "send_link", "helpline", to, None) for to in DECIDED),
)


def verb_of(what: What) -> str:
    """The verb that submits it: it says which desk decides."""
    if what is What.ROLE_REMOVAL:
        return "remove_role"
    return "submit" if what in {What.ORGANISATION, What.SERVICE} else "submit_contact"


def desk_of(what: What) -> str:
    """Whose decision it is: procurement's for details (norfolk-handbook §7), the helpline's for people (§6)."""
    return "procurement" if verb_of(what) == "submit" else "helpline"


def tidied(what: What, values: Mapping[str, str]) -> dict[str, str]:
    """What was typed, field by field: spaces put right, addresses in lower case, what is not asked for left out."""
    found = {field: " ".join(values.get(field, "").split()) for field in FIELDS[what]}
    if found.get("portal_email"):
        found["portal_email"] = tidy_address(found["portal_email"])
    return found


def changed(now: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The fields that differ: (value now, value wanted), in the order of `wanted`."""
    return {field: (now.get(field, ""), value) for field, value in wanted.items() if value != now.get(field, "")}


def faults_of(council: Council, what: What, values: Mapping[str, str], *, confirmed: bool = False) -> dict[str, str]:
    """What is wrong with the values that somebody asks for, by field; `confirmed`: the address is their own."""
    faults = _missing(council.change_requests, what, values)
    for field, value in values.items():
        if field not in faults and value and (fault := _fault(council, what, field, value, confirmed=confirmed)):
            faults[field] = fault
    return faults


def _missing(profile: ChangeRequests, what: What, values: Mapping[str, str]) -> dict[str, str]:
    needed = {"name"} if what in {What.ORGANISATION, What.SERVICE} else set()
    if what is What.CONTACT_CREATION:
        needed = set(profile.contact_needs)
    elif what is What.CONTACT_EDIT:
        needed = {"forename", "surname"}
    elif what is What.ROLE_CHANGE:
        needed = {"access", "portal_email"}
    if values.get("access"):
        needed.add("portal_email")
    return {field: _ask(field) for field in values if field in needed and not values[field]}


def _ask(field: str) -> str:
    if field == "access":
        return "Choose a security role"
    return f"Enter the {LABELS[field] if LABELS[field].isupper() else LABELS[field].lower()}"


def _fault(council: Council, what: What, field: str, value: str, *, confirmed: bool) -> str:
    if len(value) > MOST[field]:
        return f"{LABELS[field]} can have {MOST[field]:,} characters at most: you entered {len(value):,}"
    if any(not letter.isprintable() for letter in value):
        return f"{LABELS[field]} has a character that cannot be shown. Type it again"
    if field in NUMBERS:
        return _fault_of_number(what, field, value)
    if field == "email":
        return refusal_of_address(value) or ""
    if field == "portal_email":
        profile = council.change_requests
        return refusal_of_address(value) or refusal_of_mailbox(profile, value) or _ask_whose(profile, value, confirmed)
    return _fault_of_access(council, value) if field == "access" else ""


def _fault_of_number(what: What, field: str, value: str) -> str:
    label, most = LABELS[field], NUMBERS[field]
    if not re.fullmatch(rf"[0-9]{{1,{most}}}", value):
        return f"{label} is a number of {most} digits at most"
    if what is What.CONTACT_CREATION and len(value) <= ROLE_NUMBER:
        return f"{label} is the number of a property. The security role has a field of its own below: choose it there"
    return ""


def refusal_of_mailbox(profile: ChangeRequests, address: str) -> str:
    """An address that several people read cannot say who did what (gloucestershire-faq 6); empty where it may do."""
    if profile.shared_mailbox == "refuse" and _is_shared(profile, address):
        return "Use an address that only this person reads: a shared mailbox cannot be used for the portal"
    return ""


def _ask_whose(profile: ChangeRequests, address: str, confirmed: bool) -> str:
    if confirmed or not looks_shared(profile, address):
        return ""
    return "This looks like a shared mailbox. Use the person's own address, or confirm that it is"


def _is_shared(profile: ChangeRequests, address: str) -> bool:
    return address.partition("@")[0].rstrip("0123456789") in profile.shared_mailboxes


def preferred(profile: ChangeRequests) -> str:
    """The endings that the council prefers, in words (gloucestershire-faq 2 and 5); empty where it prefers none."""
    return " or ".join(f"@{each}" for each in sorted(profile.preferred_mail))


def less_preferred(profile: ChangeRequests, address: str) -> bool:
    """Whether an address ends otherwise than the council prefers."""
    ending = tidy_address(address).rpartition("@")[2]
    ends = any(ending == each or ending.endswith(f".{each}") for each in profile.preferred_mail)
    return bool(address and profile.preferred_mail) and not ends


def looks_shared(profile: ChangeRequests, address: str) -> bool:
    """Whether somebody must confirm that an address is a person's own."""
    return profile.shared_mailbox == "warn" and _is_shared(profile, tidy_address(address))


def _fault_of_access(council: Council, value: str) -> str:
    try:
        places = places_of(value)
    except ValueError:
        return "Choose a security role and its reach"
    refusals = [refusal for role, _ in places if (refusal := refusal_of_role(council, role))]
    return refusals[0] if refusals else ""


def faults_of_decisions(
    profile: ChangeRequests, what: What, asked: Collection[str], refused: Mapping[str, str]
) -> dict[str, str]:
    """What is wrong with a decision in part, by field: each refused field has a reason of the council's list."""
    faults: dict[str, str] = {}
    for field, reason in refused.items():
        if field in asked:
            faults |= faults_of_rejection(profile, reason, field=field)
    if not faults and (fault := _not_apart(what, asked, set(refused) & set(asked))):
        faults[""] = fault
    return faults


def faults_of_rejection(profile: ChangeRequests, reason: str, *, field: str = "reason") -> Mapping[str, str]:
    """A reason of the council's own list is required (suffolk-user-guide §4)."""
    keys = [each.key for each in offered(profile.reasons)]
    return faults_of_choice(reason, keys, "Choose why it is rejected", field=field)


def _not_apart(what: What, asked: Collection[str], refused: Collection[str]) -> str:
    """Why these fields cannot be refused while the others are accepted; empty when they can."""
    if not refused or len(refused) == len(set(asked)):
        return "In part means that some fields are accepted and some are rejected."
    if what is What.CONTACT_CREATION and {"forename", "surname"} & set(refused):
        return "A contact needs a forename and a surname. Reject the whole request instead."
    without_address = "portal_email" in refused and "access" in asked and "access" not in refused
    if without_address:
        return "Nobody can have a security role without a Provider Portal Email Address. Reject both, or neither."
    return ""


def moved(asked: Mapping[str, tuple[str, str]], now: Mapping[str, str]) -> list[str]:
    """The fields whose recorded value is no longer the one that the request was made from: `asked` is (old, wanted)."""
    return [field for field, (old, _) in asked.items() if now.get(field, "") != old]


def refusal_of_undo(until: datetime, now: datetime) -> str | None:
    """Why a removal cannot be undone, or None."""
    return "The time in which a removal can be undone is over. Ask for the role anew." if now > until else None


def reason_label(profile: ChangeRequests, key: str) -> str:
    """The council's words for a reason; the key itself once the profile no longer has it."""
    return next((reason.label for reason in profile.reasons if reason.key == key), key)


def lines(fields: Iterable[tuple[str, str]]) -> str:
    """Fields and their values as a text that people can read, one a line."""
    return "\n".join(f"{LABELS[field]}: {value or '(empty)'}" for field, value in fields)
