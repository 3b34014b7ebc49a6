"""Two providers with marked data, in every room of the portal, and a crawl of what somebody can reach."""

import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urldefrag, urljoin

from django.test import Client

from tests import changes as do
from tests import factories as make
from tests.files import PDF, staged
from tests.model.moves import seen, verb_call
from workflows.actions import commands as actions
from workflows.actions.rules import Asked
from workflows.changes.rules import What
from workflows.claims import commands as claims
from workflows.claims.rules import Asked as Claimed
from workflows.contracts.models import ContractDocument
from workflows.engine import moment, turns
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, Service, User
from workflows.parties.selectors import organisations_of
from workflows.people.models import Contact

HREF = re.compile(r'(?:href|action)="([^"]*)"')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
STATES = ("published", "rejected", "republished", "accepted", "terminated", "superseded")
MOST_PAGES = 800
#: Filters, orders and pages of a list lead to as many addresses as there are ways to join them: of each list so many.
WAYS = 12
#: What the council writes for itself: on no page of any provider.
INSIDE = "INSIDEWORD"
#: Fields of a contact that hold a mark; each is short enough for all of them.
MARKED = ("forename", "surname", "address_1", "town", "county", "country", "mobile", "telephone", "fax", "role")


@dataclass
class Marked:
    """A provider whose every name and text holds its mark; its clients' names hold another one."""

    mark: str
    whole: bool = True  # in every room; else documents alone, for crawls of the council's many pages
    organisation: Organisation = field(init=False)
    home: Service = field(init=False)
    person: User = field(init=False)
    documents: list[ContractDocument] = field(init=False)
    officer: Actor = field(init=False)
    helpline: Actor = field(init=False)
    procurement: Actor = field(init=False)
    contact: Contact = field(init=False)
    requests: list[int] = field(init=False)
    actions: list[int] = field(init=False)
    claims: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(self.organisation, name=f"{self.mark} House")
        self.person = make.provider_user(self.organisation, name=f"Person {self.mark}")
        self.documents = [self._document(number, state) for number, state in enumerate(STATES)]
        self.officer = make.actor(make.staff_user(name="Officer"))
        self.helpline = make.actor(make.staff_user("fes_admin", name="Helpline"))
        self.procurement = make.actor(make.staff_user("procurement", name="Procurement"))
        self.contact = do.contact(self.organisation, name=f"Contact {self.mark}")
        for record in (self.organisation, self.home, self.contact):
            self._address(record)
        self.requests, self.actions, self.claims = [], [], []
        if self.whole:
            self._everywhere()

    def _everywhere(self) -> None:
        self.requests += [self._asked(state) for state in ("open", "accepted", "part", "rejected", "withdrawn", "new")]
        self.requests.append(do.remove(self.actor, do.contact(self.organisation, name=f"Left {self.mark}")).case_id)
        self.actions += [self._action(number, state) for number, state in enumerate(("team", "provider", "closed"))]
        self.actions.append(self._death())
        self.claims += [self._claim(number, state) for number, state in enumerate(("submitted", "queried", "rejected"))]

    @property
    def actor(self) -> Actor:
        """The person, at this provider."""
        return make.actor(self.person)

    @property
    def paper(self) -> bytes:
        """What is in its files."""
        return PDF + f"% {self.mark}\n".encode()

    @property
    def cases(self) -> list[int]:
        """Everything that anybody has or had to do."""
        return [*(each.pk for each in self.documents), *self.requests, *self.actions, *self.claims]

    def _address(self, record: Any) -> None:
        """The block that organisations, services and contacts share (norfolk-handbook §6, §7)."""
        for column in ("address_1", "town", "telephone"):
            setattr(record, column, f"1 {self.mark} {column}")
        record.email = f"{record._meta.model_name}@{self.mark.lower()}.example"
        record.save()

    def _asked(self, state: str) -> int:
        """A change request that came so far."""
        if state == "new":
            person = {field: f"{self.mark} {field}" for field in MARKED}
            mail = {each: f"new@{self.mark.lower()}.example" for each in ("email", "portal_email")}
            return do.ask(self.actor, What.CONTACT_CREATION, do.JOHN | person | mail).case_id
        if state in {"open", "withdrawn"}:
            wanted = {"fax": f"{self.mark} {state}"}
            case = do.ask(self.actor, What.CONTACT_EDIT, wanted, contact_id=self.contact.pk).case_id
            if state == "withdrawn":
                do.withdraw(self.actor, case)
            return case
        what = What.SERVICE if state == "part" else What.ORGANISATION
        about = {"service_id": self.home.pk} if what is What.SERVICE else {}
        wanted = {"county": f"{self.mark} {state}", "fax": f"{self.mark}{state}"}
        case = do.ask(self.actor, what, wanted, **about).case_id
        if state == "rejected":
            do.reject(self.procurement, case, text=f"Why {self.mark}?")
        else:
            refused = {"refused": {"fax": "other"}} if state == "part" else {}
            do.accept(self.procurement, case, text=f"Good, {self.mark}.", **refused)
        return case

    def _action(self, number: int, state: str) -> int:
        """A conversation that came so far, with files of both sides and a note that is the council's own."""
        line = self.documents[0].line
        related, entity = (("client", line.client_id), ("service", self.home.pk), ("contact", self.contact.user_id))[
            number
        ]
        words = f"{self.mark} asks about {self.clients_mark}."
        asked = Asked("query", related, entity, None, "service_brokerage", f"{self.mark} on {self.clients_mark}", words)
        paper = [staged(self.actor, f"{self.mark}.pdf", self.paper).pk]
        case = actions.open_action(actor=self.actor, asked=asked, file_ids=paper, key=make.key()).case_id
        turns.note(actor=self.officer, case_id=case, text=f"{INSIDE} on {self.mark}", mentions=[], key=make.key())
        if state != "team":
            self._says(
                "reply", self.officer, case, files=[staged(self.officer, f"{self.mark} answer.pdf", self.paper).pk]
            )
        if state == "closed":
            self._says("request_closure", self.actor, case)
            self._says("close", self.helpline, case)
        return case

    def _says(self, verb: str, actor: Actor, case: int, files: list[int] | None = None) -> None:
        task = Task.objects.get(process=case, finished=None).pk
        more = {"file_ids": files} if files else {}
        getattr(actions, verb)(
            actor=actor, case_id=case, task_id=task, text=f"{self.mark}: {verb}.", key=make.key(), **more
        )

    def _claim(self, number: int, state: str) -> int:
        """A claim that came so far, with evidence, and with words of both sides."""
        words, paper = f"{self.mark} for {self.clients_mark}", staged(self.actor, f"{self.mark}.pdf", self.paper).pk
        line = self.documents[number].line_id
        asked = Claimed("transport", moment.today(), Decimal(10 + number), words, line_id=line)
        case = claims.submit(actor=self.actor, asked=asked, file_ids=[paper], key=make.key()).case_id
        payer = make.actor(make.staff_user("payments_residential", name="Payments"))
        turns.note(actor=payer, case_id=case, text=f"{INSIDE} on {self.mark}", mentions=[], key=make.key())
        task = Task.objects.get(process=case, finished=None).pk
        said: dict[str, Any] = {"actor": payer, "case_id": case, "task_id": task, "text": words, "key": make.key()}
        if state == "queried":
            claims.query(**said)
        elif state == "rejected":
            claims.reject(**said, reason="not_agreed")
        return case

    def _death(self) -> int:
        client, since = self.documents[1].line.client_id, moment.today() - timedelta(days=1)
        told = Asked("death", "client", client, None, "service_brokerage", f"{self.mark} news", self.mark, since=since)
        return actions.open_action(actor=self.actor, asked=told, key=make.key()).case_id

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
    known: set[str] = field(default_factory=set)  # every address that was offered

    def follow(self, start: str) -> "Crawl":
        """Open the start and all that is linked, forms that only ask included."""
        waiting, ways = [start], Counter[str]()
        self.known.add(start)
        while waiting:
            path = waiting.pop()
            assert sum(min(each, WAYS) for each in ways.values()) < MOST_PAGES, "the crawl does not end"
            for found in self._open(path):
                if found.startswith("/") and not found.startswith("/static/") and found not in self.known:
                    self.known.add(found)
                    ways[found.partition("?")[0]] += 1
                    if ways[found.partition("?")[0]] <= WAYS:
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

    def places(self) -> dict[str, str]:
        """What can be read at each address, files included."""
        return self.pages | {path: f"{name}\n{readable(content)}" for path, (name, content) in self.files.items()}

    def text(self) -> str:
        """All pages, and what can be read in files."""
        return "\n".join([*self.pages.values(), *(readable(content) for _, content in self.files.values())])

    def names_of_things(self) -> str:
        """Addresses, titles and file names."""
        return "\n".join([*self.known, *self.titles, *(name for name, _ in self.files.values())])


def readable(content: bytes) -> str:
    """The text of a file; a spreadsheet is unpacked, a PDF is known by its hash."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as parts:
            return "\n".join(parts.read(each).decode("utf-8", "replace") for each in parts.namelist())
    return content.decode("utf-8", "replace")


def signed_in(user: User, at: Organisation | None = None) -> Client:
    """A browser of this person at a provider, or at their first one."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = at.pk if at else organisations_of(user).values_list("pk", flat=True).first()
    session.save()
    return client
