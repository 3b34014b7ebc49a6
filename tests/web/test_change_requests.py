"""Contacts, details and change requests on the provider's pages, and the decision on the council's."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import changes as do
from tests import factories as make
from workflows.changes.models import ChangeRequest
from workflows.changes.rules import What
from workflows.engine.models import Access, Case
from workflows.parties.models import Organisation, User
from workflows.parties.selectors import system_actor
from workflows.people import contacts
from workflows.people.models import Contact

from .conftest import browser_of
from .portal import HIDDEN, sign_in, text

pytestmark = pytest.mark.django_db
FILLED = {each: value for each, value in do.JOHN.items() if each != "access"} | {
    "security_role": "administration",
    "reach": "*",
}


@pytest.fixture
def oasis() -> Organisation:
    """The handbook's provider."""
    make.load_teams()
    return make.organisation("Oasis Care and Support")


@pytest.fixture
def james(oasis: Organisation) -> User:
    """Who administers it."""
    return User.objects.get(pk=do.administrator_of(oasis, "James Beiley").user_id)


@pytest.fixture
def browser(james: User) -> Client:
    """His browser."""
    return sign_in(james)


@pytest.fixture
def desk() -> Client:
    """The helpline's browser."""
    return browser_of(make.staff_user("fes_admin", name="Grace Okoro"))


@pytest.fixture
def procurement() -> Client:
    """Procurement's browser."""
    return browser_of(make.staff_user("procurement", name="Anita Dell"))


def page(browser: Client, name: str, *ids: int) -> Any:
    return browser.get(reverse(name, args=ids))


def hidden(response: Any, mark: str = "client_key") -> dict[str, str]:
    """The hidden parts of the form on a page that has a part of this name."""
    forms = re.findall(r"(?s)<form.*?</form>", response.content.decode())
    form = next(each for each in forms if f'name="{mark}"' in each)
    return {name: value for name, value in HIDDEN.findall(form) if name != "csrfmiddlewaretoken"}


def send(browser: Client, name: str, *ids: int, **typed: Any) -> Any:
    """Open a form, fill it in as it is shown, and send it."""
    address = reverse(name, args=ids)
    opened = browser.get(address)
    form = opened.context["form"]
    shown = {each: form[each].value() for each in form.fields if form[each].value() not in (None, "", [])}
    return browser.post(address, shown | hidden(opened) | typed)


def newest() -> ChangeRequest:
    return ChangeRequest.objects.select_related("case").latest("pk")


def test_the_form_has_the_handbooks_fields_in_its_order(browser: Client) -> None:
    said = text(page(browser, "portal:contact_new"))
    labels = [
        "Contact Creation Request", "Title", "Forename", "Surname", "Address 1", "Address 2", "Address 3", "Town",
        "County", "Postcode", "Country", "UPRN", "USRN", "Mobile", "Telephone", "Fax", "Email",
        "Provider Portal Email Address", "Roles", "For", "Role", "Security role", "Super User (Actuals)",
        "Edit access to all functions except Scheduled Payments", "Read Only", "The whole organisation",
        "Only some services", "Submit Contact Creation Request",
    ]  # fmt: skip
    places, at = [], said.index("Contact Creation Request")
    for label in labels:
        at = said.index(label, at)
        places.append(at)
    assert places == sorted(places)
    assert "Only this person reads this address" not in said


def test_a_new_contact_from_form_to_first_password(browser: Client, desk: Client) -> None:
    sent = send(browser, "portal:contact_new", **FILLED)
    case = newest().case
    assert sent.headers["Location"] == reverse("portal:change_request", args=[case.pk])
    said = text(browser.get(sent.headers["Location"]))
    assert f"Change request {case.reference} is sent. FES System Administration Team has it." in said
    assert "Administration, the whole organisation" in said
    assert "John Smith" not in browser.get(sent.headers["Location"]).content.decode().split("</title>")[0]
    opened = page(desk, "council:case", case.pk)
    assert "New contact: John Smith" in text(opened)
    done = desk.post(
        reverse("council:change_request", args=[case.pk]), hidden(opened, "decision") | {"decision": "accept"}
    )
    assert done.status_code == 302
    assert "Telephone the first password" in text(page(desk, "council:case", case.pk))
    made = send(desk, "council:change_request_password", case.pk)
    assert "no-store" in made.headers["Cache-Control"]
    found = re.search(r"<strong>([\w-]{14})</strong>", made.content.decode())
    assert found is not None
    john = User.objects.get(email=do.JOHN["portal_email"])
    assert john.check_password(found[1])
    assert found[1] not in page(desk, "council:change_request_password", case.pk).content.decode()
    desk.post(reverse("council:change_request_password_given", args=[case.pk]), {"client_key": "1"})
    assert Case.objects.get(pk=case.pk).finished is not None
    assert "John Smith" in text(page(browser, "portal:contacts"))


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(browser: Client) -> None:
    sent = send(
        browser, "portal:contact_new", **FILLED | {"surname": "", "uprn": "4", "portal_email": "office@a.example"}
    )
    said = text(sent)
    assert "The change request was not sent: 3 things to put right" in said
    assert "The security role has a field of its own below" in said
    assert "Only this person reads this address" in said
    assert 'value="Ipswich"' in sent.content.decode()
    again = send(browser, "portal:contact_new", **FILLED | {"portal_email": "office@a.example", "own_address": "on"})
    assert again.status_code == 302


def test_named_services_are_chosen_in_fields_of_their_own(browser: Client, oasis: Organisation) -> None:
    home = make.service(oasis, name="Oasis House")
    ann = do.contact(oasis)
    role = {"security_role": "administration", "reach": "services"}
    sent = send(browser, "portal:contact_role", ann.pk, **role, services=[])
    assert "Choose at least one service" in text(sent)
    sent = send(
        browser,
        "portal:contact_role",
        ann.pk,
        security_role="administration",
        reach="services",
        services=[str(home.pk)],
    )
    assert sent.status_code == 302
    assert "Administration, Oasis House" in text(page(browser, "portal:change_request", newest().pk))


def test_details_are_edited_and_updated(browser: Client, procurement: Client, oasis: Organisation) -> None:
    assert "Oasis Care and Support - Organisation Details" in text(page(browser, "portal:organisation"))
    first = send(browser, "portal:organisation_edit", postcode="OA1 1HT", town="Sahara")
    case = newest().case
    assert first.status_code == 302
    assert f"awaiting the council's decision: {case.reference}" in text(page(browser, "portal:organisation"))
    second = browser.get(send(browser, "portal:organisation_edit", town="Cromer").headers["Location"])
    assert f"{case.reference} asks for some of the same fields and is open too" in text(second)
    assert f"Also asked for in {case.reference}" in text(second)
    opened = page(procurement, "council:case", case.pk)
    address = reverse("council:change_request", args=[case.pk])
    typed = hidden(opened, "decision") | {"decision": "part", "field_town": "incomplete"}
    assert procurement.post(address, typed).status_code == 302
    oasis.refresh_from_db()
    assert (oasis.postcode, oasis.town) == ("OA1 1HT", "")
    said = text(page(browser, "portal:change_request", case.pk))
    assert "Accepted in part" in said
    assert "Something is missing" in said


def test_a_value_that_moved_is_said_and_the_decision_is_kept(
    browser: Client, procurement: Client, oasis: Organisation
) -> None:
    send(browser, "portal:organisation_edit", telephone="01603 1")
    case, address = newest().case, reverse("council:change_request", args=[newest().pk])
    typed = hidden(page(procurement, "council:case", case.pk), "decision") | {
        "decision": "accept", "text": "Thank you for telling us.",
    }  # fmt: skip
    Organisation.objects.filter(pk=oasis.pk).update(telephone="01603 9")
    told = procurement.post(address, typed)
    assert "What is recorded has changed since this page was opened" in text(told)
    assert "Changed since it was asked: Telephone." in text(told)
    assert "Thank you for telling us." in told.content.decode()
    assert procurement.post(address, typed | hidden(told, "decision")).status_code == 302
    oasis.refresh_from_db()
    assert oasis.telephone == "01603 1"


def test_details_that_moved_while_typing_are_compared(browser: Client, oasis: Organisation) -> None:
    address = reverse("portal:organisation_edit")
    opened = browser.get(address)
    Organisation.objects.filter(pk=oasis.pk).update(county="Norfolk", town="Cromer")
    told = browser.post(address, hidden(opened) | {"name": oasis.name, "town": "Diss"})
    assert told.status_code == 409
    said = text(told)
    assert "What changed while you had this open" in said
    assert "Both of you changed it" in said
    sent = browser.post(address, hidden(told) | {"name": oasis.name, "town": "Diss", "county": "Norfolk"})
    assert sent.status_code == 302
    assert [each.field for each in newest().fields.all()] == ["town"]


def test_a_rejection_is_read_with_its_reason(browser: Client, procurement: Client) -> None:
    send(browser, "portal:organisation_edit", town="Diss")
    case = newest().case
    address = reverse("council:change_request", args=[case.pk])
    opened = page(procurement, "council:case", case.pk)
    missing = procurement.post(address, hidden(opened, "decision") | {"decision": "reject", "text": "No."})
    assert "Choose why it is rejected" in text(missing)
    typed = hidden(missing, "decision") | {
        "decision": "reject",
        "reason": "not_verified",
        "text": "Nobody answered us.",
    }
    assert procurement.post(address, typed).status_code == 302
    assert procurement.post(address, typed).status_code == 302  # the same form sent twice
    read = text(page(browser, "portal:change_request", case.pk))
    assert "We could not confirm this with your organisation" in read
    assert "Nobody answered us." in read
    late = procurement.post(address, typed | {"client_key": make.key(), "decision": "reject", "reason": "other"})
    assert late.status_code == 409


def test_a_removal_ends_access_at_once_and_is_undone(browser: Client, desk: Client, oasis: Organisation) -> None:
    ann = do.contact(oasis)
    hers = sign_in(User.objects.get(pk=ann.user_id))
    assert hers.get("/portal/").status_code == 200
    said = text(page(browser, "portal:contact_remove", ann.pk))
    assert "The access ends at once, before the council has answered. It can be undone within 5 working days." in said
    sent = send(browser, "portal:contact_remove", ann.pk, why="not_needed")
    assert sent.status_code == 302
    assert hers.get("/portal/").status_code != 200
    case = newest().case
    assert "Undo the removal" in text(page(browser, "portal:change_request", case.pk))
    done = send(browser, "portal:change_request_undo", case.pk)
    assert done.status_code == 302
    assert sign_in(User.objects.get(pk=ann.user_id)).get("/portal/").status_code == 200
    send(browser, "portal:contact_remove", ann.pk, why="left")
    case = newest().case
    opened = page(desk, "council:case", case.pk)
    desk.post(reverse("council:change_request", args=[case.pk]), hidden(opened, "decision") | {"decision": "confirm"})
    assert "Ann Other" not in text(page(browser, "portal:contacts"))
    assert "Has left" in text(browser.get(reverse("portal:contacts") + "?historical=on"))
    assert send(desk, "council:change_request_undo", case.pk, text="A mistake.").status_code == 302
    assert Case.objects.get(pk=case.pk).state == "undone"


def test_the_list_is_in_order_and_says_when_it_is_empty(browser: Client, procurement: Client) -> None:
    empty = "There are no change requests that match your filter criteria"
    assert empty in text(page(browser, "portal:change_requests"))
    references = []
    for town in ("Diss", "Cromer", "Holt"):
        send(browser, "portal:organisation_edit", town=town)
        references.append(newest().case.reference)
    case = ChangeRequest.objects.earliest("pk")
    opened = page(procurement, "council:case", case.pk)
    address = reverse("council:change_request", args=[case.pk])
    procurement.post(address, hidden(opened, "decision") | {"decision": "accept"})
    page(browser, "portal:change_requests")  # what was said of sending them is read now
    said = text(page(browser, "portal:change_requests"))
    order = sorted(references, key=said.index)
    assert order == [references[1], references[2], references[0]]
    assert "Include Historical" in said
    page(procurement, "council:change_requests")
    said = text(page(procurement, "council:change_requests"))
    assert references[0] not in said
    assert said.index(references[2]) < said.index(references[1])


def test_withdrawing_asks_once_more(browser: Client, procurement: Client) -> None:
    send(browser, "portal:organisation_edit", town="Diss")
    case = newest().pk
    assert "The council is told that you do not ask for this any more" in text(
        page(browser, "portal:change_request_withdraw", case)
    )
    assert send(browser, "portal:change_request_withdraw", case).status_code == 302
    assert "Withdrawn" in text(page(procurement, "council:case", case))


@pytest.mark.parametrize(
    ("name", "ids"), [("portal:contacts", 0), ("portal:change_requests", 0), ("portal:contact", 1)]
)
def test_no_page_asks_more_for_more_rows(browser: Client, oasis: Organisation, name: str, ids: int) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page(browser, name, *ids).status_code == 200
        return len(queries)

    ids = [Contact.objects.earliest("pk").pk] if name == "portal:contact" else []
    asker = make.actor(User.objects.get(memberships__role="super_user_scheduled"))
    few = asked()
    for number in range(20):
        do.contact(oasis, name=f"Person Number{number}")
        contact = Contact.objects.latest("pk")
        do.ask(asker, What.CONTACT_EDIT, {"mobile": str(number)}, contact_id=contact.pk)
    assert asked() <= max(few, 12)
    assert asked() <= 12


def test_the_councils_pages_ask_at_most_twelve(browser: Client, procurement: Client) -> None:
    for town in ("Diss", "Cromer", "Holt"):
        send(browser, "portal:organisation_edit", town=town, county=town)
    for name, ids in (("council:change_requests", []), ("council:case", [newest().pk])):
        page(procurement, name, *ids)
        with CaptureQueriesContext(connection) as queries:
            assert page(procurement, name, *ids).status_code == 200
        assert len(queries) <= 12, [each["sql"][:120] for each in queries]


def test_who_looked_at_a_request_or_a_contact_is_recorded(browser: Client, desk: Client, oasis: Organisation) -> None:
    ann = do.contact(oasis)
    page(browser, "portal:contact", ann.pk)
    case = do.ask_for_john(make.actor(User.objects.get(name="James Beiley"))).case_id
    page(desk, "council:case", case)
    page(browser, "portal:change_request", case)
    found = set(Access.objects.values_list("what", "object_id"))
    assert {("contact", ann.pk), ("change_request", case), ("case", case)} <= found


def test_marked_words_are_shown_as_they_were_typed(browser: Client, procurement: Client, oasis: Organisation) -> None:
    mark = "<script>alert(1)</script>"
    send(browser, "portal:organisation_edit", town=mark)
    for shown in (
        page(browser, "portal:change_request", newest().pk),
        page(procurement, "council:case", newest().pk),
    ):
        assert mark not in shown.content.decode()
        assert "&lt;script&gt;alert(1)" in shown.content.decode()


def test_whoever_works_for_a_provider_is_a_contact(oasis: Organisation, browser: Client) -> None:
    user = make.provider_user(oasis, name="Sarah Quinn")
    contacts.of_user(system_actor(), user, oasis)
    contacts.of_user(system_actor(), user, oasis)
    assert text(page(browser, "portal:contacts")).count("Sarah Quinn") == 1
