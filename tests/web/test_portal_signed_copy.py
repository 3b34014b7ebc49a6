"""A signed copy beside a document: what is taken, what is refused, who gets it back."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.files import PDF, docx, png, upload
from tests.web.portal import address, agreeing, open_form, provider_of, rejecting, sign_in, text
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Access, Attachment, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> ContractDocument:
    return make.published()


@pytest.fixture
def browser(document: ContractDocument) -> Client:
    return sign_in(provider_of(document))


def upload_page(document: ContractDocument) -> str:
    return reverse("portal:signed_copy", args=[document.pk])


def signed(document: ContractDocument) -> Attachment:
    """The copy that the page shows."""
    return Attachment.objects.filter(kind="contract_document.signed_copy", case=document.case).latest("pk")


def send(browser: Client, document: ContractDocument, name: str, content: bytes, key: str = "") -> HttpResponse:
    return browser.post(upload_page(document), {"file": upload(name, content), "client_key": key or make.key()})


def test_it_keeps_a_copy_and_gives_it_back_without_a_clients_name(browser: Client, document: ContractDocument) -> None:
    assert send(browser, document, "Nunn, Nellie: signed?.pdf", PDF)["Location"] == address(document)
    assert "Nunn Nellie signed.pdf" in text(browser.get(address(document)))
    file = signed(document)
    answer = browser.get(reverse("portal:file", args=[file.pk]))
    assert b"".join(answer.streaming_content) == PDF
    name = f"{document.case.reference}-v1-signed-file-{file.pk}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert Access.objects.filter(what="contract_document.signed_copy", client_id=document.case.client_id).count() == 1


def test_it_can_be_attached_after_agreeing_and_not_after_rejecting(browser: Client, document: ContractDocument) -> None:
    browser.post(address(document), agreeing(open_form(browser, document)))
    assert send(browser, document, "signed.pdf", PDF).status_code == 302
    assert signed(document).name == "signed.pdf"
    other = make.published(make.line(document.case.service))
    browser.post(address(other), rejecting(open_form(browser, other)))
    assert send(browser, other, "signed.pdf", PDF).status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("signed.pdf", b"MZ\x90\x00" + b"\0" * 200, "Choose a PDF, PNG or JPEG file."),
        ("signed.pdf", b"<html><script>alert(1)</script></html>", "Choose a PDF, PNG or JPEG file."),
        ("signed.pdf", b"only words", "what is in it is something else. Choose a PDF, PNG or JPEG file."),
        ("signed.docx", docx(), "Choose a PDF, PNG or JPEG file."),
        ("signed.pdf", b"", "“signed.pdf” is empty. Choose another one."),
        ("signed.pdf", PDF + b"\0" * (10 * 1024 * 1024), "“signed.pdf” is 10.0 MB. Choose one of 10 MB or less."),
    ],
)
def test_it_takes_files_by_what_is_in_them(
    browser: Client, document: ContractDocument, name: str, content: bytes, said: str
) -> None:
    answer = send(browser, document, name, content)
    assert answer.status_code == 200
    assert said in text(answer)
    assert "The file was not attached: 1 thing to put right" in text(answer)
    assert not Attachment.objects.filter(attached_at__isnull=False).exists()


def test_another_copy_takes_the_place_of_the_first(browser: Client, document: ContractDocument) -> None:
    send(browser, document, "first.pdf", PDF)
    assert "It takes the place of first.pdf" in text(browser.get(upload_page(document)))
    send(browser, document, "second.png", png())
    assert "Signed copy second.png (1 KB) Attach another in its place" in text(browser.get(address(document)))


def test_a_double_click_attaches_once(browser: Client, document: ContractDocument) -> None:
    key = make.key()
    assert send(browser, document, "signed.pdf", PDF, key).status_code == 302
    assert send(browser, document, "signed.pdf", PDF, key).status_code == 302
    assert Event.objects.filter(case=document.case, kind="contract_document.attach").count() == 1


def test_who_may_only_read_cannot_attach(document: ContractDocument) -> None:
    reader = sign_in(provider_of(document, role="read_only"))
    assert reader.get(upload_page(document)).status_code == 403
    assert "Attach a signed copy" not in text(reader.get(address(document)))
    assert reader.get(reverse("portal:file", args=[999_999_999])).status_code == 404


def test_a_profile_without_signed_copies_offers_none(
    browser: Client, document: ContractDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.contract_documents import showing

    profile = showing.current()
    texts = profile.contract_documents.model_copy(update={"signed_copy": "none"})
    monkeypatch.setattr(showing, "current", lambda: profile.model_copy(update={"contract_documents": texts}))
    assert "Attach a signed copy" not in text(browser.get(address(document)))
    assert send(browser, document, "signed.pdf", PDF).status_code == 422
