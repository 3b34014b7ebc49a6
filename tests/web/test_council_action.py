"""The council's page of an action: the conversation, what can be done now, and what each choice does."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.files import PDF, upload
from workflows.actions import commands
from workflows.actions.models import Post
from workflows.actions.rules import Asked, State
from workflows.council import profile
from workflows.engine import moment, turns
from workflows.engine.models import Access, Attachment, Case, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Team, User
from workflows.register.models import CarePackageLine, PaymentHold

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def line() -> CarePackageLine:
    return make.line(of=make.client_("Nunn", "Nellie"))


@pytest.fixture
def james(line: CarePackageLine) -> Actor:
    return make.actor(make.provider_user(line.service.organisation, name="James Beiley"))


@pytest.fixture
def priya() -> User:
    return council.officer()


@pytest.fixture
def closer() -> User:
    return make.staff_user("fes_admin", name="Fay Ellis")


def opened(james: Actor, line: CarePackageLine, **changes: Any) -> Case:
    usual = {
        "type": "query",
        "related": "client",
        "entity": line.client_id,
        "wanted_by": None,
        "team": "service_brokerage",
        "title": "End date on ISO",
        "text": "Should the ISO end on 20 May 2018?",
    }
    said = Asked(**(usual | changes))  # type: ignore[arg-type]
    return Case.objects.get(pk=commands.open_action(actor=james, asked=said, key=make.key()).case_id)


def death(james: Actor, line: CarePackageLine) -> Case:
    return opened(james, line, type="death", title="Sad news", since=moment.today() - timedelta(days=1))


def turn(case: Case) -> Task:
    return Task.objects.get(process=case, finished=None)


def do(verb: str, who: Actor, case: Case, text: str = "Words", **more: Any) -> None:
    getattr(commands, verb)(actor=who, case_id=case.pk, task_id=turn(case).pk, text=text, key=make.key(), **more)


def seen(browser: Client, case: Case) -> str:
    return council.words(browser.get(f"/cases/{case.pk}/"))


def send(browser: Client, case: Case, what: str, text: str, **more: Any) -> HttpResponse:
    fields = council.fields_of(browser.get(f"/cases/{case.pk}/"))
    typed = {"what": what, f"{what}_text": text}
    return browser.post(f"/cases/{case.pk}/answer/", fields | typed | more)  # type: ignore[return-value]


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_the_page_says_whose_turn_it_is_what_was_said_and_when_it_is_due(
    line: CarePackageLine, james: Actor, priya: User
) -> None:
    case = opened(james, line, wanted_by=moment.today() + timedelta(days=1))
    text = seen(browser_of(priya), case)
    assert f"Action, Query, {case.reference} End date on ISO, Nunn, Nellie ({line.client.ss_ref})" in text
    assert "Your team has it: give a first response by" in text
    assert f"{line.service.organisation.name} would like an answer by" in text
    assert f"James Beiley {line.service.organisation.name}" in text
    assert "Should the ISO end on 20 May 2018?" in text
    assert f"Reference {case.reference}. Sent to Service Brokerage Team, which responds by" in text
    assert "Assigned To LA (Service Brokerage Team)" in text
    assert "First response, 1 working day Due" in text
    assert "Resolution, 5 working days Due" in text
    assert Access.objects.filter(user=priya, what="case", object_id=case.pk, client_id=line.client_id).exists()


def test_a_reply_with_a_file_makes_it_the_providers_turn(line: CarePackageLine, james: Actor, priya: User) -> None:
    case, browser = opened(james, line), browser_of(priya)
    answer = send(browser, case, "reply", "Yes, to 20 May.", reply_files=upload("letter.pdf", PDF))
    assert answer.status_code == 302
    assert (state(case), Case.objects.get(pk=case.pk).holder) == (State.PROVIDER, "provider")
    assert Attachment.objects.get().owner_id == Post.objects.latest("pk").pk
    text = seen(browser, case)
    assert f"{line.service.organisation.name} has it: answer due" in text
    assert "letter.pdf" in text
    assert "First response, 1 working day In time" in text
    assert "Priya Raman Service Brokerage Team" in text


def test_a_reply_that_answers_it_asks_for_closure_and_whoever_closes_says_why(
    line: CarePackageLine, james: Actor, priya: User, closer: User
) -> None:
    case = opened(james, line)
    send(browser_of(priya), case, "reply", "Yes.", closure="on")
    assert state(case) == State.CLOSING
    assert "Asks for closure" in seen(browser_of(closer), case)
    refused = send(browser_of(closer), case, "close", " ")
    assert "Say why it is closed: the provider reads this" in council.words(refused)
    assert state(case) == State.CLOSING
    send(browser_of(closer), case, "close", "Answered by version 2.")
    assert state(case) == State.CLOSED
    text = seen(browser_of(priya), case)
    assert "Nothing to do: closed" in text
    assert "Answered by version 2." in text
    send(browser_of(priya), case, "reopen", "One more thing.")
    assert state(case) == State.COUNCIL


def test_an_update_keeps_the_turn_and_the_first_promise(line: CarePackageLine, james: Actor, priya: User) -> None:
    case = opened(james, line)
    send(browser_of(priya), case, "update", "I am asking the social worker.")
    text = seen(browser_of(priya), case)
    assert "Your team has it: answer by" in text
    assert "First response, 1 working day In time" in text
    assert "Resolution, 5 working days Due" in text


def test_it_is_kept_open_for_a_reason(line: CarePackageLine, james: Actor, closer: User) -> None:
    case = opened(james, line)
    do("request_closure", james, case, "")
    text = seen(browser_of(closer), case)
    assert "James Beiley requested closure." in text
    assert "Your team has it: close it, or keep it open by" in text
    send(browser_of(closer), case, "keep_open", "The line is not ended yet.")
    assert (state(case), turn(case).team.key) == (State.COUNCIL, "service_brokerage")  # type: ignore[union-attr]


def test_the_same_form_twice_is_one_reply(line: CarePackageLine, james: Actor, priya: User) -> None:
    case, browser = opened(james, line), browser_of(priya)
    fields = council.fields_of(browser.get(f"/cases/{case.pk}/")) | {"what": "reply", "reply_text": "Yes."}
    answers = [browser.post(f"/cases/{case.pk}/answer/", fields) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert Post.objects.count() == 2


def test_what_the_provider_wrote_meanwhile_is_read_first_and_nothing_typed_is_lost(
    line: CarePackageLine, james: Actor, priya: User
) -> None:
    case, browser = opened(james, line), browser_of(priya)
    fields = council.fields_of(browser.get(f"/cases/{case.pk}/")) | {"what": "reply", "reply_text": "To 20 May."}
    do("comment", james, case, "It is to be the 21st.")
    page = browser.post(f"/cases/{case.pk}/answer/", fields)
    text = council.words(page)
    assert page.status_code == 409
    assert "James Beiley wrote in this conversation" in text
    assert "It is to be the 21st." in text
    assert "To 20 May." in council.body(page)
    again = browser.post(f"/cases/{case.pk}/answer/", council.fields_of(page))
    assert again.status_code == 302
    assert state(case) == State.PROVIDER


def test_a_turn_that_was_handed_over_keeps_what_was_typed(line: CarePackageLine, james: Actor, priya: User) -> None:
    case, browser = opened(james, line), browser_of(priya)
    fields = council.fields_of(browser.get(f"/cases/{case.pk}/")) | {"what": "reply", "reply_text": "To 20 May."}
    procurement = Team.objects.get(key="procurement")
    turns.hand_over(actor=make.actor(priya), task_id=turn(case).pk, reason="Yours.", key=make.key(),
                    team_id=procurement.pk)  # fmt: skip
    page = browser.post(f"/cases/{case.pk}/answer/", fields)
    assert page.status_code in {403, 409}
    assert "To 20 May." in council.body(page)
    assert Post.objects.count() == 1
    assert "handed it over to Procurement Team. Yours." in seen(browser, case)


def test_whoever_does_not_have_it_reads_and_is_told_why_there_is_no_form(line: CarePackageLine, james: Actor) -> None:
    case = opened(james, line)
    payments = browser_of(make.staff_user("payments_residential"))
    page = payments.get(f"/cases/{case.pk}/")
    assert 'name="reply_text"' not in council.body(page)
    assert "What do you want to do?" in council.words(page)
    refused = payments.post(
        f"/cases/{case.pk}/answer/", {"what": "reply", "reply_text": "Words of mine", "task": turn(case).pk, "seen": 1}
    )
    assert refused.status_code == 403
    assert "Words of mine" in council.body(refused)
    assert Post.objects.count() == 1


def test_an_inside_note_stands_among_the_posts_with_whom_it_mentions(
    line: CarePackageLine, james: Actor, priya: User
) -> None:
    case, tom = opened(james, line), council.officer("Tom Bullard")
    turns.note(actor=make.actor(tom), case_id=case.pk, text="On leave until Thursday.", mentions=[priya.pk],
               key=make.key())  # fmt: skip
    page = browser_of(priya).get(f"/cases/{case.pk}/")
    assert "Inside note: the provider cannot see this On leave until Thursday. For Priya Raman" in council.words(page)
    assert "cc-post--inside" in council.body(page)


def test_a_notice_of_death_shows_its_holds_and_what_keeps_it_open(
    line: CarePackageLine, james: Actor, priya: User, closer: User
) -> None:
    case, browser = death(james, line), browser_of(priya)
    page = browser.get(f"/cases/{case.pk}/")
    text = council.words(page)
    assert "Payments that this notice holds" in text
    assert "It cannot be closed yet: 1 line still goes on." in text
    day = moment.today() - timedelta(days=1)
    link = f"/lines/{line.pk}/end/?end={day.isoformat()}"
    assert link in council.body(page)
    fields = council.fields_of(browser.get(link))
    assert [fields[f"end_{part}"] for part in ("day", "month", "year")] == [str(day.day), str(day.month), str(day.year)]
    do("ask_for_closure", make.actor(priya), case)
    refused = send(browser_of(closer), case, "close", "Ended.")
    assert "Payments are held by this notice, and a line still goes on." in council.words(refused)
    browser.post(link, fields | {"reason": "He died."})
    send(browser_of(closer), case, "close", "The line is ended.")
    assert state(case) == State.CLOSED


def test_a_notice_that_was_a_mistake_is_taken_back(line: CarePackageLine, james: Actor, priya: User) -> None:
    case = death(james, line)
    send(browser_of(priya), case, "take_back", "It was another client.")
    assert state(case) == State.CLOSING
    assert not PaymentHold.objects.filter(lifted_at=None).exists()


def test_what_is_about_care_does_not_exist_for_whoever_does_not_read_care(
    line: CarePackageLine, james: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = death(james, line)
    whole = profile.current().model_dump()
    for team in whole["teams"]:
        if team["key"] == "payments_residential":
            team["sensitivities"] = frozenset({"finance", "general"})
    another_council(monkeypatch, {}, whole=whole)
    try:
        payer, other = make.staff_user("payments_residential"), council.officer("Tom Bullard")
        browser = browser_of(payer)
        for address in ("", "answer/", "story/", "clocks/", "note/", "hand-over/"):
            assert browser.get(f"/cases/{case.pk}/{address}").status_code == 404
        assert browser.post(f"/cases/{case.pk}/answer/", {"what": "update"}).status_code == 404
        Task.objects.filter(process=case).update(team=Team.objects.get(key="payments_residential"))
        for address in ("/queues/", "/queues/everything/", "/council/"):
            page = council.words(browser.get(address, follow=True))
            assert "Answer: Death Notification" not in page
            assert "Nunn" not in page
        note = council.words(browser_of(other).get(f"/cases/{case.pk}/note/"))
        assert payer.name not in note
        with pytest.raises(Exception, match="may not open this case"):
            turns.note(actor=make.actor(other), case_id=case.pk, text="Look.", mentions=[payer.pk], key=make.key())
    finally:
        monkeypatch.undo()
        usual_council()


def test_no_page_title_names_a_client(line: CarePackageLine, james: Actor, priya: User) -> None:
    case = opened(james, line)
    for address in ("", "answer/", "story/", "clocks/"):
        text = council.body(browser_of(priya).get(f"/cases/{case.pk}/{address}"))
        title = text.partition("<title>")[2].partition("</title>")[0]
        assert "Nunn" not in title
        assert "End date" not in title


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("posts", [3, 60])
def test_a_conversation_asks_few_queries_however_long_it_is(
    posts: int, line: CarePackageLine, james: Actor, priya: User, django_assert_max_num_queries: Any
) -> None:
    case, browser = opened(james, line), browser_of(priya)
    for number in range(posts):
        do("comment", james, case, f"Post {number}")
    tom = council.officer("Tom Bullard")
    turns.note(actor=make.actor(tom), case_id=case.pk, text="Look.", mentions=[priya.pk], key=make.key())
    turns.hand_over(actor=make.actor(priya), task_id=turn(case).pk, reason="Yours.", key=make.key(), user_id=tom.pk)
    browser.get(f"/cases/{case.pk}/")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = browser.get(f"/cases/{case.pk}/")
    if posts > 25:
        earlier = council.body(page).partition('href="/cases/')[0]
        assert "See what came before" in council.words(page)
        assert "Post 0" not in council.words(page)
        assert earlier
