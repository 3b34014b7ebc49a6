"""The provider's home page (picture 01)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from backoffice.web import claimed, disputed, invoice_words, news, payment_words
from backoffice.web.gate import needs
from backoffice.web.pieces import Fact
from backoffice.web.words import per_week, plural, upper_first
from workflows.actions.selectors import FUNCTION as ACTIONS
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.changes.selectors import CONTACTS, DETAILS
from workflows.changes.selectors import FUNCTION as CHANGES
from workflows.claims.selectors import FUNCTION as CLAIMS
from workflows.contracts import selectors
from workflows.contracts.selectors import FUNCTION, Filters, Summary
from workflows.council.profile import current
from workflows.disputes.selectors import FUNCTION as DISPUTES
from workflows.disputes.selectors import has_module
from workflows.engine import moment
from workflows.invoices import selectors as invoices
from workflows.parties.actor import Actor
from workflows.payments.models import ScheduledPayment
from workflows.payments.selectors import FUNCTION as PAYMENTS
from workflows.people import officers
from workflows.register.selectors import FUNCTION as LINES

from ..actions import chapter
from ..asking import (
    actor_of,
    awaiting,
    awaiting_actions,
    awaiting_claims,
    awaiting_disputes,
    awaiting_invoices,
    awaiting_payments,
    awaiting_weeks,
)
from ..council import brokerage
from ..payments import asking as paying
from ..reports.views import has_reports
from . import waiting


@dataclass(frozen=True, slots=True)
class First:
    """The now panel: the one thing to do first."""

    title: str
    text: str
    warm: bool = False
    href: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the portal, with what is in it for the person."""

    text: str
    href: str
    note: str
    about: str


@needs()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What needs the person first, then the chapters, then news."""
    actor, now, summary = actor_of(request), timezone.now(), awaiting(request)
    reads = actor.may(FUNCTION)
    rejected = selectors.counts(actor, Filters())["rejected"] if reads else 0
    needed = waiting.needs(actor, now)
    answers = waiting.weeks(awaiting_weeks(request), now) + waiting.answers(awaiting_actions(request), now)
    answers += waiting.responses(awaiting_disputes(request), now) + waiting.queries(awaiting_claims(request), now)
    coming = paying.coming(actor)
    answers += waiting.invoices(awaiting_invoices(request), now)
    check = paying.to_check(actor, coming, moment.now())
    checks = [check] if check else []
    is_first = check is not None and (summary.due_at is None or check.due_at <= summary.due_at)
    context = {
        "today": now,
        "first": check.first if check and is_first else _what_first(actor, needed, answers),
        "figures": _figures(waiting.figures(summary, needed, rejected) if reads else [], check, coming, actor),
        "table": waiting.Needs([*checks, *needed, *answers] if is_first else [*needed, *checks, *answers]),
        "chapters": _chapters(request, actor, summary),
        "with_council": waiting.with_council(actor, now),
        "news": news.on_home(actor),
        "officer": officers.of(actor.organisation_id),
    }
    return render(request, "portal/home.html", context)


@needs()
@require_POST
def news_seen(request: HttpRequest) -> HttpResponse:
    """Mark as read what was on the page."""
    news.mark_read(request, actor_of(request))
    return redirect("portal:home")


def _what_first(actor: Actor, needed: Sequence[waiting.Need], answers: Sequence[waiting.Answers]) -> First:
    return _first(actor, needed) if needed or not answers else _answer_first(answers[0])


def _figures(
    found: list[Fact], check: paying.Check | None, coming: Sequence[ScheduledPayment], actor: Actor
) -> list[Fact]:
    """The three figures: where there is a payment to come, it stands in place of what the council has."""
    of_payments = paying.figures(check, coming, actor)
    if not of_payments:
        return found
    return [*of_payments, *found[1:2]] if check else [*found[:1], *of_payments, *found[1:2]]


def _first(actor: Actor, needed: Sequence[waiting.Need]) -> First:
    if needed:
        need = needed[0]
        return First(
            f"First: agree or reject {plural(need.count, 'document')} {need.due.by}",
            f"{'Together they are' if need.count > 1 else 'It is'} worth {per_week(need.weekly)}.",
            need.due.soon,
            reverse("portal:documents"),
            "See the documents",
        )
    if actor.may(FUNCTION, "edit"):
        return First("Nothing needs you now", f"New contract documents come here when {brokerage()} publishes them.")
    return First("Nothing needs you now", "Your role has nothing to answer here.")


def _answer_first(need: waiting.Answers) -> First:
    title = f"First: {need.what.lower()} {need.due.by}".rstrip()
    return First(title, need.note, need.due.soon, need.href, f"See the {need.list_of}")


def _actions(summary: Summary, actor: Actor) -> Chapter:
    note = f"({summary.count} {'needs' if summary.count == 1 else 'need'} you)" if summary.count else ""
    verbs = "Write to the council's teams, read their answers" if actor.may(ACTIONS, "edit") else "Read conversations"
    return Chapter(chapter.name(), reverse("portal:actions"), note, f"{verbs}; see what you have asked to change")


def _disputes(summary: Summary, actor: Actor) -> Chapter:
    note = f"({summary.count} {'needs' if summary.count == 1 else 'need'} you)" if summary.count else ""
    verbs = "Answer" if actor.may(DISPUTES, "edit") else "Read"
    return Chapter(disputed.name(), reverse("portal:disputes"), note, f"{verbs} what the council disputes of actuals")


def _weeks(name: str, summary: Summary, actor: Actor) -> Chapter:
    note = f"({summary.count} to record)" if summary.count else ""
    verbs = "Record" if actor.may(ACTUALS, "edit") else "Read"
    return Chapter(name, reverse("portal:actuals"), note, f"{verbs} what was delivered, and see what will be paid")


def _payments(request: HttpRequest) -> Chapter:
    count = awaiting_payments(request).count
    about = "Each payment before it is made, and how every amount came about"
    return Chapter(payment_words.name(), reverse("portal:payments"), f"({count} to check)" if count else "", about)


def _claims(summary: Summary, actor: Actor) -> Chapter:
    note = f"({summary.count} {'needs' if summary.count == 1 else 'need'} you)" if summary.count else ""
    verbs = "Claim" if actor.may(CLAIMS, "edit") else "See"
    return Chapter(claimed.name(), reverse("portal:claims"), note, f"{verbs} amounts that no plan pays")


def _invoices(summary: Summary, actor: Actor) -> Chapter:
    verbs = "Create and submit" if actor.may(invoices.FUNCTION, "edit") else "Read"
    about = f"{verbs} what you claim for a period, worked out from actuals or commissioned services"
    note = f"({summary.count} to send)" if summary.count else ""
    return Chapter(invoice_words.name(), reverse("portal:invoices"), note, about)


def _chapters(request: HttpRequest, actor: Actor, summary: Summary) -> list[Chapter]:
    """The chapters that exist and that the role has; others are absent, not greyed."""
    actions, disputes, module = awaiting_actions(request), awaiting_disputes(request), current().actuals
    documents = [_documents(actor, summary)] if actor.may(FUNCTION) else []
    lines = [_lines()] if actor.may(LINES) else []
    conversations = [_actions(actions, actor)] if actor.may(ACTIONS) else []
    disputed_ = [_disputes(disputes, actor)] if has_module() and actor.may(DISPUTES) else []
    payments = [_payments(request)] if current().payments and actor.may(PAYMENTS) else []
    payments += [_claims(awaiting_claims(request), actor)] if current().claims and actor.may(CLAIMS) else []
    bills = [_invoices(awaiting_invoices(request), actor)] if invoices.has_module(actor) else []
    weeks = [_weeks(module.name, awaiting_weeks(request), actor)] if module and actor.may(ACTUALS) else []
    reports = [_reports()] if has_reports(actor) else []
    return documents + weeks + lines + payments + bills + disputed_ + conversations + reports + _about_us(actor)


def _about_us(actor: Actor) -> list[Chapter]:
    """What the council knows of the provider itself (norfolk-handbook §3)."""
    found = []
    if actor.services_for(CONTACTS) is None:
        verbs = "add, amend, remove" if actor.services_for(CONTACTS, "edit") is None else "read"
        about = f"Who works for you, and what they may use here: {verbs}"
        found.append(Chapter(current().chapters.contacts, reverse("portal:contacts"), "", about))
    if actor.may(DETAILS):
        about = "Address, telephone and e-mail of your organisation and your services"
        found.append(Chapter(current().chapters.details, reverse("portal:organisation"), "", about))
    if actor.may(CHANGES):
        about = "What you have asked the council to change, and how it was answered"
        found.append(Chapter(current().change_requests.name, reverse("portal:change_requests"), "", about))
    return found


def _reports() -> Chapter:
    return Chapter(current().chapters.reports, reverse("portal:reports"), "", "To read and to download")


def _lines() -> Chapter:
    words = current().care_package_lines
    return Chapter(upper_first(words.names), reverse("portal:lines"), "", "See the care, its cost and dates; download")


def _documents(actor: Actor, summary: Summary) -> Chapter:
    verbs = "read, agree, reject, download" if actor.may(FUNCTION, "edit") else "read, download"
    note = f"({summary.count} {'needs' if summary.count == 1 else 'need'} you)" if summary.count else ""
    about = f"{current().contract_documents.type_label}s: {verbs}"
    return Chapter(current().chapters.contract_documents, reverse("portal:documents"), note, about)
