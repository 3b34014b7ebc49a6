"""What the tests of the provider's pages share: a signed-in browser, and the form as the page gives it."""

import re
import time
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from tests import factories as make
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.engine.models import Task
from workflows.parties.models import User

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?')


def sign_in(user: User) -> Client:
    """A browser in which this person has gone through all of the sign-in, for their first organisation."""
    browser = Client()
    browser.force_login(user, backend=MODEL_BACKEND)
    session = browser.session
    session["seen"] = session["began"] = time.time()
    session["organisation"] = make.actor(user).organisation_id
    session.save()
    return browser


def provider_of(document: ContractDocument, **words: Any) -> User:
    """Somebody who may answer the document, unless `words` say otherwise."""
    return make.provider_user(document.case.organisation, **words)


def address(document: ContractDocument) -> str:
    """The page of a document."""
    return reverse("portal:document", args=[document.pk])


def text(response: Any) -> str:
    """What the page says, without its markup."""
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page_without_token(response: Any) -> str:
    """The page as one compares it with another: without the token of its forms, and the minute it was made."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|Printed by .*?</p>', "", response.content.decode())


def form_of(response: Any) -> dict[str, str]:
    """The hidden parts of the answer form, as a browser would send them back."""
    body = response.content.decode()
    answer = body[body.index('<h2 class="govuk-heading-m" id="answer"') :]
    return {name: unescape(value) for name, value in HIDDEN.findall(answer) if name != "csrfmiddlewaretoken"}


def open_form(browser: Client, document: ContractDocument) -> dict[str, str]:
    """Open the page of a document and take its form."""
    return form_of(browser.get(address(document)))


def agreeing(form: dict[str, str], **changed: str) -> dict[str, str]:
    """The form filled in to agree."""
    return form | {"answer": "agree", "password": make.PASSWORD} | changed


def rejecting(form: dict[str, str], **changed: str) -> dict[str, str]:
    """The form filled in to reject."""
    filled = {"answer": "reject", "reason": "cost", "text": "It should be £600.00.", "password": make.PASSWORD}
    return form | filled | changed


def latest(document: ContractDocument) -> DocumentVersion:
    """The version that is in force."""
    return DocumentVersion.objects.filter(document=document).latest("number")


def turn_of(document: ContractDocument) -> Task:
    """The open turn of a document."""
    return Task.objects.get(process=document.case, finished=None)
