"""Two providers with marked data: no mark of one on any page, file, mail or search of the other.

And no client's name in a mail, an address, a page's title, a file's name or a line of the log, on either side.
"""

import hashlib
import logging
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tasks import carrying
from tasks.actors import load
from tests import factories as make
from tests.files import PDF
from tests.model.moves import seen, verb_call
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Outbox
from workflows.parties.models import Organisation, Service, User
from workflows.parties.selectors import organisations_of

load()
pytestmark = pytest.mark.django_db
HREF = re.compile(r'(?:href|action)="([^"]*)"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
STATES = ("published", "rejected", "republished", "accepted", "terminated", "superseded")
MOST_PAGES = 800


@dataclass
class Marked:
    """A provider whose every name and text holds its mark; its clients' names hold another one."""

    mark: str
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    person: User = field(init=False)
    documents: list[ContractDocument] = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(self.organisation, name=f"{self.mark} House")
        self.person = make.provider_user(self.organisation, name=f"Person {self.mark}")
        self.documents = [self._document(number, state) for number, state in enumerate(STATES)]

    @property
    def clients_mark(self) -> str:
        return f"Q{self.mark}q"

    def _document(self, number: int, state: str) -> ContractDocument:
        client = make.client_(f"{self.clients_mark}{number}", self.clients_mark)
        document = make.published(make.line(self.home, of=client))
        provider, officer = make.actor(self.person), make.actor(make.staff_user())
        steps = {
            "published": [],
            "rejected": [("attach", provider), ("reject", provider)],
            "republished": [("reject", provider), ("republish", officer)],
            "accepted": [("agree", provider)],
            "terminated": [("terminate", officer)],
            "superseded": [("supersede", officer)],
        }
        for verb, actor in steps[state]:
            words = f"{self.mark} says about {self.clients_mark}."
            verb_call(verb, actor, seen(document), make.key(), words=words)()
        return document


@dataclass
class Crawl:
    """Everything that one person can reach by following what their pages offer."""

    client: Client
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)

    def follow(self, start: str) -> "Crawl":
        """Open the start and all that is linked, forms that only ask included."""
        waiting, known = [start], {start}
        while waiting:
            path = waiting.pop()
            assert len(known) < MOST_PAGES, "the crawl does not end"
            for found in self._open(path):
                if found.startswith("/") and not found.startswith("/static/") and found not in known:
                    known.add(found)
                    waiting.append(found)
        return self

    def _open(self, path: str) -> list[str]:
        response = self.client.get(path)
        assert response.status_code in {200, 302, 405}, (path, response.status_code)
        if response.status_code == 302:
            return [urljoin(path, response["Location"])]
        if "attachment" in response.headers.get("Content-Disposition", ""):
            content = b"".join(response.streaming_content) if response.streaming else response.content
            self.files[path] = (response["Content-Disposition"], content)
            return []
        page = response.content.decode()
        self.pages[path] = page
        self.titles += TITLE.findall(page)
        return [urldefrag(urljoin(path, unescape(each)))[0] for each in HREF.findall(page)]

    def text(self) -> str:
        """All pages, and what can be read in files."""
        return "\n".join([*self.pages.values(), *(readable(content) for _, content in self.files.values())])

    def names_of_things(self) -> str:
        """Addresses, titles and file names."""
        return "\n".join([*self.pages, *self.files, *self.titles, *(name for name, _ in self.files.values())])


def readable(content: bytes) -> str:
    """The text of a file; a spreadsheet is unpacked, a PDF is known by its hash."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as parts:
            return "\n".join(parts.read(each).decode("utf-8", "replace") for each in parts.namelist())
    return content.decode("utf-8", "replace")


def signed_in(user: User) -> Client:
    """A browser of this person at their first provider."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = organisations_of(user).values_list("pk", flat=True).first()
    session.save()
    return client


def carry_everything() -> None:
    """Let the workers do what is due, mails with their window included."""
    while rows := list(Outbox.objects.filter(done_at=None, parked_at=None).order_by("pk")):
        for row in rows:
            Outbox.objects.filter(pk=row.pk).update(due_at=timezone.now())
            carrying.carry_out(row.pk, row.attempts)


@pytest.fixture
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def providers(quick: None) -> tuple[Marked, Marked]:
    return Marked("ALPHAMARK"), Marked("BETAMARK")


def test_no_mark_of_one_provider_on_any_page_or_file_of_the_other(providers: tuple[Marked, Marked]) -> None:
    for one, other in (providers, providers[::-1]):
        crawl = Crawl(signed_in(one.person)).follow("/")
        assert len(crawl.pages) > 15
        assert one.mark in crawl.text()
        assert other.mark not in crawl.text()
        own = set(DocumentVersion.objects.filter(document__in=one.documents).values_list("sha256", flat=True))
        pdfs = {hashlib.sha256(content).hexdigest() for _, content in crawl.files.values() if content[:5] == b"%PDF-"}
        signed = {hashlib.sha256(PDF).hexdigest()}
        assert len(pdfs) > 5
        assert pdfs <= own | signed


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


STAFF: dict[str, Callable[[], User]] = {
    "officer": lambda: make.staff_user(name="Officer"),
    "manager": lambda: make.staff_user(role="manager", name="Manager"),
    "payments": lambda: make.staff_user("payments_residential", name="Payments"),
    "auditor": lambda: make.staff_user("", duty="auditor", name="Auditor"),
    "administrator": lambda: make.staff_user("", duty="administrator", name="Administrator"),
}


@pytest.mark.parametrize("who", STAFF)
def test_no_clients_name_in_an_address_title_or_file_name_of_the_council(
    quick: None, caplog: pytest.LogCaptureFixture, who: str
) -> None:
    caplog.set_level(logging.INFO)
    marked = Marked("ALPHAMARK")
    crawl = Crawl(signed_in(STAFF[who]())).follow("/")
    assert len(crawl.pages) > 5
    assert (marked.clients_mark in crawl.text()) is (who != "administrator")
    assert marked.clients_mark not in crawl.names_of_things()
    assert marked.clients_mark not in caplog.text


def test_no_clients_name_in_an_address_title_file_name_or_log_of_a_provider(
    quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    marked = Marked("ALPHAMARK")
    crawl = Crawl(signed_in(marked.person)).follow("/")
    assert marked.clients_mark in crawl.text()
    assert marked.clients_mark not in crawl.names_of_things()
    assert marked.clients_mark not in caplog.text


def test_no_clients_name_and_no_words_in_any_mail(
    providers: tuple[Marked, Marked], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    colleagues = [make.provider_user(each.organisation) for each in providers]
    carry_everything()
    assert {address for each in mail.outbox for address in each.to} >= {each.email for each in colleagues}
    said = "\n".join(f"{each.subject}\n{each.body}\n{each.extra_headers}" for each in mail.outbox)
    assert "ISO-" in said
    for marked in providers:
        assert marked.mark not in said
        assert marked.clients_mark not in caplog.text


def test_a_mail_goes_only_to_the_provider_that_it_is_about(providers: tuple[Marked, Marked]) -> None:
    carry_everything()
    for one, other in (providers, providers[::-1]):
        references = [each.case.reference for each in other.documents]
        mine = [f"{each.subject}\n{each.body}" for each in mail.outbox if one.person.email in each.to]
        assert mine
        assert not [each for each in mine for reference in references if reference in each]
