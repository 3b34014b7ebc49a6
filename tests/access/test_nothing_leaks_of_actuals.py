"""Actuals, recorded visits, disputes and care decisions of two providers with marked data: nothing of one is on any
page, file or answer of the other, of a colleague at another service, or of a council's team that does not read the
kind."""

import re

import pytest
from django.test import Client

from tests import factories as make
from tests.access.marked import Crawl
from tests.access.test_nothing_leaks import answer
from tests.access.weeks import EXPORT, Marked, providers
from tests.web.portal import sign_in
from workflows.engine.models import Case

__all__ = ["providers"]
pytestmark = pytest.mark.django_db


def test_what_one_provider_reaches_the_other_does_not(providers: tuple[Marked, Marked]) -> None:
    """Every address of one is 404 for the other, and a colleague (the control) sees the marks there."""
    for one, other in (providers, providers[::-1]):
        stranger, owner = sign_in(one.person), sign_in(other.person)
        colleague = sign_in(make.provider_user(other.organisation, role="actuals"))
        for path in other.pages:
            told = answer(colleague, path)
            assert other.mark in told, path
            assert other.words in told or (path.startswith("/portal/actuals/") and "/lines/" not in path), path
            refused = stranger.get(path)
            assert refused.status_code == 404, path
            assert other.mark not in refused.content.decode(), path
        rows = [f"/portal/disputes/{each.dispute_id}/rows/{each.pk}/" for each in other.rows]
        runs = [f"/portal/actuals/import/{other.run.pk}/", f"/portal/actuals/visits/import/{other.visits_run.pk}/"]
        runs += [f"{each}errors.csv" for each in runs]
        for path in [*rows, *runs, f"/portal/actuals/visits/{other.visit.pk}/"]:
            assert owner.get(path).status_code in {200, 302}, path
            assert stranger.get(path).status_code == 404, path
        for case in other.weeks.values():  # under one's own week there is none of the other's lines either
            own = one.weeks[case.week].pk
            assert stranger.get(f"/portal/actuals/{own}/lines/{other.line_week(0, case.week)}/").status_code == 404
            sent = stranger.post(f"/portal/actuals/{case.pk}/answer/?line={other.line_week(0, case.week)}")
            assert (sent.status_code, other.mark in sent.content.decode()) == (404, False)


def test_no_page_file_or_filter_of_one_shows_a_mark_of_the_other(providers: tuple[Marked, Marked]) -> None:
    for one, other in (providers, providers[::-1]):
        browser = sign_in(one.person)
        crawl = Crawl(browser).follow("/portal/actuals/")
        assert one.words in crawl.text()
        for room in ("/portal/actuals/", "/portal/disputes/", "/portal/files/"):
            assert [path for path, page in crawl.places().items() if path.startswith(room) and one.words in page], room
        assert other.mark not in crawl.text()
        assert one.words in answer(browser, EXPORT)
        assert other.mark not in answer(browser, EXPORT)
        line = other.lines[0]
        for path in (
            f"/portal/actuals/?service={other.home.pk}", f"/portal/disputes/?client={line.client_id}",
            f"/portal/disputes/?client={line.client_id}&status=provider", "/portal/actuals/import/",
            "/portal/actuals/visits/import/", "/portal/reports/commissioned-v-actuals/",
            f"/portal/care-package-line-items/{line.pk}/",
        ):  # fmt: skip
            assert other.mark not in answer(browser, path), path


def test_a_colleague_at_another_service_sees_nothing_of_this_one(providers: tuple[Marked, Marked]) -> None:
    one, _ = providers
    away = sign_in(make.provider_user(one.organisation, role="main_user", only=one.elsewhere, name="Away"))
    crawl = Crawl(away).follow("/portal/actuals/")
    assert len(crawl.pages) > 5
    assert one.words not in crawl.text()
    assert one.lines[0].client.surname not in crawl.text()
    for path in one.pages:
        refused = away.get(path)
        assert (refused.status_code, one.words in refused.content.decode()) == (404, False), path
    for path in ("/portal/actuals/", "/portal/disputes/", f"/portal/actuals/?service={one.home.pk}", EXPORT):
        assert one.words not in answer(away, path)
        assert one.home.name not in answer(away, path).partition("<main")[2]
    here = sign_in(make.provider_user(one.organisation, role="actuals", only=one.home, name="Here"))
    assert all(one.mark in answer(here, path) for path in one.pages)


COUNCIL_PAGES = ("", "story/", "clocks/", "note/", "hand-over/")


def council_pages(of: Marked) -> list[str]:
    """The addresses of the council that are about its weeks, disputes and decisions."""
    found = ["/actuals/", "/actuals/?show=late", "/actuals/not-charged/", "/actuals/decisions/", "/disputes/",
             "/disputes/all/", f"/disputes/decide/?provider={of.organisation.pk}&causes=provider"]  # fmt: skip
    found += [f"/cases/{case}/{page}" for case in of.cases for page in COUNCIL_PAGES]
    for week, case in of.weeks.items():
        found += [f"/cases/{case.pk}/{page}/" for page in ("accept", "query", "check")]
        found += [f"/cases/{case.pk}/lines/{of.line_week(0, week)}/", f"/disputes/raise/{case.pk}/"]
        found.append(f"/cases/{case.pk}/lines/{of.line_week(2, week)}/visits/")
    found += [f"/actuals/visits/{of.visit.pk}/", f"/actuals/visits/import/{of.council_run.pk}/"]
    found += [f"/cases/{each.pk}/{page}/" for each in of.disputes for page in ("decide", "take")]
    found += [f"/cases/{each}/{page}/" for each in of.decisions for page in ("extend", "stop", "noted")]
    return found + [f"/files/{each}/" for each in of.evidence]


def test_a_team_that_does_not_read_them_sees_nothing(providers: tuple[Marked, Marked]) -> None:
    """Bradford's contracts team reads documents and actions, and who sets up users reads change requests."""
    one, other = providers
    pages = council_pages(one)
    for team in ("contracts", "provider_portal"):
        officer = sign_in(make.staff_user(team))
        for path in pages:
            refused = officer.get(path)
            assert refused.status_code in {403, 404}, path
            assert one.mark not in refused.content.decode().partition("<main")[2], path
        crawl = Crawl(officer).follow("/")
        assert len(crawl.pages) > 5
        assert one.words not in crawl.text() and other.words not in crawl.text()
        for line in one.lines:  # the register is everybody's; what is written in a week is not
            for path in (f"/lines/{line.pk}/", f"/clients/{line.client_id}/"):
                assert one.words not in answer(officer, path), path
    payments = sign_in(make.staff_user("fss_payments"))
    shown = {path: answer(payments, path) for path in pages}
    assert len([page for page in shown.values() if one.mark in page]) > 20  # the control
    assert [page for page in shown.values() if one.words in page]
    about = {path: page for path, page in shown.items() if path.startswith(("/cases/", "/files/"))}
    assert [path for path, page in about.items() if other.mark in page] == []


def test_a_reference_finds_what_is_ones_own(providers: tuple[Marked, Marked]) -> None:
    """One's references lead a colleague to its weeks and disputes, nobody of another provider or service anywhere, and
    only the council to what an absence has set going."""
    one, other = providers
    cases = {each.pk: each for each in Case.objects.filter(pk__in=one.cases)}
    seen = {pk for pk in cases if pk not in one.decisions}
    colleague = sign_in(make.provider_user(one.organisation, role="actuals"))
    strangers = (
        sign_in(other.person),
        sign_in(make.provider_user(one.organisation, role="main_user", only=one.elsewhere)),
    )
    options = sign_in(make.staff_user("support_options"))
    contracts = sign_in(make.staff_user("contracts"))
    for pk, case in cases.items():
        assert _finds(colleague, "/portal/search/", case.reference) is (pk in seen), case.reference
        assert not any(_finds(each, "/portal/search/", case.reference) for each in strangers), case.reference
        assert _finds(options, "/search/", case.reference), case.reference
        assert not _finds(contracts, "/search/", case.reference), case.reference
    visit = one.visit.reference
    assert _finds(colleague, "/portal/search/", visit) and _finds(options, "/search/", visit)
    assert not any(_finds(each, "/portal/search/", visit) for each in strangers)
    assert not _finds(contracts, "/search/", visit)
    assert not _finds(colleague, "/portal/search/", one.visit.carer), "carers are looked up by nobody"


def _finds(browser: Client, path: str, reference: str) -> bool:
    """Whether a search for a reference shows it anywhere but in the box, or leads to its page at once."""
    page = browser.post(path, {"sought": reference}, follow=True)
    assert page.status_code == 200
    said = re.sub(r"<input[^>]*>|<title>.*?</title>", "", page.content.decode()).partition("<main")[2]
    return bool(re.search(rf'<a [^>]*href="/(?:cases|portal)/[^"]*"[^>]*>[^<]*{reference}', said)) or (
        bool(page.redirect_chain) and "/search/" not in page.redirect_chain[-1][0]
    )
