"""The pages of what may be done with any turn: who gets in, what is refused and why, nothing typed lost."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from tests import factories
from workflows.contracts.models import ContractDocument
from workflows.engine.errors import Forbidden
from workflows.engine.models import Event
from workflows.parties.models import Team, User
from workflows.register import commands as register

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
SECRET = "The manager there is new; do not telephone before ten."


@pytest.fixture
def priya() -> User:
    return council.officer()


@pytest.fixture
def document() -> ContractDocument:
    return council.rejected()


def opened(user: User, document: ContractDocument, verb: str) -> Any:
    return browser_of(user).get(f"/cases/{document.pk}/{verb}/")


def send(user: User, document: ContractDocument, verb: str, **typed: Any) -> Any:
    """Open the form of a verb, fill it in, send it."""
    fields = council.fields_of(opened(user, document, verb))
    return browser_of(user).post(f"/cases/{document.pk}/{verb}/", {**fields, **typed})


def story(user: User, document: ContractDocument) -> str:
    return council.words(browser_of(user).get(f"/cases/{document.pk}/story/"))


def test_a_turn_is_handed_to_another_team_with_a_reason(priya: User, document: ContractDocument) -> None:
    due = council.turn(document).due_at
    team = Team.objects.get(key="procurement")
    answer = send(priya, document, "hand-over", to="team", team=team.pk, reason="The contract says another price.")
    assert answer.headers["Location"] == f"/cases/{document.pk}/"
    turn = council.turn(document)
    assert (turn.team_id, turn.owner_id, turn.due_at) == (team.pk, None, due)
    told = story(priya, document)
    assert f"Handed over to {team.name} by Priya Raman" in told
    assert "“The contract says another price.”" in told


def test_a_turn_is_handed_to_a_colleague(priya: User, document: ContractDocument) -> None:
    tom = council.officer("Tom Bullard")
    send(priya, document, "hand-over", to="person", person=tom.pk, reason="Tom knows this home.")
    assert council.turn(document).owner_id == tom.pk
    assert "Handed over to Tom Bullard by Priya Raman" in story(priya, document)


def test_what_is_missing_is_said_and_what_was_typed_stays(priya: User, document: ContractDocument) -> None:
    page = send(priya, document, "hand-over", to="team", reason="Because of the price.")
    assert "It was not handed over: 1 thing to put right" in council.words(page)
    assert "Choose the team who gets it" in council.words(page)
    assert council.fields_of(page)["reason"] == "Because of the price."
    page = send(priya, document, "hand-over", to="person", person=council.officer("Tom Bullard").pk)
    assert "Say why you hand it over" in council.words(page)
    assert council.turn(document).owner_id is None


def test_sent_twice_it_happens_once(priya: User, document: ContractDocument) -> None:
    team = Team.objects.get(key="procurement")
    fields = council.fields_of(opened(priya, document, "hand-over"))
    fields |= {"to": "team", "team": str(team.pk), "reason": "Twice."}
    for _ in range(2):
        answer = browser_of(priya).post(f"/cases/{document.pk}/hand-over/", fields)
        assert answer.status_code == 302
    assert Event.objects.filter(case=document.pk, kind__endswith="hand_over").count() == 1


def test_a_follow_up_date_is_set_and_taken_away(priya: User, document: ContractDocument) -> None:
    day = (timezone.now() + timedelta(days=9)).date()
    typed = {"day_day": day.day, "day_month": day.month, "day_year": day.year}
    send(priya, document, "follow-up", **typed)
    assert council.turn(document).not_before == day
    send(priya, document, "follow-up", **dict.fromkeys(typed, ""))
    assert council.turn(document).not_before is None
    told = story(priya, document)
    assert f"Follow-up date: {day.day} {day:%B %Y} by Priya Raman" in told
    assert "Follow-up date taken away by Priya Raman" in told


def test_a_follow_up_date_in_the_past_is_refused_on_its_field(priya: User, document: ContractDocument) -> None:
    typed = {"day_day": "1", "day_month": "2", "day_year": "2018"}
    page = send(priya, document, "follow-up", **typed)
    assert "The follow-up date must be after today" in council.words(page)
    page = send(priya, document, "follow-up")
    assert "Enter the follow-up date" in council.words(page)


def test_a_priority_needs_a_reason_and_leaves_the_clock(priya: User, document: ContractDocument) -> None:
    due = council.turn(document).due_at
    assert "Say why you change the priority" in council.words(send(priya, document, "priority", priority="2"))
    page = send(priya, document, "priority", priority="0", reason="Nothing new.")
    assert "The priority is usual already" in council.words(page)
    send(priya, document, "priority", priority="2", reason="A hospital bed waits.")
    turn = council.turn(document)
    assert (turn.priority, turn.due_at) == (2, due)
    assert "Priority: usual, now at once by Priya Raman" in story(priya, document)


def test_an_inside_note_reaches_colleagues_and_nobody_else(priya: User, document: ContractDocument) -> None:
    tom = council.officer("Tom Bullard")
    send(priya, document, "note", text=SECRET, mentions=[tom.pk])
    page = browser_of(tom).get(f"/cases/{document.pk}/story/")
    assert "Inside note by Priya Raman" in council.words(page)
    assert SECRET in council.words(page)
    assert "cc-inside" in council.body(page)
    anna = User.objects.get(name="Anna Leeder")
    browser = browser_of(anna)
    address = f"/portal/contract-documents/{document.pk}/"
    places = ["/portal/", "/portal/contract-documents/", "/portal/contract-documents/?tab=all", address]
    for place in places:
        answer = browser.get(place)
        assert answer.status_code == 200, place
        assert SECRET not in council.body(answer)
        assert "Inside note" not in council.body(answer)
    pdf = browser.get(reverse("portal:document_pdf", args=[document.pk, 1]))
    assert SECRET.encode() not in b"".join(pdf.streaming_content)  # type: ignore[attr-defined]
    sheet = browser.get(f"{reverse('portal:documents_spreadsheet')}?tab=all")
    with ZipFile(BytesIO(b"".join(sheet.streaming_content))) as parts:  # type: ignore[attr-defined]
        assert not any(SECRET.encode() in parts.read(name) for name in parts.namelist())
    assert not any(SECRET in each.body or SECRET in each.subject for each in mail.outbox)


def test_a_note_can_be_written_when_the_case_is_closed(priya: User) -> None:
    document = factories.published()
    council.agree(document)
    send(priya, document, "note", text="Filed in the cupboard.")
    assert "Filed in the cupboard." in story(priya, document)


def test_an_empty_note_is_refused(priya: User, document: ContractDocument) -> None:
    page = send(priya, document, "note", text="  ")
    assert "Enter the note" in council.words(page)


@pytest.mark.parametrize("verb", ["hand-over", "follow-up", "priority"])
def test_who_is_not_of_the_team_may_not(verb: str, document: ContractDocument) -> None:
    other = factories.staff_user("procurement")
    answer = browser_of(other).get(f"/cases/{document.pk}/{verb}/")
    assert answer.status_code == 403
    assert "Only the team whose task this is" in council.words(answer)
    assert "Hand over" not in council.words(browser_of(other).get(f"/cases/{document.pk}/"))


def test_what_a_colleague_claimed_meanwhile_is_refused_and_the_words_stay(
    priya: User, document: ContractDocument
) -> None:
    fields = council.fields_of(opened(priya, document, "priority"))
    tom = council.officer("Tom Bullard")
    browser_of(tom).post("/queues/act/", {"claim": council.turn(document).pk})
    fields |= {"priority": "1", "reason": "The family is waiting."}
    answer = browser_of(priya).post(f"/cases/{document.pk}/priority/", fields)
    assert answer.status_code == 403
    assert "Tom Bullard has claimed this" in council.words(answer)
    assert council.fields_of(answer)["reason"] == "The family is waiting."


def test_a_turn_that_is_over_says_who_was_faster_and_keeps_the_words(priya: User, document: ContractDocument) -> None:
    fields = council.fields_of(opened(priya, document, "priority"))
    tom = council.officer("Tom Bullard")
    sent = council.fields_of(browser_of(tom).get(f"/cases/{document.pk}/withdraw/"))
    browser_of(tom).post(f"/cases/{document.pk}/withdraw/", {**sent, "text": "Not needed."})
    fields |= {"priority": "1", "reason": "The family is waiting."}
    answer = browser_of(priya).post(f"/cases/{document.pk}/priority/", fields)
    assert answer.status_code == 409
    assert "Tom Bullard" in council.words(answer)
    assert "The family is waiting." in council.words(answer)


def test_a_turn_of_another_case_cannot_be_smuggled_in(priya: User, document: ContractDocument) -> None:
    other = council.rejected()
    answer = send(priya, document, "priority", task=council.turn(other).pk, priority="2", reason="Mistaken.")
    assert answer.status_code == 404
    assert council.turn(other).priority == 0


def test_a_provider_s_turn_offers_none_of_it(priya: User) -> None:
    document = factories.published()
    for verb in ("hand-over", "follow-up", "priority"):
        answer = browser_of(priya).get(f"/cases/{document.pk}/{verb}/")
        assert answer.headers["Location"] == f"/cases/{document.pk}/"


def test_after_a_hand_over_the_buttons_are_with_the_team_that_has_the_turn(
    priya: User, document: ContractDocument
) -> None:
    case, amend = f"/cases/{document.pk}/", f"/cases/{document.pk}/amend/"
    paul = factories.staff_user("procurement", name="Paul Beck")
    assert 'href="' + amend in council.body(browser_of(priya).get(case))
    assert 'href="' + amend not in council.body(browser_of(paul).get(case))
    assert browser_of(paul).get(amend).status_code == 403
    send(priya, document, "hand-over", to="team", team=Team.objects.get(key="procurement").pk, reason="Their price.")
    assert 'href="' + amend not in council.body(browser_of(priya).get(case))
    assert browser_of(priya).get(amend).status_code == 403
    assert 'href="' + amend in council.body(browser_of(paul).get(case))
    fields = council.fields_of(browser_of(paul).get(amend))
    checked = council.fields_of(browser_of(paul).post(amend, {**fields, "explanation": "The price is right."}))
    for _ in range(2):
        assert browser_of(paul).post(amend, {**checked, "step": "confirm"}).status_code == 302
    assert council.latest(document).number == 2


def test_the_team_that_was_handed_the_turn_changes_its_line_and_no_other(
    priya: User, document: ContractDocument
) -> None:
    case, amend = f"/cases/{document.pk}/", f"/cases/{document.pk}/amend/"
    paul, other = factories.staff_user("procurement", name="Paul Beck"), factories.line()
    change = partial(register.change_line, actor=factories.actor(paul), version=None, quantity=Decimal(2))
    turn = council.turn(document).pk
    send(priya, document, "hand-over", to="team", team=Team.objects.get(key="procurement").pk, reason="Their price.")
    why = "Service Brokerage Team amends what a provider rejects, and this one was handed to Procurement Team."
    assert why in council.words(browser_of(paul).get(case))
    for line_id, turn_id in ((document.line_id, None), (other.pk, turn)):
        with pytest.raises(Forbidden):
            change(line_id=line_id, turn_id=turn_id)
    fields = council.fields_of(browser_of(paul).get(amend)) | {"pricing": "own", "own_price": "612.30"}
    checked = council.fields_of(browser_of(paul).post(amend, fields))
    assert browser_of(paul).post(amend, {**checked, "step": "confirm"}).status_code == 302
    assert council.latest(document).weekly == Decimal("612.30")
    with pytest.raises(Forbidden):
        change(line_id=document.line_id, turn_id=turn)


def test_words_typed_before_the_turn_was_handed_on_are_kept(priya: User, document: ContractDocument) -> None:
    amend = f"/cases/{document.pk}/amend/"
    fields = council.fields_of(browser_of(priya).get(amend)) | {"explanation": "As agreed by telephone."}
    tom = council.officer("Tom Bullard")
    send(tom, document, "hand-over", to="team", team=Team.objects.get(key="procurement").pk, reason="Their price.")
    page = browser_of(priya).post(amend, fields)
    assert page.status_code == 409
    again = council.fields_of(page)
    refused = browser_of(priya).post(amend, again)
    assert (refused.status_code, council.fields_of(refused)["explanation"]) == (403, "As agreed by telephone.")
