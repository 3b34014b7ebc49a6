"""Erasing a person or a client: nothing of the marked words is left in any column of any table, and the chain holds."""

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection, transaction
from django.utils import timezone

from backoffice.web.models import Draft
from tests import changes as do
from tests import factories as make
from tests.files import staged
from workflows.actions import commands as actions
from workflows.actions.rules import Asked
from workflows.changes import selectors
from workflows.changes.models import ChangeField, ChangeRequest
from workflows.changes.rules import What
from workflows.contracts import commands as documents
from workflows.council.profile import current
from workflows.engine import erase, events, moment, verify
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.engine.models import Batch, BatchItem, Case, Content, Event, Outbox
from workflows.parties.actor import Actor
from workflows.parties.models import Membership, Organisation, User
from workflows.people import commands as people
from workflows.people import contacts, erasing
from workflows.people.models import Contact
from workflows.people.rules import tidy_address
from workflows.search import commands as searching

pytestmark = pytest.mark.django_db
MARK, NUMBER = "Zebramark", "918273645546"
ADDRESS = f"{MARK}@agency.example"
MARKED = {
    "title": MARK,
    "forename": f"{MARK}a",
    "surname": f"Of{MARK}",
    "postcode": MARK,
    "uprn": NUMBER,
    "usrn": NUMBER[:8],
    "email": ADDRESS,
    "portal_email": ADDRESS,
    "access": "administration:*",
    **{each: f"1 {MARK} {each}" for each in ("address_1", "address_2", "address_3", "town", "county", "country")},
    **{each: f"0 {MARK} {each}" for each in ("mobile", "telephone", "fax", "role")},
}


def tables_with(*marks: str) -> set[str]:
    """The tables in which any column of any row holds a mark: as text, in JSON, or as bytes."""
    spelled = {spelling for mark in marks for spelling in (mark, mark.lower(), mark.upper(), mark.title())}
    patterns = [f"%{each}%" for each in (*marks, *(each.encode().hex() for each in spelled))]
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            sql = f'SELECT EXISTS (SELECT FROM "{table}" t WHERE t::text ILIKE ANY (%s))'  # noqa: S608
            cursor.execute(sql, [patterns])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


@pytest.fixture
def oasis() -> Organisation:
    make.load_teams()
    return make.organisation("Oasis Ltd")


@pytest.fixture
def james(oasis: Organisation) -> Actor:
    return do.administrator_of(oasis, "James Beiley")


@pytest.fixture
def grace(oasis: Organisation) -> Actor:
    return make.actor(make.staff_user("fes_admin", name="Grace Okafor"))


@pytest.fixture
def administrator(oasis: Organisation) -> Actor:
    return make.actor(make.staff_user("", duty="administrator", name="Ada Root"))


def finished(grace: Actor, case: int) -> None:
    """The helpline has telephoned."""
    do.commands.password_given(actor=grace, case_id=case, task_id=do.turn_of(case), key=make.key())


def somebody(james: Actor, grace: Actor) -> Contact:
    """A person of whom every table knows: asked for in vain, admitted, changed, written about, searched for."""
    do.reject(grace, do.ask(james, What.CONTACT_CREATION, MARKED).case_id, text=f"Who is {MARK}?")
    case = do.ask(james, What.CONTACT_CREATION, MARKED).case_id
    do.accept(grace, case, text=f"{MARK} was asked by telephone.")
    finished(grace, case)
    contact = Contact.objects.get(user__email=tidy_address(ADDRESS))
    wanted = {"surname": f"New{MARK}", "town": f"2 {MARK}", "fax": f"3 {MARK}"}
    change = do.ask(james, What.CONTACT_EDIT, wanted, contact_id=contact.pk).case_id
    do.accept(grace, change, refused={"fax": "other"}, text=f"{MARK} has no fax.")
    role = do.ask(james, What.ROLE_CHANGE, {"access": "payments:*"}, contact_id=contact.pk).case_id
    do.accept(grace, role)
    written_about(james, contact)
    noted(james, contact)
    contact.refresh_from_db()
    return contact


def written_about(james: Actor, contact: Contact) -> None:
    """A conversation about them as a contact, with a file."""
    asked = Asked("query", "contact", contact.user_id, None, "service_brokerage", f"About {MARK}", f"{MARK} left.")
    paper = staged(james, f"{MARK}.pdf")
    outcome = actions.open_action(actor=james, asked=asked, file_ids=[paper.pk], key=make.key())
    task = Case.objects.get(pk=outcome.case_id).task_set.get(finished=None)
    officer = make.actor(make.staff_user())
    actions.reply(actor=officer, case_id=outcome.case_id, task_id=task.pk, text=f"Is {MARK} ill?", key=make.key())


def noted(james: Actor, contact: Contact) -> None:
    """What the machinery holds: a search, a kept form, wrong tries, a mail that was not taken, a refusal of a batch."""
    searching.keep(actor=james, text=f"new{MARK}")
    later = timezone.now() + timedelta(days=1)
    typed = [["text", [f"New{MARK} rang"]]]
    Draft.objects.create(token_hash="x", user_id=james.user_id, page="/", action="/", fields=typed, expires_at=later)
    AccessAttempt.objects.create(username=tidy_address(ADDRESS), failures_since_start=1, ip_address="127.0.0.1")
    Outbox.objects.create(topic="mail", key=f"failed:{contact.pk}", error=f"550 <{ADDRESS}> unknown")
    batch = Batch.objects.create(kind="x", actor_id=james.user_id, total=1)
    BatchItem.objects.create(batch=batch, target=1, message=f"{MARK}a New{MARK} is away.")


def test_nothing_of_a_person_is_left_in_any_table(james: Actor, grace: Actor, administrator: Actor) -> None:
    contact = somebody(james, grace)
    user_id = contact.user_id or 0
    people.deactivate(actor=administrator, user_id=user_id, reason=f"{MARK} has died.")
    before = tables_with(MARK, NUMBER)
    assert before >= {
        "parties_user", "people_contact", "changes_changefield", "engine_content", "engine_attachment",
        "search_keptsearch", "backoffice_draft", "axes_accessattempt", "engine_outbox", "engine_batchitem",
    }  # fmt: skip
    assert erasing.erase_person(user_id, administrator) > 10
    assert tables_with(MARK, NUMBER) == set()
    assert verify.verify().findings == []
    assert Event.objects.filter(stream=f"user:{user_id}", kind="content.erased").exists()
    assert not Membership.objects.filter(user=user_id).exists()


def test_what_was_decided_about_a_person_stays(james: Actor, grace: Actor, administrator: Actor) -> None:
    contact = somebody(james, grace)
    users = User.objects.filter(pk=contact.user_id)
    people.deactivate(actor=administrator, user_id=contact.user_id or 0, reason="Gone")
    erasing.erase_person(contact.user_id or 0, administrator)
    requests = ChangeRequest.objects.order_by("pk").values_list("case__state", "reason")
    assert list(requests) == [
        ("rejected", "not_verified"),
        ("accepted", ""),
        ("accepted_in_part", ""),
        ("accepted", ""),
    ]
    assert ChangeField.objects.filter(decision="rejected", reason="other").count() == 1
    assert set(ChangeField.objects.filter(field="access").values_list("wanted", flat=True)) == {
        "administration:*", "payments:*",
    }  # fmt: skip
    for case in ChangeRequest.objects.values_list("pk", flat=True):
        page = selectors.page(grace, case)
        assert {each.wanted for each in page.lines if each.field not in {"access", "role_for"}} <= {"", "(erased)"}
    assert users.values_list("name", "is_active").get() == ("(erased)", False)
    for verb in (people.reactivate, people.deactivate):
        with pytest.raises(NotFound):
            verb(actor=administrator, user_id=contact.user_id or 0, reason="Again")
    again = do.ask(james, What.CONTACT_CREATION, do.JOHN | {"portal_email": ADDRESS}).case_id
    do.accept(grace, again)
    assert User.objects.get(email=tidy_address(ADDRESS)).pk != contact.user_id


def test_who_was_erased_at_one_provider_is_erased_at_all(james: Actor, grace: Actor, administrator: Actor) -> None:
    contact = somebody(james, grace)
    elsewhere = make.organisation()
    case = do.ask(do.administrator_of(elsewhere), What.CONTACT_CREATION, MARKED).case_id
    do.accept(grace, case)
    finished(grace, case)
    people.deactivate(actor=administrator, user_id=contact.user_id or 0, reason="Gone")
    erasing.erase_person(contact.user_id or 0, administrator)
    assert tables_with(MARK, NUMBER) == set()
    assert Contact.objects.filter(forename="(erased)").count() == 2


def test_a_contact_who_never_signed_in_is_erased(james: Actor, oasis: Organisation, administrator: Actor) -> None:
    """And others of the same provider, with what was asked about them, stay as they are."""
    values = {name: value for name, value in MARKED.items() if name not in {"portal_email", "access"}}
    with transaction.atomic():
        contact = contacts.add(james, oasis.pk, values)
    do.withdraw(james, do.ask(james, What.CONTACT_EDIT, {"town": f"4 {MARK}"}, contact_id=contact.pk).case_id)
    other = do.contact(oasis, name="Ann Other")
    kept = do.ask(james, What.CONTACT_EDIT, {"town": "Diss"}, contact_id=other.pk).case_id
    with pytest.raises(Refused, match="can sign in"):
        erasing.erase_contact(other.pk, administrator)
    erasing.erase_contact(contact.pk, administrator)
    assert tables_with(MARK, NUMBER) == set()
    assert verify.verify().findings == []
    assert ChangeField.objects.get(request=kept).wanted == "Diss"
    assert Contact.objects.get(pk=other.pk).name == "Ann Other"


def test_nobody_is_erased_who_has_access_or_about_whom_something_is_undecided(
    james: Actor, grace: Actor, administrator: Actor, oasis: Organisation
) -> None:
    ann = do.contact(oasis, name="Ann Other")
    user_id = ann.user_id or 0
    with pytest.raises(Forbidden):
        erasing.erase_person(user_id, grace)
    with pytest.raises(Refused, match="End it first"):
        erasing.erase_person(user_id, administrator)
    case = do.ask(james, What.CONTACT_EDIT, {"town": "Diss"}, contact_id=ann.pk).case_id
    people.deactivate(actor=administrator, user_id=user_id, reason="Gone")
    with pytest.raises(Refused, match=Case.objects.get(pk=case).reference):
        erasing.erase_person(user_id, administrator)
    assert User.objects.get(pk=user_id).name == "Ann Other"
    assert not Content.objects.exclude(erased_at=None).exists()


def test_nothing_of_a_client_is_left_in_any_table(administrator: Actor) -> None:
    client = make.client_(f"Of{MARK}", f"{MARK}a")
    type(client).objects.filter(pk=client.pk).update(ss_ref=NUMBER)
    client.refresh_from_db()
    line = make.line(of=client)
    document = make.published(line)
    james = make.actor(make.provider_user(line.service.organisation))
    task = document.case.task_set.get(finished=None)
    documents.reject(
        actor=james, case_id=document.pk, task_id=task.pk, number=1, sha256=document.versions.get().sha256,
        reason=current().contract_documents.reasons[0].key, text=f"{MARK} pays less.", key=make.key(),
    )  # fmt: skip
    since = moment.today() - timedelta(days=1)
    told = Asked("death", "client", client.pk, None, "service_brokerage", f"{MARK} died", f"{MARK}.", since=since)
    paper = staged(james, f"{MARK}.pdf")
    actions.open_action(actor=james, asked=told, file_ids=[paper.pk], key=make.key())
    searching.keep(actor=james, text=f"Of{MARK}")
    later = timezone.now() + timedelta(days=1)
    Draft.objects.create(token_hash="y", page="/", action="/", fields=[["text", [f"of{MARK} fell"]]], expires_at=later)
    events.record(f"client:{client.pk}", "client.noted", administrator.user_id, {}, at=timezone.now(),
                  words={"note": MARK})  # fmt: skip
    assert tables_with(MARK, NUMBER) >= {"parties_client", "engine_content", "contracts_documentversion"}
    erase.erase_client(client.pk, administrator)
    assert tables_with(MARK, NUMBER, line.reference) == set()
    assert verify.verify().findings == []


def test_the_search_of_all_tables_finds_text_json_and_bytes(james: Actor) -> None:
    """The control: what the tests above look for would be found."""
    assert tables_with("Nowhere-at-all") == set()
    Outbox.objects.create(topic="x", key="x", payload=json.loads(f'{{"words": "{MARK}"}}'))
    Content.objects.create(stream="x:1", label="x", text="", salt=MARK.encode())
    assert tables_with(MARK) == {"engine_outbox", "engine_content"}
