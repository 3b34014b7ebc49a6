"""The verbs of change requests: the only writers of their tables (design, workflows §2).

Each goes through the engine's door. What is refused is a `Refused` with a sentence for people, and then nothing has
been written, neither in the request nor in the live record.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Q

from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.calendar import council_calendar
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused
from workflows.engine.events import canonical
from workflows.engine.models import Case
from workflows.engine.records import insert
from workflows.parties.actor import Actor
from workflows.parties.models import Service, User
from workflows.people import reach

from . import deciding, notices, records, rules
from .applying import end_access
from .flow import ChangeRequestFlow
from .models import ChangeField, ChangeRequest
from .records import MOVED, Record, digest
from .rules import NAMES, State, What
from .selectors import value_words

#: A verb on a case: through the door.
_run = partial(door.run, ChangeRequestFlow)


def ask(
    *,
    actor: Actor,
    what: What,
    values: Mapping[str, str],
    seen: str,
    key: str,
    contact_id: int | None = None,
    service_id: int | None = None,
    confirmed: bool = False,
) -> door.Outcome:
    """Ask the council to create or change a record; nothing live changes before it is accepted.

    `values` are all fields of the form, `seen` the digest of what was recorded when it was opened. Raises Invalid with
    the faults by field; Refused "unchanged", "moved", "gone" or "duplicate".
    """
    if what is What.ROLE_REMOVAL:
        raise ValueError("a removal ends access at once: remove_access")
    tidy = rules.tidied(what, values)

    def act(turn: door.Turn) -> None:
        record = records.own(actor, what, contact_id=contact_id, service_id=service_id)
        asked = _asked(record, tidy, seen, confirmed=confirmed)
        _open(turn, record, asked)

    body = {"what": what, "values": tidy, "contact": contact_id, "service": service_id}
    return _begin(actor, what, service_id, act, key, body)


def remove_access(*, actor: Actor, contact_id: int, has_left: bool, seen: str, key: str) -> door.Outcome:
    """End a contact's access at once, and have the council confirm it (workflows §2; norfolk-handbook §6).

    Refused for oneself, and for the last one who administers the organisation.
    """
    what = What.ROLE_REMOVAL

    def act(turn: door.Turn) -> None:
        record = records.own(actor, what, contact_id=contact_id, lock=True)
        contact = record.contact
        now = record.values()
        if contact is None or not now["access"]:
            raise Refused("This contact has no access to the portal.", "gone")
        if contact.user_id == actor.user_id:
            raise Refused("You cannot remove your own access. Ask a colleague who administers it.", "oneself")
        if seen != digest(now):
            raise Refused(MOVED, "moved")
        request = _open(turn, record, {"access": (now["access"], "")})
        request.has_left = has_left
        request.undo_until = council_calendar().due(current().change_requests.undo_within, turn.now)
        request.save(update_fields=["has_left", "undo_until"])
        end_access(actor, contact)
        if has_left:
            deciding.contact_left(actor, contact)
        turn.facts["has_left"] = has_left

    return _begin(actor, what, None, act, key, {"what": what, "contact": contact_id, "has_left": has_left})


def accept(*, actor: Actor, case_id: int, task_id: int, seen: str, key: str, text: str = "") -> door.Outcome:
    """Accept all of a request: its values are live with the same transaction, or a removal is confirmed.

    `seen` is the digest of the recorded values on the screen; Refused "moved" when they are others by now.
    """
    return _accept(actor, case_id, task_id, seen, key, {}, text)


def accept_in_part(
    *, actor: Actor, case_id: int, task_id: int, refused: Mapping[str, str], seen: str, key: str, text: str = ""
) -> door.Outcome:
    """Accept the fields that are not in `refused`, which gives the reason of each field that is rejected.

    Raises Invalid with the faults by field.
    """
    return _accept(actor, case_id, task_id, seen, key, dict(refused), text)


def reject(*, actor: Actor, case_id: int, task_id: int, reason: str, text: str, key: str) -> door.Outcome:
    """Reject a request for a reason of the council's own list (suffolk-user-guide §4); nothing live changes."""
    faults = {**rules.faults_of_rejection(current().change_requests, reason), **deciding.faults_of_words(text)}

    def act(turn: door.Turn) -> None:
        request = deciding.begun(turn)
        if faults:
            raise Invalid(faults)
        deciding.refuse_all(request, reason)
        deciding.decided(turn, request, State.REJECTED, reason=reason, text=text)

    body = {"reason": reason, "text": text}
    return _run(verb="reject", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def close(*, actor: Actor, case_id: int, task_id: int, text: str, key: str) -> door.Outcome:
    """Close a request whose record is not there any more; refused while it is."""

    def act(turn: door.Turn) -> None:
        request = deciding.begun(turn)
        gone = records.of_request(request).gone
        if not gone:
            raise Refused("The record is there: accept the request, or reject it with a reason.", "not_gone")
        if faults := deciding.faults_of_words(text):
            raise Invalid(faults)
        deciding.decided(turn, request, State.CLOSED, text=f"{gone} {text}".strip())

    return _run(verb="close", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def withdraw(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The provider takes back what was not decided yet."""

    def act(turn: door.Turn) -> None:
        request = deciding.of(turn)
        _may_ask(turn, request)
        deciding.answered(turn, request, State.WITHDRAWN)
        turn.notify(notices.WITHDRAWN, turn.desk(rules.desk_of(What(request.what))))

    return _run(verb="withdraw", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def undo(*, actor: Actor, case_id: int, task_id: int | None, text: str, key: str) -> door.Outcome:
    """Give back the access that a removal took, within the profile's time; the council says why.

    The provider may while it is not confirmed, the helpline within the whole time.
    """

    def act(turn: door.Turn) -> None:
        request = deciding.of(turn)
        if What(request.what) is not What.ROLE_REMOVAL or turn.case.state not in {State.SUBMITTED, State.ACCEPTED}:
            raise Refused("There is no removal here to undo.", "closed")
        if actor.is_provider:
            _may_ask(turn, request)
        elif faults := deciding.faults_of_words(text, required=True):
            raise Invalid(faults)
        deciding.give_back(turn, request)
        deciding.answered(turn, request, State.UNDONE, text=text)
        if not actor.is_provider:
            deciding.tell_provider(turn, request)

    return _run(verb="undo", actor=actor, case_id=case_id, task_id=task_id, key=key, body={"text": text}, act=act)


def issue_password(*, actor: Actor, case_id: int, task_id: int, password: str, key: str) -> door.Outcome:
    """Make a first password that the helpline reads out by telephone (norfolk-handbook §1).

    The password is in no body, event or receipt: a repeated key changes nothing, and the page must make a new one.
    """

    def act(turn: door.Turn) -> None:
        deciding.new_password(turn, deciding.of(turn), password)

    return _run(verb="issue_password", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def password_given(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """The first password was given by telephone, or is not needed any more."""

    def act(turn: door.Turn) -> None:
        deciding.of(turn)

    return _run(verb="password_given", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def send_link(*, actor: Actor, case_id: int, key: str) -> door.Outcome:
    """Mail a new link to somebody who has not used theirs (gloucestershire-faq 3)."""

    def act(turn: door.Turn) -> None:
        deciding.new_link(turn, deciding.of(turn))

    return _run(verb="send_link", actor=actor, case_id=case_id, task_id=None, key=key, body={}, act=act)


def _accept(
    actor: Actor, case_id: int, task_id: int, seen: str, key: str, refused: Mapping[str, str], text: str = ""
) -> door.Outcome:
    def act(turn: door.Turn) -> None:
        request = deciding.begun(turn)
        deciding.accept(turn, request, seen=seen, refused=refused, text=text)

    verb = _accepting_verb(case_id, refused)
    body = {"refused": dict(refused), "text": text}
    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def _accepting_verb(case_id: int, refused: Mapping[str, str]) -> str:
    """`admit` where somebody new is to be telephoned: a verb leads to one place, and this one to another turn."""
    request = ChangeRequest.objects.select_related("contact").filter(pk=case_id).first()
    if request is not None and deciding.needs_telephone(request, refused):
        return "admit"
    return "accept_in_part" if refused else "accept"


def _asked(record: Record, tidy: Mapping[str, str], seen: str, *, confirmed: bool) -> dict[str, tuple[str, str]]:
    """What differs from what is recorded: field -> (recorded, wanted); refused when it cannot be asked."""
    if record.gone:
        raise Refused(f"{record.gone} Nothing can be changed there any more.", "gone")
    now = record.values()
    if seen != digest(now):
        raise Refused(MOVED, "moved")
    asked = rules.changed(now, tidy)
    faults = rules.faults_of(current(), record.what, tidy, confirmed=confirmed)
    faults = {field: fault for field, fault in faults.items() if field in asked or not tidy[field]}
    faults |= _faults_of_places(record, asked)
    if faults:
        raise Invalid(faults)
    if not asked:
        raise Refused("Nothing is different from what is recorded already.", "unchanged")
    return asked


def _faults_of_places(record: Record, asked: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What only the tables know: services of one's own, and addresses that are in use (nobody is told whose)."""
    faults = {}
    own = records.services_of(record.organisation_id)
    wanted = {field: wanted for field, (_, wanted) in asked.items()}
    if wanted.get("role_for") and wanted["role_for"] not in {str(each) for each in own}:
        faults["role_for"] = "Choose the organisation or one of its services"
    services = {service for _, service in _places(wanted.get("access", "")) if service is not None}
    if services - set(own):
        faults["access"] = "Choose services of your own organisation"
    address = wanted.get("portal_email", "")
    if "portal_email" in wanted and record.what is What.CONTACT_EDIT:
        faults |= _faults_of_new_address(record, address)
    if address and _is_a_colleagues(record.organisation_id, address):
        faults["portal_email"] = (
            "One of your own contacts has this address, or had it. Change that contact, or ask the helpdesk if they "
            "have come back"
        )
    return faults


def _is_a_colleagues(organisation_id: int, address: str) -> bool:
    """Whether somebody whom the provider knows itself signs in with an address.

    Whether anybody else does, nobody at a provider is told: people work for several, and what happens then looks the
    same as for somebody new.
    """
    here = Q(contacts__organisation=organisation_id) | Q(memberships__organisation=organisation_id)
    return User.objects.filter(here, email=address).exists()


def _faults_of_new_address(record: Record, address: str) -> dict[str, str]:
    """An address to sign in with belongs to whoever has access, and to nobody else."""
    if record.contact is None or record.contact.user is None:
        return {"portal_email": "This contact has no access to the portal. Ask for a security role first"}
    return {} if address else {"portal_email": "Enter the provider portal email address"}


def _places(access: str) -> list[tuple[str, int | None]]:
    try:
        return reach.places(access)
    except ValueError:
        return []  # told as a fault of the field by the rules


def _open(turn: door.Turn, record: Record, asked: Mapping[str, tuple[str, str]]) -> ChangeRequest:
    """Write the request and its fields; the same one that is still open is recognised."""
    what = record.what
    same = _same(record, asked)
    earlier = ChangeRequest.objects.select_related("case").filter(same=same, open=True).first()
    told = f" It is {earlier.case.reference}." if earlier else ""
    request = ChangeRequest(
        case=turn.case, what=what, contact=record.contact, requested_by_id=turn.actor.user_id, same=same,
        responded_at=turn.now,
    )  # fmt: skip
    sentence = f"The same was asked for already, and awaits the council's decision.{told}"
    try:
        if earlier:
            raise Refused(sentence, "duplicate")
        insert(request, sentence)
    except Refused as refusal:
        raise Refused(refusal.reason, "duplicate") from refusal
    ChangeField.objects.bulk_create(
        ChangeField(request=request, place=place, field=field, old=old, wanted=wanted)
        for place, (field, (old, wanted)) in enumerate(asked.items())
    )
    turn.work.title = f"{NAMES[what]}: {'confirm' if what is What.ROLE_REMOVAL else 'decide'}"
    about = record.contact.pk if record.contact else None
    turn.facts.update({"what": what, "fields": list(asked), "contact": about})
    services = records.services_of(record.organisation_id) if {"access", "role_for"} & set(asked) else {}
    words = [(field, value_words(field, wanted, services)) for field, (_, wanted) in asked.items()]
    turn.event.write_down("wanted", rules.lines(words))
    turn.notify(notices.SUBMITTED, turn.desk(rules.desk_of(what)))
    return request


def _same(record: Record, asked: Mapping[str, tuple[str, str]]) -> str:
    """What two submissions of the same have in common."""
    about = {
        "what": record.what,
        "organisation": record.organisation_id,
        "service": record.service.pk if record.service else None,
        "contact": record.contact.pk if record.contact else None,
        "wanted": {field: wanted for field, (_, wanted) in asked.items()},
    }
    return hashlib.sha256(canonical(about).encode()).hexdigest()


def _may_ask(turn: door.Turn, request: ChangeRequest) -> None:
    """Who may read a request need not be one who may ask for it: contacts and details are functions of their own."""
    if not records.may_ask(turn.actor, What(request.what), turn.case.service_id):
        raise Forbidden("Your role lets you read this, not take it back.")


def _begin(
    actor: Actor, what: What, service_id: int | None, act: door.Act, key: str, body: Mapping[str, Any]
) -> door.Outcome:
    """Open the case: of the service for its details, of the whole organisation for anything else."""
    at = service_id if what is What.SERVICE else None
    if actor.organisation_id is None:
        raise NotFound
    group = Service.objects.filter(pk=at).values_list("group", flat=True).first() if at else None
    case = Case(organisation_id=actor.organisation_id, service_id=at, state=State.SUBMITTED)
    verb = rules.verb_of(what)
    return door.begin(
        ChangeRequestFlow,
        actor=actor,
        verb=verb,
        case=case,
        key=key,
        body={"verb": verb, **body},
        act=act,
        service_group=group,
    )
