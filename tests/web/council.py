"""What tests of the council's pages share: people of the teams, and documents that were rejected."""

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests import factories
from workflows.contracts import commands
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Task
from workflows.parties.models import User
from workflows.register import commands as register
from workflows.register.models import CarePackageLine

from .conftest import browser_of

WORDS = "Weekly cost is £612.30, agreed with Procurement. You show £536.49."


def officer(name: str = "Priya Raman", *, role: str = "member") -> User:
    """A member of Brokerage."""
    return factories.staff_user("service_brokerage", role=role, name=name)


def browser(user: User | None = None) -> Client:
    """A browser in which somebody of Brokerage has signed in."""
    return browser_of(user or officer())


def rejected(of: CarePackageLine | None = None, *, text: str = WORDS, reason: str = "cost") -> ContractDocument:
    """A document that its provider rejected: Brokerage's turn."""
    document = factories.published(of)
    person = factories.provider_user(document.case.organisation, name="Anna Leeder")
    version = latest(document)
    commands.reject(
        actor=factories.actor(person),
        case_id=document.pk,
        task_id=turn(document).pk,
        number=version.number,
        sha256=version.sha256,
        reason=reason,
        text=text,
        key=factories.key(),
    )
    return ContractDocument.objects.select_related("case", "line").get(pk=document.pk)


def latest(document: ContractDocument) -> DocumentVersion:
    """The version in force."""
    return DocumentVersion.objects.filter(document=document).latest("number")


def turn(document: ContractDocument) -> Task:
    """The open task of a document's case."""
    return Task.objects.get(process=document.pk, finished=None)


def agree(document: ContractDocument) -> None:
    """The provider agrees to the latest version."""
    person = factories.provider_user(document.case.organisation)
    version = latest(document)
    commands.agree(
        actor=factories.actor(person),
        case_id=document.pk,
        task_id=turn(document).pk,
        number=version.number,
        sha256=version.sha256,
        key=factories.key(),
    )


def fields_of(page: HttpResponse, form: int = 0) -> dict[str, Any]:
    """What a browser would post from the page's main form: hidden and typed values, the checked, the selected."""
    forms = re.findall(r"<form [^>]*method=\"post\".*?</form>", body(page), re.S)
    text = [each for each in forms if "sign-out" not in each and 'role="search"' not in each][form]
    found = {
        name: html.unescape(value)
        for tag in re.findall(r"<input [^>]*>", text)
        for name, value in [(attribute(tag, "name"), attribute(tag, "value"))]
        if attribute(tag, "type") not in {"radio", "checkbox", "file"} or " checked" in tag
    }
    for area in re.findall(r"<textarea [^>]*>.*?</textarea>", text, re.S):
        found[attribute(area, "name")] = html.unescape(area.partition(">")[2].rpartition("<")[0]).strip("\n")
    for select in re.findall(r"<select .*?</select>", text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        found[attribute(select, "name")] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def attribute(tag: str, name: str) -> str:
    """One attribute of the first tag in a text."""
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return match[1] if match else ""


def body(page: HttpResponse) -> str:
    """The page as text."""
    return page.content.decode()


def words(page: HttpResponse) -> str:
    """What a person reads on a page: without tags, spaces tidied."""
    text = re.sub(r"<(script|style|head).*?</\1>", " ", body(page), flags=re.S)
    tidy = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
    return re.sub(r" (?=[:,.])", "", tidy)


def change(line: CarePackageLine, amount: str = "600.00") -> CarePackageLine:
    """Somebody gives the line another price."""
    return register.change_line(
        actor=factories.actor(officer("Tom Bullard")),
        line_id=line.pk,
        version=None,
        unit_cost=Decimal(amount),
        price_from=date(2018, 4, 9),
    )
