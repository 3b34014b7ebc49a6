"""Two providers with marked data: no mark of one on any page, file, mail or search of the other.

And no client's name in a mail, an address, a page's title, a file's name or a line of the log, on either side.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from tests.access.marked import INSIDE, TITLE, Crawl, Marked, readable, signed_in
from tests.files import PDF, upload
from workflows.contracts.models import DocumentVersion
from workflows.engine.models import Attachment, Case, Outbox
from workflows.parties import grants
from workflows.parties.models import Membership, User

load()
pytestmark = pytest.mark.django_db


def carry_everything() -> None:
    """Let the workers do what is due, mails with their window included."""
    while rows := list(Outbox.objects.filter(done_at=None, parked_at=None).order_by("pk")):
        for row in rows:
            Outbox.objects.filter(pk=row.pk).update(due_at=timezone.now())
            carrying.carry_out(row.pk, row.attempts)


#: Each room of the portal, and on how many pages and files of it at least the crawl must find one's own mark.
ROOMS = {
    "/portal/contract-documents/": 10,
    "/portal/contract-documents/spreadsheet/": 1,
    "/portal/change-requests/": 8,
    "/portal/contacts/": 8,
    "/portal/organisation/": 2,
    "/portal/services/": 2,
    "/portal/care-package-line-items/": 5,
    "/portal/care-package-line-items/list.csv": 1,
    "/portal/care-package-line-items/list.xlsx": 1,
    "/portal/actions/": 5,
    "/portal/claims/": 4,
    "/portal/files/": 3,
}
#: Where somebody of several providers picks one: both are named.
CHOOSING = frozenset({"/providers/"})


@pytest.fixture
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(scope="module")
def both(one_transaction: None) -> tuple[Marked, Marked]:
    """Two providers in every room, made once: each test takes back what it writes."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        return Marked("ALPHAMARK"), Marked("BETAMARK")


@pytest.fixture
def providers(both: tuple[Marked, Marked], quick: None) -> tuple[Marked, Marked]:
    return both


def test_no_mark_of_one_provider_on_any_page_or_file_of_the_other(providers: tuple[Marked, Marked]) -> None:
    """Nor does any address of one answer the other with a mark."""
    crawls = {each.mark: Crawl(signed_in(each.person)).follow("/") for each in providers}
    for one, other in (providers, providers[::-1]):
        crawl = crawls[one.mark]
        assert len(crawl.pages) > 15
        assert one.mark in crawl.text()
        assert other.mark not in crawl.text()
        assert other.mark.lower() not in crawl.text()
        assert INSIDE not in crawl.text()
        for room, least in ROOMS.items():
            marked = [path for path, page in crawl.places().items() if path.startswith(room) and one.mark in page]
            assert len(marked) >= least, (room, sorted(crawl.places()))
        own = set(DocumentVersion.objects.filter(document__in=one.documents).values_list("sha256", flat=True))
        pdfs = {hashlib.sha256(content).hexdigest() for _, content in crawl.files.values() if content[:5] == b"%PDF-"}
        signed = {hashlib.sha256(each).hexdigest() for each in (PDF, one.paper)}
        assert len(pdfs) > 5
        assert pdfs <= own | signed
        _no_address_answers_with_a_mark(one, other, crawls[other.mark].places())


def _no_address_answers_with_a_mark(one: Marked, other: Marked, theirs: Mapping[str, str]) -> None:
    """Every page and file that one's person reaches is asked for by the other's, and, the control, some of each room
    by a colleague."""
    stranger, colleague = signed_in(one.person), signed_in(make.provider_user(other.organisation))
    for room in ROOMS:
        marked = [path for path, page in theirs.items() if path.startswith(room) and other.mark in page]
        assert any(other.mark in answer(colleague, path) for path in marked), room
    for path in theirs:
        response = stranger.get(path)
        assert other.mark not in said(response), path
        if any(f"/{pk}/" in path for pk in other.cases):
            assert response.status_code == 404, path


def test_who_belongs_to_both_sees_each_where_they_have_chosen_it(providers: tuple[Marked, Marked]) -> None:
    """The control of the crawl: with a role at the other provider it finds the other's marks, and then no own ones."""
    one, other = providers
    someone = make.provider_user(one.organisation, name="Agency Worker")
    Membership.objects.create(user=someone, organisation=other.organisation, role="super_user_scheduled")
    grants.sync_user(someone)
    for chosen, away in ((one, other), (other, one)):
        crawl = Crawl(signed_in(someone, chosen.organisation)).follow("/")
        pages = "\n".join(page for path, page in crawl.places().items() if path not in CHOOSING)
        assert chosen.mark in pages
        assert away.mark not in pages


def test_no_file_that_is_kept_with_a_form_shows_in_a_form_of_the_other(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    kept = signed_in(other.person)
    form = {"type": "query", "files": upload(f"{other.mark} kept.pdf", PDF)}
    assert f"{other.mark} kept.pdf" in kept.post("/portal/actions/new/", form).content.decode()
    number = Attachment.objects.get(name=f"{other.mark} kept.pdf").pk
    stranger = signed_in(one.person)
    answer = stranger.post("/portal/actions/new/", {"type": "query", "files_kept": [number]}).content.decode()
    assert other.mark not in answer
    assert "not there any more" in answer
    for browser in (stranger, kept):  # not even its sender takes it out again before it was sent
        assert browser.get(f"/portal/files/{number}/").status_code == 404
    again = kept.post("/portal/actions/new/", {"type": "query", "files_kept": [number]}).content.decode()
    assert f"{other.mark} kept.pdf" in again


COUNCIL_PAGES = ("", "story/", "clocks/", "note/", "hand-over/", "answer/")


def test_no_page_of_the_councils_about_one_provider_shows_a_mark_of_the_other(
    providers: tuple[Marked, Marked],
) -> None:
    """An officer who answers one must not copy what is the other's; whole lists show both, as they should."""
    officers = [signed_in(make.staff_user()), signed_in(make.staff_user("procurement"))]
    for one, other in (providers, providers[::-1]):
        addresses = [f"/cases/{case}/{page}" for case in one.cases for page in COUNCIL_PAGES]
        addresses += [f"/lines/{each.line_id}/" for each in one.documents]
        addresses += [f"/clients/{each.line.client_id}/" for each in one.documents]
        addresses.append(f"/actions/new/{one.organisation.pk}/")
        shown = {path: "".join(answer(each, path) for each in officers) for path in addresses}
        assert [path for path, page in shown.items() if other.mark in page] == []
        every = [title for page in shown.values() for title in TITLE.findall(page)]  # those of pictures, too
        titles = "".join(each for each in every if each.endswith("County Council"))
        assert one.clients_mark not in "".join(every)
        assert titles.count("Action ACT-") >= len(one.actions)
        assert one.mark not in titles  # references only: neither a client's name nor what somebody called an action
        assert len([path for path, page in shown.items() if one.mark in page]) > len(one.cases)
    everything = "".join(answer(officers[1], path) for path in ("/actions/", "/change-requests/", "/lines/"))
    assert all(each.mark in everything for each in providers)


def answer(client: Client, path: str) -> str:
    """What can be read of an answer, a file and its name included."""
    return said(client.get(path))


def said(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.headers.get('Content-Disposition', '')}\n{readable(content)}"


def test_no_search_or_filter_finds_what_is_the_others(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    client = signed_in(one.person)
    line = other.documents[0].line
    for tab in ("awaiting", "accepted", "rejected", "terminated", "superseded", "all"):
        for query in ({"service": other.home.pk}, {"client": line.client_id}):
            for place in ("/portal/contract-documents/", "/portal/contract-documents/spreadsheet/"):
                response = client.get(place, {"tab": tab, **query})
                content = b"".join(response.streaming_content) if response.streaming else response.content
                assert other.mark not in readable(content), (place, tab, query)


def test_the_search_box_and_the_list_of_everything_show_nothing_of_the_others(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    client = signed_in(one.person)
    document = other.documents[0]
    for sought in (document.case.reference, document.line.reference, document.line.client.ss_ref, other.home.reference):
        found = client.post("/portal/search/", {"sought": sought}, follow=True)
        assert found.status_code == 200
        assert found.request["PATH_INFO"].startswith("/portal/search/")
        text = found.content.decode()
        assert other.mark not in text and other.clients_mark not in text, sought
    for place in ("/queues/everything/", "/queues/everything/queue.csv", "/queues/all/"):
        assert client.get(place).status_code == 404
    own = client.post("/portal/search/", {"sought": one.documents[0].case.reference}, follow=True)
    assert one.mark in own.content.decode()


def test_who_answers_anothers_document_learns_nothing_from_the_refusal(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    client = signed_in(one.person)
    for document in other.documents:
        shown = DocumentVersion.objects.filter(document=document).latest("number")
        body = {"answer": "agree", "password": make.PASSWORD, "number": shown.number, "sha256": shown.sha256}
        refused = client.post(f"/portal/contract-documents/{document.pk}/", body | {"task": 1})
        assert refused.status_code == 404
        assert other.mark not in refused.content.decode()


#: A manager reaches what an officer of the team does, and more.
STAFF: dict[str, Callable[[], User]] = {
    "manager": lambda: make.staff_user(role="manager", name="Manager"),
    "payments": lambda: make.staff_user("payments_residential", name="Payments"),
    "auditor": lambda: make.staff_user("", duty="auditor", name="Auditor"),
    "administrator": lambda: make.staff_user("", duty="administrator", name="Administrator"),
}


def test_no_clients_name_in_an_address_title_file_name_or_log_of_either_side(
    quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    marked = Marked("GAMMAMARK", whole=False)
    for who, person in STAFF.items():
        crawl = Crawl(signed_in(person())).follow("/")
        assert len(crawl.pages) > 5
        assert (marked.clients_mark in crawl.text()) is (who != "administrator"), who
        assert marked.clients_mark not in crawl.names_of_things(), who
    own = Marked("DELTAMARK")
    crawl = Crawl(signed_in(own.person)).follow("/")
    assert own.clients_mark in crawl.text()
    assert own.clients_mark not in crawl.names_of_things()
    assert marked.clients_mark not in caplog.text
    assert own.clients_mark not in caplog.text


def test_no_clients_name_and_no_words_in_any_mail(
    providers: tuple[Marked, Marked], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    colleagues = [make.provider_user(each.organisation) for each in providers]
    carry_everything()
    assert {address for each in mail.outbox for address in each.to} >= {each.email for each in colleagues}
    words = "\n".join(f"{each.subject}\n{each.body}\n{each.extra_headers}" for each in mail.outbox)
    assert "ISO-" in words
    for marked in providers:
        assert marked.mark not in words
        assert marked.clients_mark not in caplog.text


def test_a_mail_goes_only_to_the_provider_that_it_is_about(providers: tuple[Marked, Marked]) -> None:
    carry_everything()
    for one, other in (providers, providers[::-1]):
        references = Case.objects.filter(pk__in=other.cases).values_list("reference", flat=True)
        mine = [f"{each.subject}\n{each.body}" for each in mail.outbox if one.person.email in each.to]
        assert mine
        assert not [each for each in mine for reference in references if reference in each]
