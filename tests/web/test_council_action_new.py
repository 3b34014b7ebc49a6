"""The council begins actions: with one provider, with many at once; the list of all; types for single providers."""

from datetime import timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.councils import another_council, usual_council
from tests.files import PDF, upload
from workflows.actions import commands, entities
from workflows.actions.models import Action, TypeForProvider
from workflows.actions.rules import Asked
from workflows.council import profile
from workflows.engine import batches, moment
from workflows.engine.models import Attachment, Batch, Case
from workflows.parties.models import User
from workflows.register.models import CarePackageLine

from . import council
from .conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> CarePackageLine:
    return make.line(of=make.client_("Nunn", "Nellie"))


@pytest.fixture
def priya() -> User:
    return council.officer()


def typed(**changes: Any) -> dict[str, Any]:
    usual = {
        "type": "query",
        "team": "service_brokerage",
        "title": "Care plan",
        "text": "Please read it.",
        "sender": "",
    }
    return usual | changes


def opened(line: CarePackageLine, title: str, **changes: Any) -> Case:
    james = make.actor(make.provider_user(line.service.organisation))
    usual = {"type": "query", "related": "client", "entity": line.client_id, "wanted_by": None,
             "team": "service_brokerage", "title": title, "text": "Words"}  # fmt: skip
    said = Asked(**(usual | changes))  # type: ignore[arg-type]
    return Case.objects.get(pk=commands.open_action(actor=james, asked=said, key=make.key()).case_id)


def test_an_action_is_sent_to_one_provider_with_a_file(line: CarePackageLine, priya: User) -> None:
    browser, provider = browser_of(priya), line.service.organisation
    assert browser.post("/actions/new/", {"provider": provider.pk}).headers["Location"] == (
        f"/actions/new/{provider.pk}/"
    )
    address = f"/actions/new/{provider.pk}/"
    assert "Nunn, Nellie" in council.words(browser.get(address))
    fields = council.fields_of(browser.get(address)) | typed(related="client", client=line.client_id)
    answer = browser.post(address, fields | {"attached": upload("plan.pdf", PDF)})
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    assert (case.holder, case.client_id) == ("provider", line.client_id)
    assert Attachment.objects.get().case_id == case.pk
    browser.post(address, fields)
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": ""}, "Choose a type"),
        ({"related": "client", "client": ""}, "Choose the service user"),
        ({"related": "service", "type": "information", "service": ""}, "Choose the service"),
        ({"title": " "}, "Enter a title"),
        ({"text": ""}, "Enter a description"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
    line: CarePackageLine, priya: User, changes: dict[str, Any], words: str
) -> None:
    address = f"/actions/new/{line.service.organisation_id}/"
    page = browser_of(priya).post(address, typed(related="provider", title="A title that stays") | changes)
    assert words in council.words(page)
    assert not Case.objects.exists()


def test_a_name_that_only_sends_is_answered_to_its_team(line: CarePackageLine, priya: User) -> None:
    sender = profile.current().actions.senders[0].name
    fields = typed(related="provider", sender=sender, team="procurement")
    browser_of(priya).post(f"/actions/new/{line.service.organisation_id}/", fields)
    assert (Action.objects.get().sender, Case.objects.get().team.key) == (sender, "service_brokerage")  # type: ignore[union-attr]


def test_the_same_is_sent_to_many_after_a_check(line: CarePackageLine, priya: User) -> None:
    other, browser = make.organisation("Second Care Ltd"), browser_of(priya)
    fields = council.fields_of(browser.get("/actions/send/")) | typed(to="all", attached=upload("plan.pdf", PDF))
    check = browser.post("/actions/send/", fields)
    text = council.words(check)
    assert "Nothing has been sent yet." in text
    assert other.name in text
    assert "plan.pdf" in text
    assert not Batch.objects.exists()
    sent = council.fields_of(check) | {"step": "send"}
    first, again = (browser.post("/actions/send/", sent) for _ in range(2))
    batch = Batch.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"/actions/sendings/{batch.pk}/"
    batches.run_slice(batch.pk, 0)
    page = council.words(browser.get(f"/actions/sendings/{batch.pk}/"))
    assert f"Sent: {batch.total} of" in page
    assert other.name in page
    assert Case.objects.filter(kind="action").count() == batch.total
    assert Attachment.objects.filter(case__isnull=False).count() == batch.total
    assert browser_of(make.staff_user()).get(f"/actions/sendings/{batch.pk}/").status_code == 404


def test_some_providers_must_be_ticked_and_the_check_can_be_changed(line: CarePackageLine, priya: User) -> None:
    browser = browser_of(priya)
    assert "Tick at least one provider" in council.words(browser.post("/actions/send/", typed(to="some")))
    assert "Enter a title" in council.words(browser.post("/actions/send/", typed(to="all", title=" ")))
    chosen = typed(to="some", providers=line.service.organisation_id)
    check = browser.post("/actions/send/", chosen)
    assert "Check: to 1 provider" in council.words(check)
    again = browser.post("/actions/send/", council.fields_of(check) | {"step": "edit"})
    assert 'value="Care plan"' in council.body(again)


def test_the_list_shows_what_is_open_and_narrows(line: CarePackageLine, priya: User) -> None:
    browser = browser_of(priya)
    first, second = opened(line, "First question"), opened(make.line(), "Second question")
    closer = make.actor(make.staff_user("fes_admin"))
    for verb, who in (("ask_for_closure", make.actor(priya)), ("close", closer)):
        task = first.task_set.get(finished=None).pk
        getattr(commands, verb)(actor=who, case_id=first.pk, task_id=task, text="Done.", key=make.key())
    text = council.words(browser.get("/actions/"))
    assert "Second question" in text
    assert "LA (Service Brokerage Team)" in text
    assert "First question" not in text
    everything = council.words(browser.get("/actions/?filtered=1"))
    assert "First question" in everything
    assert "Second question" not in council.words(browser.get("/actions/?filtered=1&assigned=provider"))
    assert "First question" not in council.words(browser.get(f"/actions/?filtered=1&provider={second.organisation_id}"))
    assert "There are no actions that match" in council.words(browser.get("/actions/?type=information"))


def test_a_list_asks_the_same_few_queries_for_one_and_for_thirty(
    line: CarePackageLine, priya: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        opened(line, f"Question {number}")
    browser = browser_of(priya)
    browser.get("/actions/")
    with django_assert_max_num_queries(12):
        page = council.words(browser.get("/actions/"))
    assert "Question 29" in page
    assert "Question 2 " not in page


def test_who_reads_no_care_has_none_in_the_list(line: CarePackageLine, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(line, "Sad news", type="death", since=moment.today() - timedelta(days=1))
    whole = profile.current().model_dump()
    for team in whole["teams"]:
        if team["key"] == "payments_residential":
            team["sensitivities"] = frozenset({"finance"})
    another_council(monkeypatch, {}, whole=whole)
    try:
        assert "Sad news" not in council.words(browser_of(make.staff_user("payments_residential")).get("/actions/"))
        assert "Sad news" in council.words(browser_of(council.officer()).get("/actions/"))
    finally:
        monkeypatch.undo()
        usual_council()


def test_a_type_is_switched_for_one_provider(line: CarePackageLine, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of(make.staff_user("payments_residential"))
    assert "no type that is switched for single providers" in council.words(browser.get("/actions/types/"))
    whole = profile.current().model_dump()
    for each in whole["actions"]["types"]:
        each["per_provider"] = each["key"] == "information"
    another_council(monkeypatch, {}, whole=whole)
    try:
        provider = line.service.organisation
        sent = {"type": "information", "provider": provider.pk, "on": "on"}
        assert browser.post("/actions/types/", sent).status_code == 302
        assert TypeForProvider.objects.get().organisation_id == provider.pk
        assert f"{provider.name} Information" in council.words(browser.get("/actions/types/"))
        assert "It is on for" in council.words(browser.post("/actions/types/", sent))
        browser.post("/actions/types/", sent | {"on": "off"})
        assert not TypeForProvider.objects.exists()
    finally:
        monkeypatch.undo()
        usual_council()


def test_of_many_clients_one_is_found_by_typing(
    line: CarePackageLine, priya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "SHOWN", 2)
    for number in range(4):
        make.line(line.service, of=make.client_("Osman", f"Oscar{number}"), service_level=line.service_level)
    browser, address = browser_of(priya), f"/actions/new/{line.service.organisation_id}/"
    page = browser.get(address)
    assert "There are more than 2. Find the one you mean first." in council.words(page)
    assert "Osman, Oscar1" not in council.words(page)
    fields = council.fields_of(page) | typed(related="client", find_client="oscar1")
    page = browser.post(address, fields | {"find_now": "find_client"})
    assert "Osman, Oscar1" in council.words(page)
    assert "Osman, Oscar2" not in council.words(page)
    assert 'value="Care plan"' in page.content.decode()
    assert not Case.objects.exists()
    assert page.content.decode().index('name="by_enter"') < page.content.decode().index('name="find_now"')
    by_enter = fields | {"find_client": "oscar2", "by_enter": "1"}
    assert "Osman, Oscar2" in council.words(browser.post(address, by_enter))
    assert not Case.objects.exists()
    oscar = CarePackageLine.objects.get(client__forename="Oscar1").client_id
    assert browser.post(address, fields | {"client": oscar}).status_code == 302
    assert Case.objects.get().client_id == oscar
