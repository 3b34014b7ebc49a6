"""What deciding a request does to it, inside the door: who may, field by field, what is written live, who is told."""

from collections.abc import Mapping
from uuid import UUID

from workflows.council.profile import current
from workflows.engine import door
from workflows.engine.errors import Forbidden, Invalid, Refused
from workflows.engine.typed import TEXT_LIMIT, faults_of_text
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import organisations_of
from workflows.people import contacts, first_access
from workflows.people.models import Contact

from . import applying, notices, records, rules
from .models import ChangeField, ChangeRequest
from .rules import NAMES, State, What

WELCOME = first_access.WELCOME
Decision = ChangeField.Decision


def of(turn: door.Turn) -> ChangeRequest:
    """The request of this case, whose row the case's lock keeps."""
    found = ChangeRequest.objects.select_related("case", "contact__user").get(pk=turn.case.pk)
    found.case = turn.case
    return found


def begun(turn: door.Turn) -> ChangeRequest:
    """The request, for a decision: never by whoever asked for it, nor by whom it is about (four eyes)."""
    request = of(turn)
    if turn.actor.user_id == request.requested_by_id:
        raise Forbidden("You asked for this yourself, so a colleague must decide it.")
    if request.contact is not None and turn.actor.user_id == request.contact.user_id:
        raise Forbidden("This is about yourself, so a colleague must decide it.")
    return request


def accept(turn: door.Turn, request: ChangeRequest, *, seen: str, refused: Mapping[str, str], text: str) -> None:
    """Accept all fields but the refused ones, and write them live."""
    record = records.of_request(request, lock=True)
    fields = list(request.fields.all())
    if record.what is What.ROLE_REMOVAL:
        _confirm(turn, request, fields, refused)
        return
    now = record.values()
    _refuse_blind(record, seen, now)
    if faults := _faults(record.what, fields, refused, text):
        raise Invalid(faults)
    _note(fields, now, refused)
    accepted = {each.field: each.wanted for each in fields if each.field not in refused}
    moved = rules.moved({each.field: (each.old, each.wanted) for each in fields}, now)
    turn.facts.update({"accepted": sorted(accepted), "refused": dict(refused), "moved_since": moved})
    joins = record.contact is None or record.contact.user_id is None
    request.contact = applying.write(turn.actor, record, accepted)
    decided(turn, request, State.ACCEPTED_IN_PART if refused else State.ACCEPTED, text=text)
    if turn.verb == "admit" or (accepted.get("access") and (joins or _has_no_password(request))):
        _welcome(turn, request)


def needs_telephone(request: ChangeRequest, refused: Mapping[str, str]) -> bool:
    """Whether accepting this makes somebody a portal user whom the helpline must telephone.

    Read from what was asked and not from what is recorded, so that the same form sent twice has the same answer.
    """
    if current().change_requests.new_user != "telephone":
        return False
    asked = set(request.fields.exclude(wanted="").values_list("field", flat=True)) - set(refused)
    return What(request.what) is not What.CONTACT_EDIT and {"access", "portal_email"} <= asked


def refuse_all(request: ChangeRequest, reason: str) -> None:
    """Note every field as rejected for the one reason."""
    request.fields.update(decision=Decision.REJECTED, reason=reason)


def decided(turn: door.Turn, request: ChangeRequest, state: State, *, reason: str = "", text: str = "") -> None:
    """Close a request with the council's decision, and tell whoever asked."""
    request.reason = reason
    request.decided_at, request.decided_by_id = turn.now, turn.actor.user_id
    if reason:
        turn.facts["reason"] = reason
    answered(turn, request, state, text=text)
    tell_provider(turn, request)


def answered(turn: door.Turn, request: ChangeRequest, state: State, *, text: str = "") -> None:
    """Note how a request ended, and when."""
    words: UUID | None = turn.event.write_down("answer", text.strip())
    request.words_id = words or request.words_id
    request.open, request.responded_at = False, turn.now
    request.decided_at = request.decided_at or turn.now
    request.save()
    turn.state(state)


def tell_provider(turn: door.Turn, request: ChangeRequest) -> None:
    """Tell whoever asked; once they have no access there, everybody who may answer for the provider."""
    asker = User.objects.get(pk=request.requested_by_id)
    there = asker.is_active and organisations_of(asker).filter(pk=turn.case.organisation_id).exists()
    turn.notify(notices.DECIDED, {"user": asker.pk} if there else turn.provider())


def contact_left(actor: Actor, contact: Contact) -> None:
    """Note that a contact has left the provider."""
    contacts.leave(actor, contact)


def give_back(turn: door.Turn, request: ChangeRequest) -> None:
    """Undo a removal: the roles that it took, and the contact among those who are there."""
    if request.undo_until is None or request.contact is None:
        raise Refused("There is no removal here to undo.", "closed")
    if refusal := rules.refusal_of_undo(request.undo_until, turn.now):
        raise Refused(refusal, "too_late")
    record = records.of_request(request, lock=True)
    if record.gone or record.contact is None:
        raise Refused(record.gone, "gone")
    took = request.fields.get(field="access").old
    contacts.back(turn.actor, record.contact)
    given = applying.restore(turn.actor, record.contact, took)
    turn.facts["given_back"] = len(given)


def new_password(turn: door.Turn, request: ChangeRequest, password: str) -> None:
    """Give the new person a first password; refused once they have chosen their own, or have no access any more."""
    first_access.give_password(turn.actor, _newcomer(request), password)


def new_link(turn: door.Turn, request: ChangeRequest) -> None:
    """Have a new link mailed; refused once they have signed in, or where the profile knows no links."""
    if current().change_requests.new_user != "mail":
        raise Refused("This council gives first passwords by telephone.", "by_telephone")
    first_access.refuse_if_begun(_newcomer(request))
    _welcome(turn, request)


def faults_of_words(text: str, *, required: bool = False) -> Mapping[str, str]:
    """What is wrong with the words that go with a decision."""
    if not text.strip() and not required:
        return {}
    return faults_of_text(text, "Say why: the provider reads this", most=TEXT_LIMIT)


def _refuse_blind(record: records.Record, seen: str, now: Mapping[str, str]) -> None:
    """Nobody accepts what they have not seen: the record is there, and it is as the page showed it."""
    if record.gone:
        raise Refused(f"{record.gone} Close the request instead.", "gone")
    if seen != records.digest(now):
        raise Refused(records.MOVED, "moved")


def _faults(what: What, fields: list[ChangeField], refused: Mapping[str, str], text: str) -> dict[str, str]:
    asked = [each.field for each in fields]
    found = rules.faults_of_decisions(current().change_requests, what, asked, refused) if refused else {}
    return {**found, **faults_of_words(text)}


def _confirm(turn: door.Turn, request: ChangeRequest, fields: list[ChangeField], refused: Mapping[str, str]) -> None:
    """The access has ended already; what is confirmed is that it was right."""
    if refused:
        raise Refused("A removal is confirmed or undone, not accepted in part.", "removal")
    _note(fields, {}, {})
    turn.facts["accepted"] = ["access"]
    decided(turn, request, State.ACCEPTED)


def _note(fields: list[ChangeField], now: Mapping[str, str], refused: Mapping[str, str]) -> None:
    for each in fields:
        each.found = now.get(each.field, "")
        each.decision = Decision.REJECTED if each.field in refused else Decision.ACCEPTED
        each.reason = refused.get(each.field, "")
    ChangeField.objects.bulk_update(fields, ["found", "decision", "reason"])


def _has_no_password(request: ChangeRequest) -> bool:
    """Whether somebody who was made a portal user before has not come in yet."""
    user = request.contact.user if request.contact else None
    return user is not None and not user.has_usable_password()


def _welcome(turn: door.Turn, request: ChangeRequest) -> None:
    """Tell whoever has come to be a portal user here; what the provider can see of it is the same for everybody.

    Somebody new gets the address and a way in. Who has a password, because they work for another provider too, keeps
    it and is told of one more to choose; the helpline's turn is there all the same, to tell them.
    """
    user = _newcomer(request)
    if _has_no_password(request) or turn.verb == "send_link":
        turn.follow(WELCOME, {"user": user.pk}, name=f"{WELCOME}:{user.pk}")
    else:
        turn.notify(notices.ONE_MORE, {"user": user.pk})
    if turn.verb == "admit":
        turn.work.title = f"{NAMES[What(request.what)]}: telephone the first password"
        turn.notify(notices.FIRST_PASSWORD, turn.desk("helpline"))


def _newcomer(request: ChangeRequest) -> User:
    contact = request.contact
    if contact is None or contact.user is None or not contact.user.is_active or not records.access_of(contact):
        raise Refused("This person has no access to the portal any more.", "gone")
    return contact.user
