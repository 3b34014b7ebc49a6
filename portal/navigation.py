"""The menu of the provider's pages: only chapters that exist and that the person's role has."""

from django.http import HttpRequest
from django.urls import reverse

from backoffice.web import invoice_words
from backoffice.web.pieces import NavigationItem
from backoffice.web.words import upper_first
from workflows.actions.selectors import FUNCTION as ACTIONS
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.changes.selectors import CONTACTS, DETAILS
from workflows.claims.selectors import FUNCTION as CLAIMS
from workflows.council.profile import current
from workflows.invoices import selectors as invoices
from workflows.parties.actor import Actor
from workflows.payments.selectors import FUNCTION as PAYMENTS
from workflows.register.selectors import FUNCTION as LINES

from .actions import chapter
from .asking import (
    FUNCTION,
    actor_of,
    awaiting,
    awaiting_actions,
    awaiting_claims,
    awaiting_disputes,
    awaiting_invoices,
    awaiting_payments,
    awaiting_weeks,
)
from .reports.views import has_reports

#: So many entries stand on one line of the bar; more of them come under "All chapters".
MOST = 6


def entries(request: HttpRequest) -> list[NavigationItem]:
    """The entries, with what needs the person."""
    profile, actor = current(), actor_of(request)
    found = [NavigationItem("Home", reverse("portal:home"))]
    if actor.may(FUNCTION):
        found.append(_counted(profile.chapters.contract_documents, "portal:documents", awaiting(request).count))
    if profile.actuals is not None and actor.may(ACTUALS):
        count = awaiting_weeks(request).count + awaiting_disputes(request).count
        disputes = (reverse("portal:disputes"),)  # the bar never has more than seven entries
        found.append(_counted(profile.actuals.name, "portal:actuals", count, disputes))
    if actor.may(LINES):
        found.append(NavigationItem(upper_first(profile.care_package_lines.names), reverse("portal:lines")))
    if profile.payments is not None and actor.may(PAYMENTS):
        found.append(_counted(profile.payments.name, "portal:payments", awaiting_payments(request).count))
    if profile.claims is not None and actor.may(CLAIMS):
        found.append(_counted(profile.claims.name, "portal:claims", awaiting_claims(request).count))
    if invoices.has_module(actor):
        under = ("/portal/credit-notes/",)
        found.append(_counted(invoice_words.name(), "portal:invoices", awaiting_invoices(request).count, under))
    if actor.may(ACTIONS):
        changes = (reverse("portal:change_requests"),)
        found.append(_counted(chapter.name(), "portal:actions", awaiting_actions(request).count, changes))
    if has_reports(actor):
        found.append(_counted(profile.chapters.reports, "portal:reports", 0, (reverse("portal:remittances"),)))
    return _at_most(found, _about_us(actor))


def _counted(name: str, page: str, count: int, under: tuple[str, ...] = ()) -> NavigationItem:
    """An entry with how much needs the person; nothing stands there for none."""
    return NavigationItem(name, reverse(page), str(count) if count else "", under)


def _about_us(actor: Actor) -> list[NavigationItem]:
    """What the council knows of the provider itself."""
    found = []
    if actor.services_for(CONTACTS) is None:
        found.append(NavigationItem(current().chapters.contacts, reverse("portal:contacts")))
    if actor.may(DETAILS):
        under = (reverse("portal:organisation"), "/portal/services/")
        found.append(NavigationItem(current().chapters.details, reverse("portal:organisation"), under=under))
    return found


def _at_most(found: list[NavigationItem], about_us: list[NavigationItem]) -> list[NavigationItem]:
    """The bar on one line (picture 01): what would not fit is among all chapters, on the home page."""
    if len(found) + len(about_us) <= MOST:
        return found + about_us
    under = tuple(address for each in (*found[MOST:], *about_us) for address in (each.href, *each.under))
    return [*found[:MOST], NavigationItem("All chapters", f"{reverse('portal:home')}#chapters", under=under)]
