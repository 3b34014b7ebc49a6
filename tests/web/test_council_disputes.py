"""The finance team's pages of disputes, as Bedford has them: decide row by row, decide many, raise one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import care
from tests import factories as make
from tests.councils import served
from tests.disputes import Home, amend, answer, rows
from workflows.disputes.models import Dispute
from workflows.disputes.rules import Awaits
from workflows.engine import batches, moment
from workflows.engine.models import Batch, Case, Content
from workflows.parties.models import User

from .portal import HIDDEN, sign_in, text

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
D = Decimal


@pytest.fixture
def bedford() -> Iterator[None]:
    with served("bedford"):
        yield


@pytest.fixture
def home(bedford: None) -> Home:
    return Home(("8", "10", "6"))


@pytest.fixture
def tom(home: Home) -> Client:
    return sign_in(User.objects.get(pk=home.tom.user_id))


def address(dispute: Dispute) -> str:
    return reverse("council:case", args=[dispute.pk])


def hidden(response: Any, part: str = "") -> dict[str, str]:
    """The hidden parts of the form of a page after a piece of it."""
    body = response.content.decode()
    body = body[body.index(part) :] if part else body[body.rindex("<form") :]
    body = body[: body.index("</form>")]
    return {name: unescape(value) for name, value in HIDDEN.findall(body) if name != "csrfmiddlewaretoken"}


def group(dispute: Dispute) -> dict[str, str]:
    return {"provider": str(dispute.case.organisation_id), "causes": ""}


def test_the_case_says_what_is_in_dispute_who_has_it_and_what_is_not(tom: Client, home: Home) -> None:
    dispute = home.disputed(0, 2)
    said = text(tom.get(address(dispute)))
    for words in ("In dispute £120.00", "Not in dispute £280.00", "answers by", home.organisation.name,
                  "Six hours were planned"):  # fmt: skip
        assert words in said, words
    assert "Record the decisions" not in said


def test_decisions_are_recorded_row_by_row(tom: Client, home: Home) -> None:
    dispute = home.disputed(0, 2)
    amend(home.nina, dispute, rows(dispute)[0], "9")
    answer(home.nina, dispute)
    first, second = rows(dispute)
    page = tom.get(address(dispute))
    said = text(page)
    for words in ("Pay as claimed: £160.00", "Pay as planned: £200.00", "Pay as amended: £180.00", "Ask again",
                  "The client was at her daughter"):  # fmt: skip
        assert words in said, words
    form = hidden(page, '<div id="decide">')
    where = reverse("council:dispute_decide", args=[dispute.pk])
    wrong = tom.post(where, form | {f"way-{first.pk}": "pay_as_planned"})
    assert "Say why: the provider reads this" in text(wrong)
    nothing = tom.post(where, form)
    assert "Choose what is paid for at least one row" in text(nothing)
    done = tom.post(where, form | {f"way-{first.pk}": "pay_as_amended"}, follow=True)
    assert "The decisions are recorded" in text(done)
    again = tom.post(where, form | {f"way-{first.pk}": "pay_as_amended"}, follow=True)  # a double click
    assert "The decisions are recorded" in text(again)
    last = tom.post(
        where,
        hidden(done, '<div id="decide">') | {f"way-{second.pk}": "pay_as_planned", f"reason-{second.pk}": "The rota."},
        follow=True,
    )
    assert "The dispute is decided" in text(last)
    assert (home.of(0).payable_cost, home.of(2).payable_cost) == (D(180), D(200))


def test_asking_again_needs_a_reason_that_the_provider_reads(tom: Client, home: Home) -> None:
    dispute = home.answered()
    [row] = rows(dispute)
    form = hidden(tom.get(address(dispute)), '<div id="decide">')
    where = reverse("council:dispute_decide", args=[dispute.pk])
    sent = form | {f"way-{row.pk}": "ask_again", f"reason-{row.pk}": "On which day?"}
    assert "It is asked again" in text(tom.post(where, sent, follow=True))
    nina = sign_in(User.objects.get(pk=home.nina.user_id))
    assert "On which day?" in text(nina.get(reverse("portal:dispute", args=[dispute.pk])))


def test_going_on_without_an_answer(tom: Client, home: Home) -> None:
    dispute = home.disputed()
    due = care.turn(dispute.pk).due_at
    assert due is not None
    where = reverse("council:dispute_take", args=[dispute.pk])
    early = tom.post(where, hidden(tom.get(where)))
    assert "still has time" in text(early)
    with moment.at(due + timedelta(minutes=1)):
        assert "has not answered in time" in text(tom.get(address(dispute)))
        done = tom.post(where, hidden(tom.get(where)), follow=True)
        assert "Record the decisions" in text(done)


def test_groups_by_provider_and_cause_with_the_money(tom: Client, home: Home) -> None:
    home.answered(0, 2)
    other = Home(("5",))
    other.answered()
    said = text(tom.get(reverse("council:disputes")))
    for words in (home.organisation.name, other.organisation.name, "£120.00", "£280.00", "£400.00", "£100.00"):
        assert words in said, words


def test_many_are_asked_again_for_one_reason(tom: Client, home: Home) -> None:
    dispute = home.answered(0, 2)
    where = reverse("council:disputes_decide")
    said = group(dispute) | {"rows": [str(each.pk) for each in rows(dispute)], "way": "ask_again", "reason": ""}
    form = hidden(tom.get(where, group(dispute)), "data-cc-list") | said
    assert "Say why: the providers read this" in text(tom.post(where, form))
    form |= {"reason": "Show the rota of the week."}
    preview = text(tom.post(where, form))
    for words in ("Ask again: 2 rows", "Payable now £280.00", "Stays in dispute £120.00"):
        assert words in preview, words
    done = tom.post(where, form | {"start": "1"}, follow=True)
    assert "1 dispute asked again. The provider is told." in text(done)
    assert Case.objects.get(pk=dispute.pk).state == "raised"
    assert {each.awaits for each in rows(dispute)} == {Awaits.PROVIDER}
    assert "“Show the rota of the week.”" in text(tom.get(reverse("council:case", args=[dispute.pk])))


def test_many_are_decided_alike_after_a_preview_of_the_money(tom: Client, home: Home) -> None:
    dispute = home.answered(0, 2)
    where = reverse("council:disputes_decide")
    page = tom.get(where, group(dispute))
    said = group(dispute) | {"rows": [str(each.pk) for each in rows(dispute)], "way": "pay_as_claimed", "reason": ""}
    form = hidden(page, "data-cc-list") | said
    preview = tom.post(where, form)
    for words in ("Pay as claimed: 2 rows", "Nothing has been decided yet", "Pay as claimed £280.00"):
        assert words in text(preview), words
    assert Case.objects.get(pk=dispute.pk).state == "answered"
    none = tom.post(where, form | {"way": "pay_as_amended"})
    assert "None of these can be decided so" in text(none)
    assert "Say why: the providers read this" in text(tom.post(where, form | {"way": "pay_as_planned"}))
    done = tom.post(where, form | {"start": "1"}, follow=True)
    assert "1 dispute decided: £280.00 is payable." in text(done)
    assert Case.objects.get(pk=dispute.pk).state == "decided"
    assert {home.of(each).standing for each in (0, 2)} == {"payable"}


def test_more_than_a_few_are_decided_by_a_worker(tom: Client, home: Home) -> None:
    homes = [home, *(Home(("8",)) for _ in range(6))]
    disputes = [each.answered() for each in homes]
    where = reverse("council:disputes_decide")
    chosen = [str(rows(each)[0].pk) for each in disputes]
    form = hidden(tom.get(where, group(disputes[0])), "data-cc-list") | group(disputes[0])
    sent = form | {"rows": chosen, "way": "pay_as_planned", "reason": "The plan holds for all.", "start": "1"}
    page = tom.post(where, sent, follow=True)
    again = tom.post(where, sent, follow=True)
    [batch] = Batch.objects.filter(kind="disputes.decide")
    assert f"number {batch.pk}" in text(page) and f"number {batch.pk}" in text(again)
    batches.run_slice(batch.pk, 0)
    assert {Case.objects.get(pk=each.pk).state for each in disputes} == {"decided"}
    assert {each.of().payable_cost for each in homes} == {D(200)}
    said = text(tom.get(reverse("council:dispute_batch", args=[batch.pk])))
    assert "Decided: 7 of 7 disputes" in said and "£200.00 payable" in said
    kept = Content.objects.filter(stream__startswith="batch-words:")
    assert [each.text for each in kept] == [""]
    other = sign_in(make.staff_user("finance"))
    assert other.get(reverse("council:dispute_batch", args=[batch.pk])).status_code == 404


def test_lines_of_a_week_are_disputed_on_its_own_page(tom: Client, home: Home) -> None:
    where = reverse("council:dispute_raise", args=[home.week.pk])
    rooms = tom.get(reverse("council:disputes"))
    assert f'href="{where}"' in rooms.content.decode()
    assert "Dispute lines" not in text(sign_in(make.staff_user("brokerage")).get(reverse("council:disputes")))
    page = tom.get(where)
    body = page.content.decode()
    assert len(re.findall(r'name="lines"[^>]*checked', body)) == 2  # those that the council's rule disputes
    assert text(page).count("To be disputed") == 2
    form = hidden(page, "data-cc-list")
    wrong = tom.post(where, form | {"lines": [str(home.of(0).pk)]})
    assert "Say why it is disputed" in text(wrong)
    assert len(re.findall(r'name="lines"[^>]*checked', wrong.content.decode())) == 1
    assert "Tick at least one line" in text(tom.post(where, form | {"reason": "Why?"}))
    done = tom.post(where, form | {"lines": [str(home.of(0).pk)], "reason": "Why were they fewer?"}, follow=True)
    assert "The lines are disputed" in text(done)
    assert [each.standing for each in (home.of(0), home.of(2))] == ["disputed", "submitted"]


def test_all_disputed_actuals_with_filters(tom: Client, home: Home) -> None:
    dispute = home.disputed(0, 2)
    where = reverse("council:disputes_all")
    for query, found in (
        ("", 2), (f"?client={home.lines[0].client_id}", 1), ("?status=decided", 0), ("?first=2025-02-24", 0),
        (f"?provider={home.organisation.pk}&last=2025-02-17", 2),
    ):  # fmt: skip
        assert text(tom.get(where + query)).count(dispute.case.reference) >= found, query
        assert (dispute.case.reference in text(tom.get(where + query))) is bool(found), query


def test_its_place_in_the_queue_and_among_the_cases(tom: Client, home: Home) -> None:
    dispute = home.answered()
    assert "Disputes" in text(tom.get(reverse("council:disputes_all")))
    team = care.team("finance").pk
    said = text(tom.get(reverse("council:queue", args=[team])))
    assert dispute.case.reference in said
    assert "Decide a dispute" in said


def test_who_reads_decides_nothing_and_who_does_not_read_sees_nothing(home: Home) -> None:
    dispute = home.answered()
    brokerage = sign_in(make.staff_user("brokerage"))
    assert "Record the decisions" not in text(brokerage.get(address(dispute)))
    for path in (reverse("council:dispute_decide", args=[dispute.pk]), reverse("council:disputes_decide")):
        assert brokerage.post(path, {}).status_code == 403
    contracts = sign_in(make.staff_user("contracts"))
    assert contracts.get(address(dispute)).status_code == 404
    assert contracts.get(reverse("council:disputes")).status_code == 403
    nina = sign_in(User.objects.get(pk=home.nina.user_id))
    assert nina.get(address(dispute)).status_code == 404


@pytest.mark.parametrize("number", [1, 100])
def test_every_page_asks_as_many_queries_for_one_row_as_for_a_hundred(bedford: None, number: int) -> None:
    home = Home(("8",) * (number + 1))
    dispute = home.answered(*range(number))
    browser = sign_in(User.objects.get(pk=home.tom.user_id))
    browser.get(reverse("council:disputes"))
    paths = {
        reverse("council:disputes"): MOST_QUERIES,
        reverse("council:disputes_all"): MOST_QUERIES,
        f"{reverse('council:disputes_decide')}?provider={home.organisation.pk}&causes=": MOST_QUERIES,
        reverse("council:dispute_raise", args=[home.week.pk]): MOST_QUERIES,
        address(dispute): 20,
    }
    found = {}
    for path in paths:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        found[path] = len(asked)
    assert all(found[path] <= most for path, most in paths.items()), found
