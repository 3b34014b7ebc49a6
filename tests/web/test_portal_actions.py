"""The provider's pages of actions: the list, a new one, the conversation."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.files import PDF, upload
from tests.web.portal import HIDDEN, sign_in, text
from workflows.actions import commands, entities
from workflows.actions.models import Action, Post
from workflows.actions.rules import Asked, State
from workflows.engine import moment, turns
from workflows.engine.models import Access, Attachment, Case, Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.register.models import CarePackageLine, PaymentHold

pytestmark = pytest.mark.django_db
LIST, NEW = "/portal/actions/", "/portal/actions/new/"


@pytest.fixture
def line() -> CarePackageLine:
    return make.line()


@pytest.fixture
def james(line: CarePackageLine) -> User:
    return make.provider_user(line.service.organisation, name="James Beiley")


@pytest.fixture
def browser(james: User) -> Client:
    return sign_in(james)


@pytest.fixture
def priya() -> Actor:
    return make.actor(make.staff_user(name="Priya Raman"))


@pytest.fixture
def closer() -> Actor:
    return make.actor(make.staff_user("fes_admin", name="Fay Ellis"))


def filled(of: CarePackageLine, /, **changes: str) -> dict[str, str]:
    """A query about a client, as a browser sends it."""
    day = moment.today() + timedelta(days=20)
    usual = {
        "type": "query", "related": "client", "entity": f"client:{of.client_id}", "team": "service_brokerage",
        "wanted_by_day": str(day.day), "wanted_by_month": str(day.month), "wanted_by_year": str(day.year),
        "title": "End date on ISO", "text": "Should the ISO end on 20 May 2018?", "client_key": make.key(),
    }  # fmt: skip
    return usual | changes


def death(line: CarePackageLine, **changes: str) -> dict[str, str]:
    day = moment.today() - timedelta(days=1)
    since = {"since_day": str(day.day), "since_month": str(day.month), "since_year": str(day.year)}
    return filled(line, type="death", title="Sad news", text="In her sleep.") | since | changes


def opened(browser: Client, form: dict[str, Any]) -> Case:
    answer = browser.post(NEW, form)
    assert answer.status_code == 302, text(answer)
    return Case.objects.get(pk=int(answer["Location"].split("/")[-2]))


def page_of(case: Case) -> str:
    return reverse("portal:action", args=[case.pk])


def form_of(response: HttpResponse) -> dict[str, str]:
    """The hidden parts of the page's last form."""
    body = response.content.decode()
    found = HIDDEN.findall(body[body.rindex("<form") :])
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def turn(case: Case) -> Task:
    return Task.objects.get(process=case, finished=None)


def council(verb: str, actor: Actor, case: Case, words: str = "Words") -> None:
    command = getattr(commands, verb)
    command(actor=actor, case_id=case.pk, task_id=turn(case).pk, text=words, key=make.key())


def options(response: HttpResponse, name: str) -> list[str]:
    body = response.content.decode()
    found = re.search(rf'(?s)<select name="{name}".*?</select>', body)
    return re.findall(r"<option[^>]*>([^<]*)</option>", found[0]) if found else []


def test_a_new_action_is_sent_in_the_seeds_order_and_answered_with_a_receipt(
    browser: Client, line: CarePackageLine
) -> None:
    page = browser.get(NEW)
    labels = re.findall(r'class="govuk-(?:label|fieldset__legend)[^"]*"[^>]*>\s*([^<]+?)\s*<', page.content.decode())
    wanted = ["Type", "Related to", "Due date", "Assign to", "Title", "Description", "Files (optional)"]
    assert [each for each in labels if each in wanted] == wanted
    case = opened(browser, filled(line) | {"files": upload("booking.pdf", PDF)})
    shown = browser.get(page_of(case))
    assert f"Your action was sent. Its reference is {case.reference}. Service Brokerage Team has it" in text(shown)
    assert f"Receipt, {moment.today().day} " in text(shown)
    assert "booking.pdf" in text(shown)
    assert "<title>" + case.reference in shown.content.decode()
    assert "With Service Brokerage Team, first response due" in text(shown)
    assert (case.state, case.client_id) == (State.COUNCIL, line.client_id)


def test_without_a_script_continue_shows_the_next_choices_and_keeps_what_was_typed(
    browser: Client, line: CarePackageLine
) -> None:
    first = browser.get(NEW)
    assert options(first, "entity") == []
    assert "Death Notification" in options(first, "type")
    sent = filled(line, type="death", related="", entity="", team="", text="Typed", title="Kept") | {"continue": "1"}
    answer = browser.post(NEW, sent | {"files": upload("kept.pdf", PDF)})
    assert answer.status_code == 200
    assert "thing to put right" not in text(answer)
    assert options(answer, "related") == ["Client"]
    assert options(answer, "team") == ["Service Brokerage Team"]
    assert options(answer, "entity")[0] == "Choose a service user"
    assert f"{line.client} ({line.client.ss_ref})" in unescape(" ".join(options(answer, "entity")))
    assert "Date of death" in text(answer)
    assert 'value="Kept"' in answer.content.decode()
    assert "Typed</textarea>" in answer.content.decode()
    assert "kept.pdf" in text(answer)
    assert not Action.objects.exists()


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(browser: Client, line: CarePackageLine) -> None:
    wrong = death(
        line, entity="", wanted_by_day="18", wanted_by_month="4", wanted_by_year="2018", text="", since_day=""
    )
    answer = browser.post(NEW, wrong | {"files": upload("booking.pdf", PDF)})
    said = text(answer)
    assert "The action was not created: 4 things to put right" in said
    for each in ("Choose the service user", "The due date must be today or later: you entered 18 April 2018"):
        assert each in said
    assert "Enter a description" in said
    assert "booking.pdf" in said
    assert 'value="Sad news"' in answer.content.decode()


def test_what_was_chosen_for_one_kind_is_never_taken_for_another(browser: Client, line: CarePackageLine) -> None:
    answer = browser.post(NEW, filled(line, related="service"))
    assert answer.status_code == 200
    assert not Action.objects.exists()


def test_a_line_prefills_the_client_and_anothers_line_is_not_there(browser: Client, line: CarePackageLine) -> None:
    answer = browser.get(f"{NEW}?type=death&line={line.pk}")
    assert f'value="client:{line.client_id}" selected' in answer.content.decode()
    other = make.line()
    assert browser.get(f"{NEW}?line={other.pk}").status_code == 404
    assert browser.post(NEW, filled(line, line=str(other.pk))).status_code == 404
    case = opened(browser, filled(line, line=str(line.pk)))
    assert Action.objects.get(pk=case.pk).line_id == line.pk


def test_the_same_notice_twice_leads_to_the_one_that_is_open(browser: Client, line: CarePackageLine) -> None:
    case = opened(browser, death(line))
    again = browser.post(NEW, death(line, text="Typed again"))
    assert again.status_code == 409
    assert f"{case.reference} tells the same already." in text(again)
    assert f'href="{page_of(case)}"' in again.content.decode()
    assert "Typed again</textarea>" in again.content.decode()
    assert PaymentHold.objects.count() == 1


def test_a_double_click_creates_one(browser: Client, line: CarePackageLine) -> None:
    form = filled(line)
    assert opened(browser, form) == opened(browser, form)
    assert Action.objects.count() == 1


def test_a_day_before_our_promise_is_warned_of(browser: Client, line: CarePackageLine) -> None:
    day = moment.today()
    soon = {"wanted_by_day": str(day.day), "wanted_by_month": str(day.month), "wanted_by_year": str(day.year)}
    case = opened(browser, filled(line) | soon)
    assert text(browser.get(page_of(case))).count("That is before the day that we promise") == 2


def test_comment_answer_closure_and_reopening(
    browser: Client, line: CarePackageLine, priya: Actor, closer: Actor
) -> None:
    case = opened(browser, filled(line))
    page = browser.get(page_of(case))
    sent = form_of(page) | {"text": "One more word.", "files": upload("more.pdf", PDF)}
    assert browser.post(page_of(case), sent).status_code == 302
    twice = form_of(browser.get(page_of(case))) | {"text": "And another."}
    assert [browser.post(page_of(case), twice).status_code for _ in range(2)] == [302, 302]
    assert Post.objects.count() == 3
    council("reply", priya, case, "It ends on 20 May.")
    page = browser.get(page_of(case))
    assert "Answer Norfolk County Council by" in text(page)
    assert "It ends on 20 May." in text(page)
    assert "more.pdf" in text(page)
    closing = reverse("portal:action_close", args=[case.pk])
    assert browser.post(closing, form_of(browser.get(closing)) | {"text": ""}).status_code == 302
    assert "With FES System Administration Team, to be closed: due" in text(browser.get(page_of(case)))
    council("close", closer, case, "Answered: the ISO ends on 20 May.")
    page = browser.get(page_of(case))
    assert "You can reopen it until" in text(page)
    assert "Why it was closed Fay Ellis, FES System Administration Team, wrote on" in text(page)
    assert "Submit comment" not in text(page)
    reopening = reverse("portal:action_reopen", args=[case.pk])
    assert browser.post(reopening, form_of(browser.get(reopening)) | {"text": "She stays."}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == State.COUNCIL


def test_closure_without_a_word_is_told_with_who_and_when(browser: Client, line: CarePackageLine) -> None:
    case = opened(browser, filled(line))
    close = reverse("portal:action_close", args=[case.pk])
    browser.post(close, form_of(browser.get(close)) | {"text": ""})
    said = text(browser.get(page_of(case)))
    thread = said[said.index("Conversation") :]
    assert re.search(r"James Beiley \S.*? \(you\) \d+ \w+ \d{4}, \d\d:\d\d Requested closure\.", thread)
    assert Post.objects.filter(action=case.pk).count() == 1


def test_a_notice_is_taken_back_and_holds_nothing(browser: Client, line: CarePackageLine) -> None:
    case = opened(browser, death(line))
    page = browser.get(page_of(case))
    assert "Held for 1 line" in text(page)
    address = reverse("portal:action_take_back", args=[case.pk])
    assert browser.post(address, form_of(browser.get(address)) | {"text": ""}).status_code == 200
    assert browser.post(address, form_of(browser.get(address)) | {"text": "It was another."}).status_code == 302
    assert "Held for" not in text(browser.get(page_of(case)))
    assert Case.objects.get(pk=case.pk).state == State.CLOSING


def test_inside_words_and_verbs_are_never_shown(browser: Client, line: CarePackageLine, priya: Actor) -> None:
    case = opened(browser, filled(line))
    turns.claim(actor=priya, task_id=turn(case).pk, key=make.key())
    turns.note(actor=priya, case_id=case.pk, text="Between ourselves.", mentions=[], key=make.key())
    page = text(browser.get(page_of(case)))
    assert "Between ourselves" not in page
    assert "laimed" not in page
    assert "Between" not in text(browser.get(LIST))


def test_the_list_has_the_seeds_columns_and_filters(browser: Client, line: CarePackageLine, priya: Actor) -> None:
    first, second = opened(browser, filled(line)), opened(browser, filled(line, title="The second"))
    council("reply", priya, second)
    page = browser.get(LIST)
    heads = re.findall(r'role="columnheader"[^>]*>([^<]+)<', page.content.decode())
    assert heads == ["Status", "Last Post Date", "Title", "Re:", "Due", "Type", "Assigned To"]
    assert "1 awaits you" in text(page)
    assert "LA (Service Brokerage Team)" in text(page)
    assert "The second" in text(browser.get(f"{LIST}?assigned=provider"))
    assert "End date on ISO" not in text(browser.get(f"{LIST}?assigned=provider"))
    closing = reverse("portal:action_close", args=[first.pk])
    browser.post(closing, form_of(browser.get(closing)) | {"text": ""})
    council("close", make.actor(make.staff_user("fes_admin")), first)
    assert "End date on ISO" not in text(browser.get(f"{LIST}?open=on"))
    assert "End date on ISO" in text(browser.get(LIST))


def test_another_providers_action_is_not_there(line: CarePackageLine, browser: Client) -> None:
    case = opened(browser, filled(line))
    stranger = sign_in(make.provider_user(make.service().organisation))
    assert stranger.get(page_of(case)).status_code == 404
    assert stranger.post(page_of(case), {"task": turn(case).pk, "text": "Me too"}).status_code == 404
    reader = sign_in(make.provider_user(line.service.organisation, role="read_only"))
    assert "Submit comment" not in text(reader.get(page_of(case)))
    assert reader.post(page_of(case), {"task": turn(case).pk, "text": "Me too"}).status_code == 403
    assert reader.get(NEW).status_code == 403
    assert Post.objects.count() == 1


def test_that_it_was_read_is_recorded(browser: Client, line: CarePackageLine) -> None:
    case = opened(browser, filled(line))
    browser.get(page_of(case))
    assert Access.objects.filter(what="action", object_id=case.pk, client_id=line.client_id).count() == 1


def test_a_long_conversation_shows_its_end_first_with_few_queries(
    browser: Client, line: CarePackageLine, django_assert_max_num_queries: Any
) -> None:
    case = opened(browser, filled(line))
    james = make.actor(User.objects.get(name="James Beiley"))
    for number in range(40):
        council("comment", james, case, f"Word {number}")
    browser.get(page_of(case))
    with django_assert_max_num_queries(12):
        page = browser.get(page_of(case))
    assert page.content.decode().count('class="cc-post cc-post--provider"') == 30
    assert "Receipt" not in text(page)
    earlier = re.search(r'href="(\?after=[^"#]+)#conversation" rel="next"', page.content.decode())
    assert earlier
    with django_assert_max_num_queries(12):
        older = browser.get(page_of(case) + unescape(earlier[1]))
    assert "Show later posts" in text(older)
    assert "Submit comment" not in text(older)


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_asks_the_same_few_queries(
    browser: Client, line: CarePackageLine, count: int, django_assert_max_num_queries: Any
) -> None:
    james = make.actor(User.objects.get(name="James Beiley"))
    for number in range(count):
        said = Asked("query", "client", line.client_id, None, "service_brokerage", f"Number {number}", "Words")
        commands.open_action(actor=james, asked=said, key=make.key())
    browser.get(LIST)
    with django_assert_max_num_queries(12):
        page = browser.get(LIST)
    assert ("Next" in text(page)) == (count > 25)


def test_files_are_never_lost_when_the_turn_is_over(browser: Client, line: CarePackageLine, priya: Actor) -> None:
    case = opened(browser, filled(line))
    sent = form_of(browser.get(page_of(case)))
    council("reply", priya, case, "Meanwhile.")
    answer = browser.post(page_of(case), sent | {"text": "Typed meanwhile", "files": upload("kept.pdf", PDF)})
    assert answer.status_code == 409
    assert "Typed meanwhile" in text(answer)
    assert "kept.pdf" in text(answer)
    assert "Meanwhile." in text(answer)
    assert Attachment.objects.filter(name="kept.pdf", attached_at=None).count() == 1
    again = form_of(answer) | {"text": "Typed meanwhile"}
    kept = re.findall(r'name="files_kept" value="(\d+)"', answer.content.decode())
    assert browser.post(page_of(case), again | {"files_kept": kept}).status_code == 302
    assert "kept.pdf" in text(browser.get(page_of(case)))


def test_of_many_clients_one_is_found_by_typing_and_none_stands_in_the_address(
    browser: Client, line: CarePackageLine, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(entities, "SHOWN", 3)
    for number in range(6):
        make.line(line.service, of=make.client_("Osman", f"Oscar{number}"), service_level=line.service_level)
    about = {"type": "query", "related": "client"}
    with django_assert_max_num_queries(14):
        page = browser.get(NEW, about)
    assert options(page, "entity") == ["Choose a service user"]
    assert "There are more than 3. Find the one you mean first." in text(page)
    typed = filled(line, entity="", title="Kept", find="osman oscar4") | {"find_now": "find"}
    page = browser.post(NEW, typed)
    assert page.status_code == 200
    found = options(page, "entity")
    assert [each.partition(" (")[0] for each in found] == ["Choose a service user", "Osman, Oscar4"]
    assert 'value="Kept"' in page.content.decode()
    assert "govuk-error-summary" not in page.content.decode()
    assert "More than 3 were found" in text(browser.post(NEW, typed | {"find": "osman"}))
    assert "None was found" in text(browser.post(NEW, typed | {"find": "Nobody at all"}))
    kept = options(browser.post(NEW, typed | {"entity": f"client:{line.client_id}"}), "entity")
    assert len(kept) == 3  # what was chosen before is not lost by looking for another one
    osman = CarePackageLine.objects.get(client__forename="Oscar4").client_id
    chosen = browser.post(NEW, typed | {"find": "Nobody at all", "entity": f"client:{osman}"})
    assert "None was found" in text(chosen)  # what was chosen before stays, and is no answer to what was typed
    case = opened(browser, filled(line, entity=f"client:{osman}", find="osman oscar4"))
    assert case.client_id == osman


def test_enter_sends_and_after_typing_in_the_box_it_finds(
    browser: Client, line: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "SHOWN", 2)
    for number in range(4):
        make.line(line.service, of=make.client_("Osman", f"Oscar{number}"), service_level=line.service_level)
    page = browser.get(NEW, {"type": "query", "related": "client"}).content.decode()
    named = re.findall(r'<button type="submit" name="(\w+)"', page)
    assert next(each for each in named if each in {"by_enter", "find_now", "continue"}) == "by_enter"
    found = browser.post(NEW, filled(line, find="oscar3", find_found_with="") | {"by_enter": "1"})
    assert "Osman, Oscar3" in " ".join(options(found, "entity"))
    assert 'name="find_found_with" value="oscar3"' in found.content.decode()
    assert not Action.objects.exists()
    entered = filled(line, find="oscar3", find_found_with="oscar3") | {"by_enter": "1"}
    assert browser.post(NEW, entered).status_code == 302
    clicked = filled(line, find="oscar1", find_found_with="oscar3", title="Another")  # by the button that one sees
    assert browser.post(NEW, clicked).status_code == 302
    assert {each.case.client_id for each in Action.objects.all()} == {line.client_id}


def test_nothing_is_found_that_is_not_ones_own(
    browser: Client, line: CarePackageLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make.line(of=make.client_("Osman", "Olga"))
    monkeypatch.setattr(entities, "SHOWN", 0)
    form = filled(line, entity=f"client:{other.client_id}", find="Osman")
    page = browser.post(NEW, form | {"find_now": "find"})
    assert "Olga" not in "".join(options(page, "entity"))
    assert "Choose a service user" in text(browser.post(NEW, form))
    assert not Action.objects.exists()
