"""Whatever goes wrong between typing and sending, what was typed comes back; and a double click is one answer."""

from playwright.sync_api import Page, expect

from tests import factories as make
from tests.browser.conftest import Open
from tests.browser.oasis import PASSCODE, oasis, state_of
from tests.browser.test_norfolk_1_access import sign_in_as
from tests.model.moves import seen, verb_call
from workflows.engine.models import Event, Receipt
from workflows.people.models import OpenSession as Session

TEXT = "The end date is missing.\nShe leaves on 30 April."


def fill_rejection(page: Page, password: str = make.PASSWORD) -> None:
    """Choose, write, and give the password; nothing is sent."""
    page.get_by_label("Reject", exact=True).check()
    page.get_by_label("Start or End Date of Service").check()
    page.get_by_label("What is wrong, and what should it say?").fill(TEXT)
    page.get_by_label("Password", exact=True).fill(password)


def holds_what_was_typed(page: Page) -> None:
    """Choice, reason and text stand in the form; the password never."""
    expect(page.get_by_label("Reject", exact=True)).to_be_checked()
    expect(page.get_by_label("Start or End Date of Service")).to_be_checked()
    expect(page.get_by_label("What is wrong, and what should it say?")).to_have_value(TEXT)
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_a_wrong_password_and_then_the_right_one_in_the_same_form(open_tab: Open) -> None:
    place = oasis(clients=1)
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{place.documents[0].pk}/")
    fill_rejection(tab.page, "not-my-password")
    tab.page.get_by_role("button", name="Reject").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("You have 2 more tries")
    holds_what_was_typed(tab.page)
    tab.page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    tab.page.get_by_role("button", name="Reject").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("You rejected version 1")
    assert state_of(place.documents[0]) == "rejected"


def test_the_last_wrong_password_signs_out_and_keeps_what_was_typed(open_tab: Open) -> None:
    place = oasis(clients=1)
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{place.documents[0].pk}/")
    for _ in range(2):
        fill_rejection(tab.page, "not-my-password")
        tab.page.get_by_role("button", name="Reject").click()
        expect(tab.page.get_by_role("alert")).to_be_visible()
    fill_rejection(tab.page, "not-my-password")
    with tab.refused(403):
        tab.page.get_by_role("button", name="Reject").click()
    expect(tab.page.locator("main")).to_contain_text("01603 495702")
    tab.step("locked-out-while-answering")
    assert state_of(place.documents[0]) == "published"


def test_a_tab_that_was_signed_out_gets_everything_back_after_signing_in(open_tab: Open) -> None:
    place = oasis(clients=1)
    tab = open_tab("James Beiley", user=place.james)
    page = tab.page
    page.goto(f"/portal/contract-documents/{place.documents[0].pk}/")
    fill_rejection(page)
    Session.objects.all().delete()

    page.get_by_role("button", name="Reject").click()
    expect(page.locator("main")).to_contain_text("What you typed is kept")
    tab.step("signed-out-while-typing")
    assert state_of(place.documents[0]) == "published"
    sign_in_as(page, place.james.email, make.PASSWORD)
    page.get_by_label("Your passcode").fill(PASSCODE)
    page.get_by_role("button", name="Sign in").click()

    holds_what_was_typed(page)
    tab.step("what-was-typed-is-back")
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("You rejected version 1")
    expect(page.locator("main")).to_contain_text("She leaves on 30 April.")


def test_a_double_click_on_agree_is_one_answer(open_tab: Open) -> None:
    place = oasis(clients=1)
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{place.documents[0].pk}/")
    tab.page.get_by_label("Agree", exact=True).check()
    tab.page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    tab.page.get_by_role("button", name="Agree").dblclick()
    expect(tab.page.get_by_role("alert")).to_contain_text("You agreed to version 1")
    tab.step("a-double-click")
    assert Event.objects.filter(kind="contract_document.agree").count() == 1
    assert Receipt.objects.filter(key__startswith=f"{place.james.pk}:").count() == 1


def test_an_answer_to_a_document_that_somebody_answered_meanwhile(open_tab: Open) -> None:
    place = oasis(clients=1)
    document = place.documents[0]
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{document.pk}/")
    fill_rejection(tab.page)
    colleague = make.provider_user(place.organisation, name="Anna Leeder")
    verb_call("agree", make.actor(colleague), seen(document), make.key())()
    with tab.refused(409):
        tab.page.get_by_role("button", name="Reject").click()
    expect(tab.page.locator("main")).to_contain_text("Anna Leeder")
    expect(tab.page.get_by_label("What you wrote, to copy")).to_have_value(TEXT)
    tab.step("somebody-was-faster")


def test_an_answer_to_a_version_that_was_superseded_leads_to_the_new_one(open_tab: Open) -> None:
    place = oasis(clients=1)
    document = place.documents[0]
    tab = open_tab("James Beiley", user=place.james)
    tab.page.goto(f"/portal/contract-documents/{document.pk}/")
    fill_rejection(tab.page)
    colleague = make.actor(make.provider_user(place.organisation, name="Anna Leeder"))
    verb_call("reject", colleague, seen(document), make.key())()
    verb_call("republish", make.actor(make.staff_user()), seen(document), make.key())()
    with tab.refused(409):
        tab.page.get_by_role("button", name="Reject").click()
    expect(tab.page.get_by_role("heading", name="Your answer to version 2")).to_be_visible()
    expect(tab.page.get_by_label("What is wrong, and what should it say?")).to_have_value(TEXT)
    expect(tab.page.get_by_label("Reject", exact=True)).to_be_checked()
    tab.step("superseded-while-reading")
    tab.page.get_by_role("button", name="See version 2").click()
    expect(tab.page.get_by_text("version 2")).not_to_have_count(0)
