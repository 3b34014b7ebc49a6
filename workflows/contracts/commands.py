"""The verbs of contract documents: the only writers of their tables (design, workflows §1).

Each takes who acts, what it is about, and the client's key; each goes through the engine's door. What a command
refuses is a `Refused` with a sentence for people, and then nothing has been written.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from workflows.council.profile import current
from workflows.engine import door, files, moment
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.models import Case
from workflows.engine.table import outcome
from workflows.engine.typed import faults_of_text
from workflows.parties.actor import Actor
from workflows.register.models import CarePackageLine
from workflows.register.rules import LineTerms
from workflows.register.selectors import line_terms

from . import answering, notices, rules
from .answering import Shown, latest_version
from .document import render
from .files import SIGNED_COPY
from .flow import ContractDocumentFlow
from .models import ContractDocument, DocumentVersion

#: A verb on a case: through the door.
_run = partial(door.run, ContractDocumentFlow)

#: Follows when a document was published or answered, where the council's payments wait for that.
STANDS = "contract_document.stands"
Answer = DocumentVersion.Answer
State = rules.State


def publish_line(*, actor: Actor, line_id: int, key: str) -> door.Outcome:
    """Publish the document that a line needs now: a new one, a new version of a rejected one, or a newer one.

    Raises Refused when the last document already says what the line says. A key that has published is answered as
    the first time: a worker that died after the commit asks again.
    """
    earlier = door.answered(actor, key) or door.answered(actor, f"{key}:republish")
    if earlier is not None:
        return earlier
    latest = (
        ContractDocument.objects.select_related("case", "line").filter(line_id=line_id).order_by("-case_id").first()
    )
    if latest is None or not latest.open:
        return _begin(actor=actor, line_id=line_id, latest=latest, key=key)
    if latest.case.state == State.REJECTED:
        task = _open_task(latest.case)
        return republish(
            actor=actor, case_id=latest.pk, task_id=task, version=None, explanation="", key=f"{key}:republish"
        )
    if _says(latest, _terms(line_id)):
        raise Refused(f"{latest.case.reference} already says what the line says, and awaits the provider.", "current")
    with transaction.atomic():  # both or neither: a line is never without a document because the new one was refused
        supersede(actor=actor, case_id=latest.pk, task_id=_open_task(latest.case), key=f"{key}:supersede")
        return _begin(actor=actor, line_id=line_id, latest=latest, key=key)


def _begin(*, actor: Actor, line_id: int, latest: ContractDocument | None, key: str) -> door.Outcome:
    terms = _terms(line_id)
    if latest is not None and latest.case.state == State.ACCEPTED and _says(latest, terms):
        raise Refused(f"{latest.case.reference} already says what the line says, and is accepted.", "current")
    case = Case(
        organisation_id=terms.organisation_id,
        service_id=terms.service_id,
        client_id=terms.client_id,
        amount=terms.weekly_cost,
        state=State.PUBLISHED,
    )

    def act(turn: door.Turn) -> None:
        line = CarePackageLine.objects.select_for_update().get(pk=line_id)
        if line.version != terms.version:
            raise Refused("The line was changed while its document was made. Publish it again.", "line_changed")
        document = ContractDocument(
            case=turn.case,
            line=line,
            occasion=rules.occasion(first=latest is None, end=line.end, last_end=_end_in(latest)),
            previous=latest,
            line_version=line.version,
        )
        document.save(force_insert=True)
        _add_version(turn, document, terms, explanation="")
        turn.facts["occasion"] = document.occasion
        turn.facts["line"] = line_id
        _tell_payments(turn)
        turn.notify(notices.PUBLISHED, turn.provider())

    return door.begin(
        ContractDocumentFlow,
        actor=actor,
        verb="publish",
        case=case,
        key=key,
        body={"verb": "publish", "line": line_id},
        act=act,
        service_group=terms.service_group,
    )


def agree(*, actor: Actor, case_id: int, task_id: int, number: int, sha256: str, key: str) -> door.Outcome:
    """The provider agrees to the version that was on the screen. Contractually binding; never undone."""

    def act(turn: door.Turn) -> None:
        _answer(turn, _as_shown(turn, number, sha256), Answer.AGREED)
        turn.state(State.ACCEPTED)

    body = {"number": number, "sha256": sha256}
    return _run(verb="agree", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def reject(
    *, actor: Actor, case_id: int, task_id: int, number: int, sha256: str, reason: str, text: str, key: str
) -> door.Outcome:
    """The provider says what is wrong with the document: a reason of the council's list and their words.

    Raises Invalid with the faults by field.
    """
    profile = current().contract_documents
    faults = rules.faults_of_rejection(profile, reason, text)

    def act(turn: door.Turn) -> None:
        if faults:
            raise Invalid(faults)
        turn.facts["reason"] = reason
        words = turn.event.write_down("rejection", text.strip())
        _answer(turn, _as_shown(turn, number, sha256), Answer.REJECTED, reason=reason, words=words)
        turn.state(State.REJECTED)
        turn.work.title = f"Amend and republish: {rules.reason_label(profile, reason).lower()} rejected"
        turn.notify(notices.REJECTED, turn.desk("brokerage"))

    body = {"number": number, "sha256": sha256, "reason": reason, "text": text}
    return _run(verb="reject", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def attach_signed_copy(*, actor: Actor, case_id: int, task_id: int | None, file_id: int, key: str) -> door.Outcome:
    """Attach a staged file of the provider's person to the latest version, as its signed copy."""

    def act(turn: door.Turn) -> None:
        _still_possible(turn)
        version = latest_version(turn.case.pk)
        files.attach(turn, [file_id], kind=SIGNED_COPY, owner_id=version.pk)
        turn.facts["version"] = version.number

    body = {"files": files.body_of(actor, [file_id])}
    return _run(verb="attach", actor=actor, case_id=case_id, task_id=task_id, key=key, body=body, act=act)


def republish(
    *,
    actor: Actor,
    case_id: int,
    task_id: int,
    version: int | None,
    explanation: str,
    key: str,
    amend: Callable[[], object] | None = None,
) -> door.Outcome:
    """Publish a new version of a rejected document, made again from its line.

    `amend` changes the line first, in the same transaction (register's commands; line before case is the lock order).
    Without a change of the line an explanation for the provider is required; raises Invalid when it is missing.
    """

    def act(turn: door.Turn) -> None:
        document = ContractDocument.objects.get(pk=turn.case.pk)
        terms = _terms(document.line_id)
        unchanged = _says(document, terms)
        faults = faults_of_text(explanation, "Change the line, or say why the document is right as it is")
        if (unchanged or explanation) and faults:
            raise Invalid({"explanation": faults["text"]})
        document.version += 1
        document.line_version = terms.version
        document.save(update_fields=["version", "line_version"])
        _add_version(turn, document, terms, explanation.strip())
        turn.case.amount = terms.weekly_cost
        turn.state(State.PUBLISHED)
        turn.notify(notices.PUBLISHED, turn.provider())

    body = {"explanation": explanation}
    return _run(
        verb="republish",
        actor=actor,
        case_id=case_id,
        task_id=task_id,
        version=version,
        key=key,
        body=body,
        act=act,
        first=amend,
    )


def withdraw(*, actor: Actor, case_id: int, task_id: int, version: int | None, text: str, key: str) -> door.Outcome:
    """Withdraw a rejected document for a reason; raises Invalid without one."""
    return _stop("withdraw", actor, case_id, task_id, version, text, key)


def terminate(
    *, actor: Actor, case_id: int, task_id: int | None, version: int | None, text: str, key: str
) -> door.Outcome:
    """End a published, rejected or accepted document for a reason (suffolk-user-guide §1 top tip: "terminated")."""
    return _stop("terminate", actor, case_id, task_id, version, text, key)


def _stop(
    verb: str, actor: Actor, case_id: int, task_id: int | None, version: int | None, text: str, key: str
) -> door.Outcome:
    faults = faults_of_text(text, "Say why: the provider reads this")

    def act(turn: door.Turn) -> None:
        _still_possible(turn)
        if faults:
            raise Invalid(faults)
        _leave(turn, State.TERMINATED, Answer.TERMINATED)
        turn.event.write_down("reason", text.strip())
        turn.notify(notices.TERMINATED, turn.provider())

    body = {"text": text}
    return _run(verb=verb, actor=actor, case_id=case_id, task_id=task_id, version=version, key=key, body=body, act=act)


def supersede(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Close an unanswered document because a newer one of its line takes its place."""

    def act(turn: door.Turn) -> None:
        _leave(turn, State.SUPERSEDED, Answer.SUPERSEDED)

    return _run(verb="supersede", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def deem_accepted(*, actor: Actor, case_id: int, task_id: int, key: str) -> door.Outcome:
    """Take an unanswered document as agreed, where the profile says after how long; refused where it does not."""

    def act(turn: door.Turn) -> None:
        if current().contract_documents.deemed_accepted_after is None:
            raise Refused("This council does not take silence as agreement.", "not_deemed")
        version = latest_version(turn.case.pk)
        _answer(turn, Shown(version.number, version.sha256), Answer.DEEMED)
        turn.state(State.ACCEPTED)
        turn.notify(notices.DEEMED, turn.provider())

    return _run(verb="deem", actor=actor, case_id=case_id, task_id=task_id, key=key, body={}, act=act)


def _still_possible(turn: door.Turn) -> None:
    """Refuse a verb that a closed case no longer has: only an accepted document can be terminated, or signed."""
    if turn.task is None and outcome(rules.TRANSITIONS, turn.case.state, turn.verb) is None:
        raise Refused(f"The document is {turn.case.state}, so nothing can be done with it.", "closed")


def _add_version(turn: door.Turn, document: ContractDocument, terms: LineTerms, explanation: str) -> None:
    """Freeze the line's terms into a new version: figures, PDF and hash."""
    figures = rules.figures(terms)
    rendered = render(reference=turn.case.reference, version=document.version, figures=figures, published_at=turn.now)
    version = DocumentVersion(
        document=document,
        number=document.version,
        figures=rules.frozen(figures),
        weekly=terms.weekly_cost,
        pdf_size=len(rendered.content),
        sha256=rendered.sha256,
        published_at=turn.now,
        published_by_id=turn.actor.user_id,
        explanation_id=turn.event.write_down("explanation", explanation),
    )
    version.pdf.save(f"{turn.case.reference}-v{document.version}.pdf", ContentFile(rendered.content), save=False)
    version.save(force_insert=True)
    turn.facts.update({"version": document.version, "sha256": rendered.sha256, "weekly": terms.weekly_cost})


def _as_shown(turn: door.Turn, number: int, sha256: str) -> Shown:
    """The version that the person had on the screen, told in the event."""
    turn.facts.update({"version": number, "sha256": sha256})
    return Shown(number, sha256)


def _answer(turn: door.Turn, version: Shown, answer: str, *, reason: str = "", words: UUID | None = None) -> None:
    """Note the answer on the version, once; every answer but a rejection closes the document."""
    answering.note(turn, version, answer, reason=reason, words=words)
    _tell_payments(turn)


def _tell_payments(turn: door.Turn) -> None:
    """Where days of a line wait for its document, they are worked out again once that stands differently."""
    payments = current().payments
    if payments is not None and payments.documents_hold:
        turn.follow(STANDS, {"document": turn.case.pk})


def _leave(turn: door.Turn, state: State, answer: str) -> None:
    """Close the document without the provider's answer; an answer that was given stays as it is."""
    version = latest_version(turn.case.pk)
    if version.answer:
        ContractDocument.objects.filter(pk=turn.case.pk).update(open=False)
        _tell_payments(turn)
    else:
        _answer(turn, Shown(version.number, version.sha256), answer)
    turn.facts["version"] = version.number
    turn.state(state)


def _terms(line_id: int) -> LineTerms:
    """The line's terms today (or on its first or last day, when it does not run today)."""
    return line_terms(line_id, on=moment.today())


def _says(document: ContractDocument, terms: LineTerms) -> bool:
    """Whether the latest version of a document says what the line says now (a rate may change without the line)."""
    return document.line_version == terms.version and latest_version(document.pk).weekly == terms.weekly_cost


def _end_in(latest: ContractDocument | None) -> Any:
    """The end date that the last document told, if it was about an end."""
    return latest.line.end if latest is not None and latest.occasion == rules.Occasion.END else None


def _open_task(case: Case) -> int:
    task: int | None = case.task_set.filter(finished__isnull=True).order_by("id").values_list("pk", flat=True).first()
    if task is None:
        raise NotFound
    return task
