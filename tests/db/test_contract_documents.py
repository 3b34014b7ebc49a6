"""The life of a contract document, through its commands (design, workflows §1; norfolk-handbook §4)."""

import hashlib
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories as make
from tests.files import staged
from workflows.contracts import commands, selectors
from workflows.contracts.models import ContractDocument, DocumentVersion
from workflows.contracts.rules import State
from workflows.engine import turns
from workflows.engine.door import Outcome
from workflows.engine.erase import erase_client
from workflows.engine.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale
from workflows.engine.models import Access, Attachment, Case, Content, Event, Outbox, Receipt, StoredFile, Task
from workflows.engine.selectors import story
from workflows.engine.verify import verify
from workflows.parties.actor import Actor
from workflows.parties.selectors import system_actor
from workflows.register import commands as register

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> ContractDocument:
    """A document that awaits the provider's answer."""
    return make.published()


def attach(document: ContractDocument, task_id: int | None) -> Attachment:
    """Attach a signed copy, as somebody of the provider."""
    actor = provider_of(document)
    row = staged(actor, "signed.pdf")
    commands.attach_signed_copy(actor=actor, case_id=document.pk, task_id=task_id, file_id=row.pk, key=make.key())
    return row


def provider_of(document: ContractDocument) -> Actor:
    return make.actor(make.provider_user(document.case.organisation))


def brokerage() -> Actor:
    return make.actor(make.staff_user("service_brokerage"))


def turn_of(document: ContractDocument) -> Task:
    return Task.objects.get(process=document.case, finished=None)


def latest(document: ContractDocument) -> DocumentVersion:
    return DocumentVersion.objects.filter(document=document).latest("number")


def agree(document: ContractDocument, actor: Actor, key: str = "k") -> Outcome:
    version = latest(document)
    return commands.agree(
        actor=actor,
        case_id=document.pk,
        task_id=turn_of(document).pk,
        number=version.number,
        sha256=version.sha256,
        key=key,
    )


def reject(
    document: ContractDocument, actor: Actor, *, reason: str = "cost", text: str = "It is £600.", key: str = ""
) -> Outcome:
    version = latest(document)
    return commands.reject(
        actor=actor,
        case_id=document.pk,
        task_id=turn_of(document).pk,
        number=version.number,
        sha256=version.sha256,
        reason=reason,
        text=text,
        key=key or make.key(),
    )


def test_a_published_document_awaits_the_provider(document: ContractDocument) -> None:
    case = document.case
    assert (case.state, case.holder, case.open_tasks, case.version) == (State.PUBLISHED, "provider", 1, 1)
    assert case.amount == Decimal("536.49")
    turn = turn_of(document)
    assert turn.organisation_id == case.organisation_id
    assert turn.due_at is not None
    assert turn.at_risk_at is not None
    assert turn.at_risk_at < turn.due_at
    assert Outbox.objects.filter(topic="notify", payload__case=case.pk).count() == 1


def test_it_freezes_figures_and_pdf_with_their_hash(document: ContractDocument) -> None:
    version = latest(document)
    with version.pdf.open() as pdf:
        content = pdf.read()
    assert content.startswith(b"%PDF-")
    assert version.pdf_size == len(content)
    assert version.sha256 == hashlib.sha256(content).hexdigest()
    assert (
        dict(zip([row[0] for row in version.figures], [row[2] for row in version.figures], strict=True))["cost"]
        == "£536.49 weekly"
    )


@pytest.mark.parametrize("change", [{"weekly": 1}, {"sha256": "x"}, {"figures": []}, {"number": 7}])
def test_the_database_refuses_to_change_a_published_version(document: ContractDocument, change: dict) -> None:
    with pytest.raises(Exception, match="a published version never changes"), transaction.atomic():
        DocumentVersion.objects.filter(document=document).update(**change)


def test_agreeing_closes_the_case(document: ContractDocument) -> None:
    provider = provider_of(document)
    agree(document, provider)
    case = Case.objects.get(pk=document.pk)
    assert (case.state, case.status, case.holder, case.open_tasks) == (State.ACCEPTED, "DONE", "nobody", 0)
    assert latest(document).answered_by_id == provider.user_id


def test_the_same_key_is_answered_as_the_first_time(document: ContractDocument) -> None:
    provider = provider_of(document)
    task, version = turn_of(document).pk, latest(document)
    words = {"case_id": document.pk, "task_id": task, "number": version.number, "sha256": version.sha256, "key": "same"}
    first = commands.agree(actor=provider, **words)
    second = commands.agree(actor=provider, **words)
    assert (first.repeated, second.repeated) == (False, True)
    assert second.version == first.version
    assert Event.objects.filter(case=document.case).count() == 2
    with pytest.raises(KeyReused):
        commands.reject(actor=provider, **words, reason="cost", text="No.")


def test_a_second_answer_is_told_who_was_faster(document: ContractDocument) -> None:
    first, second = provider_of(document), provider_of(document)
    task, version = turn_of(document).pk, latest(document)
    agree(document, first)
    with pytest.raises(Stale) as refusal:
        commands.reject(
            actor=second,
            case_id=document.pk,
            task_id=task,
            number=version.number,
            sha256=version.sha256,
            reason="cost",
            text="No.",
            key="k2",
        )
    assert (refusal.value.who, refusal.value.what) == (first.name, "agreed to it")
    assert Case.objects.get(pk=document.pk).state == State.ACCEPTED


def test_a_rejection_gives_brokerage_the_turn(document: ContractDocument) -> None:
    reject(document, provider_of(document), text="  Weekly cost should be £600.  ")
    case = Case.objects.get(pk=document.pk)
    assert (case.state, case.holder) == (State.REJECTED, "team")
    turn = turn_of(document)
    assert turn.team is not None
    assert turn.team.key == "service_brokerage"
    assert turn.title == "Amend and republish: cost rejected"
    assert turn.predecessor is not None
    assert story(f"case:{case.pk}")[-1].words == {"rejection": "Weekly cost should be £600."}


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("", "words", "reason"), ("weather", "words", "reason"), ("cost", "  ", "text"), ("cost", "x" * 10_000, "text")],
)
def test_a_rejection_needs_a_reason_and_words(document: ContractDocument, reason: str, text: str, field: str) -> None:
    events = Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        reject(document, provider_of(document), reason=reason, text=text)
    assert set(refusal.value.faults) == {field}
    assert Event.objects.count() == events
    assert not Receipt.objects.filter(key__contains=":k").exists()
    assert turn_of(document).status == "NEW"


def test_republishing_makes_a_new_version_of_the_same_case(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    officer = brokerage()
    task = turn_of(document)
    commands.republish(
        actor=officer,
        case_id=document.pk,
        task_id=task.pk,
        version=Case.objects.get(pk=document.pk).version,
        explanation="",
        key=make.key(),
        amend=lambda: register.change_line(
            actor=officer, line_id=document.line_id, version=None, unit_cost=Decimal("600.00")
        ),
    )
    case = Case.objects.get(pk=document.pk)
    assert (case.state, case.holder, case.amount) == (State.PUBLISHED, "provider", Decimal("600.00"))
    page = selectors.page(officer, document.pk)
    assert [each.number for each in page.versions] == [2, 1]
    [cost, pricing] = page.changed(2)
    assert (cost.old, cost.new) == ("£536.49 weekly", "£600.00 weekly")
    assert cost.difference == "£63.51 more a week"
    assert cost.yearly == "£3,302.52 more a year (52 weeks)"
    assert pricing.label == "Pricing"


def test_republishing_unchanged_needs_an_explanation(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    words = {"case_id": document.pk, "task_id": turn_of(document).pk, "version": None, "actor": brokerage()}
    with pytest.raises(Invalid):
        commands.republish(**words, explanation="", key=make.key())
    commands.republish(**words, explanation="The cost is the rate of 2018.", key=make.key())
    assert latest(document).explanation is not None


def test_a_failed_republish_leaves_the_line_as_it_was(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    officer = brokerage()
    with pytest.raises(Stale):
        commands.republish(
            actor=officer,
            case_id=document.pk,
            task_id=turn_of(document).pk,
            version=1,
            explanation="",
            key=make.key(),
            amend=lambda: register.change_line(
                actor=officer, line_id=document.line_id, version=None, unit_cost=Decimal("600.00")
            ),
        )
    document.line.refresh_from_db()
    assert document.line.version == document.line_version


@pytest.mark.parametrize("answered", ["no", "rejected", "accepted"])
def test_terminate_works_from_published_rejected_and_accepted(document: ContractDocument, answered: str) -> None:
    if answered == "rejected":
        reject(document, provider_of(document))
    if answered == "accepted":
        agree(document, provider_of(document))
    task = Task.objects.filter(process=document.case, finished=None).first()
    commands.terminate(
        actor=brokerage(),
        case_id=document.pk,
        task_id=task.pk if task else None,
        version=None,
        text="Published twice.",
        key=make.key(),
    )
    case = Case.objects.get(pk=document.pk)
    assert (case.state, case.open_tasks, case.holder) == (State.TERMINATED, 0, "nobody")
    assert latest(document).answer == {"no": "terminated", "rejected": "rejected", "accepted": "agreed"}[answered]


def test_a_closed_document_that_was_not_accepted_stays_as_it_is(document: ContractDocument) -> None:
    words = {"actor": brokerage(), "case_id": document.pk, "version": None, "text": "Published twice."}
    commands.terminate(**words, task_id=turn_of(document).pk, key=make.key())
    with pytest.raises(Refused, match="The document is terminated"):
        commands.terminate(**words, task_id=None, key=make.key())
    with pytest.raises(Refused, match="The document is terminated"):
        attach(document, None)
    assert Event.objects.filter(case=document.case).count() == 2


def test_withdraw_needs_a_reason(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    words = {"actor": brokerage(), "case_id": document.pk, "task_id": turn_of(document).pk, "version": None}
    with pytest.raises(Invalid):
        commands.withdraw(**words, text="", key=make.key())
    commands.withdraw(**words, text="The care never began.", key=make.key())
    assert Case.objects.get(pk=document.pk).state == State.TERMINATED


def test_a_line_that_changed_gets_a_newer_document_and_supersedes_the_unanswered_one(
    document: ContractDocument,
) -> None:
    officer = brokerage()
    register.change_line(actor=officer, line_id=document.line_id, version=None, unit_cost=Decimal("540.00"))
    outcome = commands.publish_line(actor=officer, line_id=document.line_id, key=make.key())
    assert Case.objects.get(pk=document.pk).state == State.SUPERSEDED
    newer = ContractDocument.objects.get(pk=outcome.case_id)
    assert (newer.previous_id, newer.occasion) == (document.pk, "variation")
    found = selectors.page(officer, document.pk).newer
    assert found == selectors.Newer(newer.pk, newer.case.reference, newer.case.created)


def test_an_accepted_document_stays_accepted_when_an_end_date_is_recorded(document: ContractDocument) -> None:
    agree(document, provider_of(document))
    officer = brokerage()
    register.end_line(actor=officer, line_id=document.line_id, version=None, end=document.line.start, reason="Moved")
    outcome = commands.publish_line(actor=officer, line_id=document.line_id, key=make.key())
    assert Case.objects.get(pk=document.pk).state == State.ACCEPTED
    assert ContractDocument.objects.get(pk=outcome.case_id).occasion == "end"


def test_what_is_said_already_is_not_published_again(document: ContractDocument) -> None:
    with pytest.raises(Refused, match="already says"):
        commands.publish_line(actor=brokerage(), line_id=document.line_id, key=make.key())
    agree(document, provider_of(document))
    with pytest.raises(Refused, match="already says"):
        commands.publish_line(actor=brokerage(), line_id=document.line_id, key=make.key())


@pytest.mark.parametrize("before", ["nothing", "published", "rejected"])
def test_publishing_again_with_the_same_key_is_answered_as_the_first_time(before: str) -> None:
    line, officer = make.line(), brokerage()
    if before != "nothing":
        first = make.published(line)
        if before == "rejected":
            reject(first, provider_of(first))
        register.change_line(actor=officer, line_id=line.pk, version=None, unit_cost=Decimal("540.00"))
    once = commands.publish_line(actor=officer, line_id=line.pk, key="batch:1:1")
    again = commands.publish_line(actor=officer, line_id=line.pk, key="batch:1:1")
    assert (again.repeated, again.case_id, again.version) == (True, once.case_id, once.version)
    assert ContractDocument.objects.filter(line=line, open=True).count() == 1


def test_a_newer_document_that_is_refused_leaves_the_old_one_open(
    document: ContractDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = brokerage()
    register.change_line(actor=officer, line_id=document.line_id, version=None, unit_cost=Decimal("540.00"))

    def refuse(*_args: object, **_words: object) -> None:
        raise Refused("No.")

    monkeypatch.setattr(commands, "_add_version", refuse)
    with pytest.raises(Refused):
        commands.publish_line(actor=officer, line_id=document.line_id, key=make.key())
    assert Case.objects.get(pk=document.pk).state == State.PUBLISHED


def test_silence_is_not_agreement_unless_the_profile_says_so(document: ContractDocument) -> None:
    with pytest.raises(Refused, match="silence"):
        commands.deem_accepted(
            actor=system_actor(),
            case_id=document.pk,
            task_id=turn_of(document).pk,
            key=make.key(),
        )


def test_another_providers_document_does_not_exist(document: ContractDocument) -> None:
    stranger = make.actor(make.provider_user(make.organisation()))
    with pytest.raises(NotFound):
        agree(document, stranger)
    with pytest.raises(NotFound):
        selectors.page(stranger, document.pk)
    assert Access.objects.filter(user_id=stranger.user_id, what="refused:agree:not_found").count() == 1


def test_a_service_out_of_reach_does_not_exist(document: ContractDocument) -> None:
    other = make.service(document.case.organisation)
    somebody = make.actor(make.provider_user(document.case.organisation, only=other))
    with pytest.raises(NotFound):
        agree(document, somebody)
    with pytest.raises(NotFound):
        selectors.page(somebody, document.pk)


@pytest.mark.parametrize(
    ("role", "error"), [("read_only", Forbidden), ("invoice_only", NotFound), ("reports", NotFound)]
)
def test_a_role_without_the_function_cannot_answer(document: ContractDocument, role: str, error: type) -> None:
    somebody = make.actor(make.provider_user(document.case.organisation, role=role))
    with pytest.raises(error):
        agree(document, somebody)
    assert turn_of(document).status == "NEW"


@pytest.mark.parametrize("team", ["procurement", "payments_residential", "fes_admin"])
def test_another_team_cannot_amend(document: ContractDocument, team: str) -> None:
    reject(document, provider_of(document))
    with pytest.raises(Forbidden, match="Service Brokerage Team"):
        commands.withdraw(
            actor=make.actor(make.staff_user(team)),
            case_id=document.pk,
            task_id=turn_of(document).pk,
            version=None,
            text="No.",
            key=make.key(),
        )


def test_what_a_colleague_claimed_is_theirs_and_their_leads(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    owner, colleague = brokerage(), brokerage()
    task = turn_of(document).pk
    turns.claim(actor=owner, task_id=task, key=make.key())
    words = {"case_id": document.pk, "task_id": task, "version": None, "text": "The care never began."}
    with pytest.raises(Forbidden, match=f"{owner.name} has claimed this"):
        commands.withdraw(actor=colleague, key=make.key(), **words)
    commands.withdraw(actor=make.actor(make.staff_user(role="lead")), key=make.key(), **words)
    assert Case.objects.get(pk=document.pk).state == State.TERMINATED


def test_a_turn_that_nobody_claimed_belongs_to_whoever_did_it(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    task, officer = turn_of(document), brokerage()
    commands.withdraw(
        actor=officer, case_id=document.pk, task_id=task.pk, version=None, text="The care never began.", key=make.key()
    )
    task.refresh_from_db()
    assert (task.owner_id, task.outcome) == (officer.user_id, "withdraw")


def test_a_released_turn_is_anybodys_again(document: ContractDocument) -> None:
    reject(document, provider_of(document))
    owner, task = brokerage(), turn_of(document)
    turns.claim(actor=owner, task_id=task.pk, key=make.key())
    with pytest.raises(Forbidden, match="Only the person who claimed it"):
        turns.release(actor=brokerage(), task_id=task.pk, key=make.key())
    turns.release(actor=owner, task_id=task.pk, key=make.key())
    task.refresh_from_db()
    assert (task.owner_id, task.status) == (None, "NEW")
    with pytest.raises(Forbidden):
        turns.claim(actor=make.actor(make.staff_user("procurement")), task_id=task.pk, key=make.key())


def test_erasing_words_leaves_them_out_of_the_story(document: ContractDocument) -> None:
    reject(document, provider_of(document), text="About Pat.")
    Content.objects.filter(stream=f"case:{document.pk}").update(text="", salt=b"", erased_at="2026-01-01T00:00Z")
    assert story(f"case:{document.pk}")[-1].words == {"rejection": "(erased)"}


def test_erasing_a_client_empties_their_documents_and_leaves_the_chain_whole(document: ContractDocument) -> None:
    client = document.case.client
    assert client is not None
    signed = attach(document, turn_of(document).pk)
    reject(document, provider_of(document), text=f"{client.surname} moved in later.")
    files = [latest(document).pdf.name, signed.file.name]
    before = latest(document).sha256
    erase_client(client.pk, make.actor(make.staff_user(duty="administrator")))
    version = latest(document)
    assert client.surname not in str(version.figures)
    assert client.ss_ref not in str(version.figures)
    assert (version.sha256, version.answer) == (before, "rejected")
    assert not any(StoredFile.objects.filter(pk=name).exists() for name in files)
    assert not Content.objects.filter(text__contains=client.surname).exists()
    assert verify().findings == []


def test_an_open_case_without_a_turn_is_refused_by_the_database(document: ContractDocument) -> None:
    with pytest.raises(IntegrityError, match="case_open_is_somebodys_turn"), transaction.atomic():
        Case.objects.filter(pk=document.pk).update(open_tasks=0)


def test_a_command_asks_few_statements(document: ContractDocument) -> None:
    provider, version, task = provider_of(document), latest(document), turn_of(document)
    agree(make.published(), make.actor(make.provider_user(Case.objects.latest("pk").organisation)))  # warm caches
    connection.queries_log.clear()
    connection.force_debug_cursor = True
    commands.agree(
        actor=provider,
        case_id=document.pk,
        task_id=task.pk,
        number=version.number,
        sha256=version.sha256,
        key=make.key(),
    )
    connection.force_debug_cursor = False
    sent = [each["sql"] for each in connection.queries_log if "SAVEPOINT" not in each["sql"]]
    # the locked read, and one statement that writes everything, the document's own rows among it
    assert len(sent) == 2, sent
