"""One's own account: notices, what comes by e-mail, and where the link of a mail leads."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from workflows.engine import notices
from workflows.engine.models import Event, Notice
from workflows.parties import grants
from workflows.parties.models import Membership, User
from workflows.people import preferences

from .conftest import browser_of
from .council import words

pytestmark = pytest.mark.django_db
Who = Callable[[], User]
SIDES: tuple[Who, ...] = (make.staff_user, lambda: make.provider_user(make.organisation()))


def told(user: User, text: str, **more: Any) -> Notice:
    return Notice.objects.create(user=user, kind=more.pop("kind", "x"), text=text, key=more.pop("key", text), **more)


# --- notices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", SIDES)
def test_the_unread_stand_first_and_are_read_one_by_one_and_together(who: Who) -> None:
    user, browser = who(), Client()
    browser = browser_of(user)
    one, two, three = (told(user, text) for text in ("First news", "Second news", "Third news"))
    told(make.staff_user(), "Somebody else's")
    assert '<span class="cc-count">3<' in browser.get("/notices/").content.decode()
    browser.post(f"/notices/{two.pk}/read/")
    said = words(browser.get("/notices/"))
    assert said.index("Third news") < said.index("First news") < said.rindex("Second news")
    assert "Somebody else's" not in said
    newer = told(user, "Newer than the page")
    assert "marked as read" in words(browser.post("/notices/read/", {"newest": three.pk}, follow=True))
    unread = Notice.objects.filter(user=user, read_at=None)
    assert list(unread) == [newer]
    one.refresh_from_db()
    at = one.read_at
    browser.post(f"/notices/{one.pk}/read/")
    one.refresh_from_db()
    assert one.read_at == at


@pytest.mark.parametrize("who", SIDES)
def test_the_home_page_has_the_unread_and_leads_to_all(who: Who) -> None:
    user = who()
    browser = browser_of(user)
    told(user, "News of today")
    page = browser.get("/", follow=True)
    assert "News of today" in words(page)
    for address in ("/notices/", "/notifications/"):
        assert f'href="{address}"' in page.content.decode()


def test_anothers_notice_does_not_exist() -> None:
    theirs = told(make.staff_user(), "Theirs")
    assert browser_of(make.staff_user()).post(f"/notices/{theirs.pk}/read/").status_code == 404
    assert Notice.objects.get().read_at is None


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30])
def test_a_broken_mark_reads_nothing(newest: str) -> None:
    user = make.staff_user()
    told(user, "News")
    browser_of(user).post("/notices/read/", {"newest": newest})
    assert Notice.objects.get().read_at is None


def test_pages_by_key_and_few_queries(django_assert_max_num_queries: Any) -> None:
    user = make.staff_user()
    browser = browser_of(user)
    document = make.published()
    for number in range(60):
        told(user, f"News {number:02}", case=document.case)
        if number in {0, 59}:
            with django_assert_max_num_queries(12):
                page = browser.get("/notices/")
    Notice.objects.filter(text__lt="News 30").update(read_at="2018-05-01T10:00Z")
    seen, address = [], "/notices/"
    while address:
        page = browser.get(address)
        seen += [each.text for each in page.context["pages"].items]
        address = f"/notices/{page.context['pages'].next}" if page.context["pages"].next else ""
    unread = [f"News {number:02}" for number in range(59, 29, -1)]
    assert seen == [*unread, *(f"News {number:02}" for number in range(29, -1, -1))]
    last = page.context["pages"].previous
    back = browser.post(f"/notices/{Notice.objects.latest('pk').pk}/read/", {"here": last.removeprefix("?")})
    assert back.headers["Location"] == f"/notices/{last}"


def test_a_case_without_a_page_on_ones_side_is_no_link(settings: Any) -> None:
    user, case = make.staff_user(), make.published().case
    told(user, "News of it", case=case)
    link = f'href="/case/{case.reference}/"'
    assert link in browser_of(user).get("/notices/").content.decode()
    settings.CASE_PAGES = {"staff": {}, "provider": settings.CASE_PAGES["provider"]}
    page = browser_of(user).get("/notices/")
    assert "News of it" in words(page)
    assert link not in page.content.decode()
    assert browser_of(user).get(f"/case/{case.reference}/").status_code == 404


def test_a_notice_of_an_import_leads_to_the_import() -> None:
    user = make.staff_user()
    told(user, "Import 7 is finished", kind="import.finished", key="import:7:done")
    assert 'href="/imports/7/"' in browser_of(user).get("/notices/").content.decode()


# --- what comes by e-mail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", SIDES)
def test_every_kind_of_ones_side_is_there_and_the_choice_is_kept(who: Who) -> None:
    user = who()
    browser, side = browser_of(user), make.actor(user).kind
    page = browser.get("/notifications/")
    kinds = [each for group in notices.listed(side).values() for each in group]
    for each in kinds:
        assert each.name in words(page)
    assert "always at once, so that you notice" in words(page)
    chosen = {each.kind.replace(".", "-"): "daily" for each in kinds if not each.always}
    assert "Your choice is saved" in words(browser.post("/notifications/", chosen, follow=True))
    kept = preferences.read(user.pk)
    assert {kept[each.kind] for each in kinds if not each.always} == {"daily"}
    assert Event.objects.filter(stream=f"user:{user.pk}", kind="user.notices_set").count() == 1


def test_each_side_is_asked_about_its_own_news_only() -> None:
    council, provider = (words(browser_of(who()).get("/notifications/")) for who in SIDES)
    assert "A contract document awaits my answer" in provider
    assert "A contract document awaits my answer" not in council
    assert "A task is handed over to me or my team" in council
    assert "A task is handed over to me or my team" not in provider


def test_what_is_not_on_the_list_is_said_at_its_field_and_nothing_is_written() -> None:
    user = make.staff_user()
    browser = browser_of(user)
    kinds = [each.kind for group in notices.listed("staff").values() for each in group if not each.always]
    sent = {kind.replace(".", "-"): "none" for kind in kinds} | {"turn-mentioned": "weekly"}
    page = browser.post("/notifications/", sent)
    assert "Your choice was not saved: 1 thing to put right" in words(page)
    assert set(preferences.read(user.pk).values()) == {"at_once"}
    assert page.content.decode().count('<option value="none" selected') == len(kinds) - 1


# --- where a mail leads ------------------------------------------------------------------------------------------


def test_a_reference_leads_each_side_to_its_own_page_and_nobody_else_anywhere() -> None:
    document = make.published()
    address = f"/case/{document.case.reference}/"
    answerer = make.provider_user(document.case.organisation)
    assert browser_of(make.staff_user()).get(address).headers["Location"] == f"/cases/{document.pk}/"
    assert browser_of(answerer).get(address).headers["Location"] == f"/portal/contract-documents/{document.pk}/"
    nobody = (
        make.provider_user(make.organisation()),
        make.provider_user(document.case.organisation, role="invoice_only"),
        make.staff_user("", duty="administrator"),
    )
    for who in nobody:
        assert browser_of(who).get(address).status_code == 404
        assert browser_of(who).get("/case/ISO-1999-000001/").status_code == 404


def test_who_is_not_signed_in_comes_back_to_it_afterwards(client: Client) -> None:
    document = make.published()
    answer = client.get(f"/case/{document.case.reference}/")
    assert answer.headers["Location"] == f"/sign-in/?next=%2Fcase%2F{document.case.reference}%2F"


def test_somebody_of_two_providers_is_asked_to_change_first() -> None:
    document = make.published()
    elsewhere = make.organisation("Anglia Care")
    user = make.provider_user(elsewhere)
    Membership.objects.create(user=user, organisation=document.case.organisation, role="super_user_actuals")
    grants.sync_user(user)
    browser = browser_of(user)
    session = browser.session
    session["organisation"] = elsewhere.pk
    session.save()
    page = browser.get(f"/case/{document.case.reference}/", follow=True)
    assert f"is for {document.case.organisation.name}" in words(page)
    answer = browser.post("/sign-in/provider/", {"organisation": document.case.organisation_id})
    assert answer.headers["Location"] == f"/case/{document.case.reference}/"
