"""A conversation from the council's desk (norfolk-handbook §9): answer, hand over, close with an explanation; and back.

The provider's own steps are walked in its chapter's test; here its commands stand in for them.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.test_queue_by_keyboard import tab_to
from workflows.actions import commands
from workflows.actions.rules import Asked
from workflows.engine import turns
from workflows.engine.models import Case, Task
from workflows.parties.actor import Actor


def opened(**changes: Any) -> tuple[Case, Actor]:
    line = make.line(of=make.client_("Nunn", "Nellie"))
    james = make.actor(make.provider_user(line.service.organisation, name="James Beiley"))
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
    return Case.objects.get(pk=commands.open_action(actor=james, asked=said, key=make.key()).case_id), james


def turn(case: Case) -> int:
    return Task.objects.values_list("pk", flat=True).get(process=case, finished=None)


def do(verb: str, who: Actor, case: Case, text: str) -> None:
    getattr(commands, verb)(actor=who, case_id=case.pk, task_id=turn(case), text=text, key=make.key())


def answer(page: Page, choice: str, label: str, text: str, button: str) -> None:
    page.get_by_role("radio", name=choice).check()
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name=button, exact=True).click()


def test_from_the_queue_to_an_answer_a_closure_and_back(open_tab: Open) -> None:
    case, james = opened()
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"))
    tom = make.actor(make.staff_user(name="Tom Bullard"))
    page, provider = tab.page, case.organisation.name
    turns.note(actor=tom, case_id=case.pk, text="Social worker is on leave.", mentions=[tom.user_id], key=make.key())
    page.goto(f"/queues/{case.holder_team_id}/")
    page.get_by_role("link", name="Answer: Query").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("End date on ISO, Nunn, Nellie")
    tab.step("1-the-conversation")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("alert")).to_contain_text("Write something for the other side")
    tab.step("2-nothing-written")
    answer(page, f"Reply to {provider}", "Your reply", "I have asked the social worker.", "Send reply")
    expect(page.get_by_text("It is the provider's turn.")).to_be_visible()
    do("comment", james, case, "Thank you. The family asks too.")
    page.get_by_role("link", name="Actions").first.click()
    page.get_by_role("link", name="End date on ISO").click()
    page.get_by_label("Ask for closure: this answers the query").check()
    answer(page, f"Reply to {provider}", "Your reply", "It ends on 20 May 2018.", "Send reply")
    tab.step("3-closure-asked-for")

    closer = open_tab("Fay Ellis", user=make.staff_user("fes_admin", name="Fay Ellis"))
    closer.page.goto(f"/cases/{case.pk}/")
    answer(closer.page, "Close with an explanation", "Explanation", "Answered: version 2 says it.", "Close it")
    expect(closer.page.get_by_role("heading", name="Nothing to do: closed")).to_be_visible()
    closer.step("4-closed")
    do("reopen", james, case, "One more question.")
    page.reload()
    expect(page.get_by_text("One more question.")).to_be_visible()
    expect(page.get_by_role("heading", name="Your team has it")).to_be_visible()
    tab.step("5-reopened")


def test_with_a_keyboard_and_nothing_else(open_tab: Open) -> None:
    case, _ = opened()
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"))
    page = tab.page
    page.goto(f"/cases/{case.pk}/")
    tab_to(page, page.get_by_role("button", name="Reply", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Your reply", exact=True))
    page.keyboard.type("Until 20 May.")
    tab_to(page, page.get_by_role("button", name="Send reply"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is the provider's turn.")).to_be_visible()
    assert Case.objects.get(pk=case.pk).holder == "provider"


@pytest.mark.parametrize("many", [False, True])
def test_a_new_action_is_written_without_a_script(many: bool, open_tab: Open) -> None:
    line = make.line()
    tab = open_tab("Priya Raman", user=make.staff_user(name="Priya Raman"), script=False)
    page = tab.page
    page.goto("/actions/")
    page.get_by_role("button", name="New Action").click()
    if many:
        page.get_by_role("link", name="Write the same to many providers at once").click()
        page.get_by_role("radio", name="Every provider").check()
    else:
        page.get_by_label("Provider", exact=True).select_option(label=line.service.organisation.name)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("radio", name="The provider").check()
    page.get_by_label("Type", exact=True).select_option(label="Information")
    page.get_by_label("Assigned to", exact=True).select_option(label="Service Brokerage Team")
    page.get_by_label("Title", exact=True).fill("Fees from April")
    page.get_by_label("Text", exact=True).fill("Please read this.")
    page.get_by_role("button", name="Check before sending" if many else "Send it").click()
    if many:
        tab.step("check")
        page.get_by_role("button", name="Send 1").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sending 1 action")
    else:
        expect(page.get_by_text("It is sent.")).to_be_visible()
        assert Case.objects.get().holder == "provider"
