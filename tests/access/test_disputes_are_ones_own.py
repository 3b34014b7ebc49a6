"""Disputes of two providers with marked data, as Bedford: nothing of one is on any page, file, search or mail of the
other, and no client is named in an address, a title, a file's name, a line of the log or a mail, on either side."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.test import Client

from tests import care
from tests import factories as make
from tests.access.test_nothing_leaks import TITLE, Crawl, answer, carry_everything
from tests.councils import served
from tests.disputes import Home, amend, decide, rows
from tests.files import PDF, staged
from tests.web.portal import sign_in
from workflows.disputes import commands
from workflows.disputes.models import Dispute
from workflows.disputes.rules import ASK_AGAIN, Choice, Decision
from workflows.engine import files
from workflows.engine.models import Attachment
from workflows.parties.models import Client as Person
from workflows.parties.models import User

pytestmark = pytest.mark.django_db


@dataclass
class Marked:
    """A provider with a dispute in each state, whose every name and text holds its mark."""

    mark: str
    homes: list[Home] = field(init=False)
    disputes: list[Dispute] = field(init=False)

    def __post_init__(self) -> None:
        self.homes = [Home(("8", "6")) for _ in range(3)]
        for home in self.homes:
            home.organisation.name, home.service.name = f"{self.mark} Care Ltd", f"{self.mark} House"
            home.organisation.save()
            home.service.save()
            clients = [line.client_id for line in home.lines]
            Person.objects.filter(pk__in=clients).update(surname=self.clients_mark, forename=self.clients_mark)
        self.disputes = [self._dispute(home, number) for number, home in enumerate(self.homes)]

    @property
    def clients_mark(self) -> str:
        return f"Q{self.mark}q"

    @property
    def people(self) -> list[User]:
        """Who may answer them."""
        return [User.objects.get(pk=home.nina.user_id) for home in self.homes]

    def _dispute(self, home: Home, number: int) -> Dispute:
        """Raised, answered, or decided and asked about again."""
        words = f"{self.mark} says of {self.clients_mark}"
        outcome = commands.raise_dispute(
            actor=home.tom, week_id=home.week.pk, task_id=care.turn(home.week.pk).pk,
            lines=[home.of(each).pk for each in (0, 1)], reason=words, key=make.key(),
        )  # fmt: skip
        dispute = Dispute.objects.get(pk=outcome.answer["dispute"])
        if number:
            amend(home.nina, dispute, rows(dispute)[0], "9")
            chosen = staged(home.nina, f"{self.mark}.pdf", PDF)
            commands.answer(
                actor=home.nina, case_id=dispute.pk, task_id=care.turn(dispute.pk).pk, text=words,
                file_ids=[chosen.pk], key=make.key(),
            )  # fmt: skip
        if number == 2:
            one, two = rows(dispute)
            decide(home.tom, dispute, Choice(one.pk, Decision.AS_PLANNED, words), Choice(two.pk, ASK_AGAIN, words))
        return dispute

    @property
    def pages(self) -> list[str]:
        """The addresses of its disputes, rows and evidence."""
        found = []
        for each in self.disputes:
            found.append(f"/portal/disputes/{each.pk}/")
            found += [f"/portal/disputes/{each.pk}/rows/{row.pk}/" for row in rows(each)]
            found += [f"/portal/files/{kept.pk}/" for kept in files.of("dispute.evidence", [each.pk]).get(each.pk, [])]
        return found


@pytest.fixture
def providers() -> Iterator[tuple[Marked, Marked]]:
    with served("bedford"):
        yield Marked("ALPHAMARK"), Marked("BETAMARK")


def test_what_one_provider_reaches_the_other_does_not(providers: tuple[Marked, Marked]) -> None:
    Attachment.objects.update(state=Attachment.State.READY)
    for one, other in (providers, providers[::-1]):
        browsers = [sign_in(each) for each in one.people]
        shown = "".join(answer(each, "/portal/disputes/") for each in browsers)
        assert one.clients_mark in shown
        assert other.mark not in shown
        for path in one.pages:
            assert any(each.get(path).status_code in {200, 302} for each in browsers), path
        for path in other.pages:
            for each in browsers:
                for sent in (each.get(path), each.post(path, {"text": "x"})):
                    assert sent.status_code in {404, 405}, path
                    assert other.mark not in answer(each, path)
        reference = other.disputes[0].case.reference
        for sought in (reference, other.clients_mark, f"{other.mark} says"):
            found = browsers[0].post("/portal/search/", {"sought": sought}, follow=True).content.decode()
            results = found[found.index("<main") :]
            assert reference not in re.sub(r'value="[^"]*"', "", results).replace(sought, "") or sought == reference
            assert f"/portal/disputes/{other.disputes[0].pk}/" not in found


def test_without_the_scope_both_are_found(providers: tuple[Marked, Marked]) -> None:
    """The control: the council's list shows both."""
    shown = answer(sign_in(make.staff_user("finance")), "/disputes/all/")
    assert all(each.mark in shown for each in providers)


def test_a_councils_page_about_one_shows_nothing_of_the_other(providers: tuple[Marked, Marked]) -> None:
    officer = sign_in(make.staff_user("finance"))
    for one, other in (providers, providers[::-1]):
        for dispute in one.disputes:
            for page in ("", "story/", "clocks/"):
                said = answer(officer, f"/cases/{dispute.pk}/{page}")
                assert one.mark in said
                assert other.mark not in said
                assert one.clients_mark not in "".join(TITLE.findall(said))


def test_no_client_is_named_in_an_address_a_title_a_file_or_the_log(
    providers: tuple[Marked, Marked], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one, _ = providers
    for browser in (sign_in(one.people[2]), sign_in(make.staff_user("finance"))):
        crawl = Crawl(browser)
        waiting: Client = browser
        for path in ("/portal/disputes/", *one.pages) if browser.get("/portal/").status_code == 200 else (
            "/disputes/", "/disputes/all/", *(f"/cases/{each.pk}/" for each in one.disputes),
        ):  # fmt: skip
            if waiting.get(path).status_code == 200:
                crawl._open(path)
        assert one.clients_mark in crawl.text()
        assert one.clients_mark not in crawl.names_of_things()
    assert one.clients_mark not in caplog.text


def test_no_name_and_no_words_in_any_mail(providers: tuple[Marked, Marked]) -> None:
    carry_everything()
    said = "\n".join(f"{each.subject}\n{each.body}\n{each.extra_headers}" for each in mail.outbox)
    assert "DSP-" in said
    for marked in providers:
        assert marked.mark not in said
        for own in marked.people:
            mine = [f"{each.subject}\n{each.body}" for each in mail.outbox if own.email in each.to]
            others = [each.case.reference for each in Dispute.objects.exclude(case__organisation__in=[
                home.organisation for home in marked.homes])]  # fmt: skip
            assert not [each for each in mine for reference in others if reference in each]
