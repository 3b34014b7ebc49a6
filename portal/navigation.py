"""The menu of the provider's pages: only chapters that exist and that the person's role has."""

from django.http import HttpRequest
from django.urls import reverse

from backoffice.web.pieces import NavigationItem
from backoffice.web.words import upper_first
from workflows.actions.selectors import FUNCTION as ACTIONS
from workflows.actuals.selectors import FUNCTION as ACTUALS
from workflows.changes.selectors import CONTACTS, DETAILS
from workflows.council.profile import current
from workflows.parties.actor import Actor
from workflows.payments.selectors import FUNCTION as PAYMENTS
from workflows.register.selectors import FUNCTION as LINES

from .actions import chapter
from .asking import (
    FUNCTION,
    actor_of,
    awaiting,
    awaiting_actions,
    awaiting_disputes,
    awaiting_payments,
    awaiting_weeks,
)
from .reports.views import has_reports

#: So many entries stand on one line of the bar; more of them come under "All chapters".
MOST = 6


def entries(request: HttpRequest) -> list[NavigationItem]:
    """The entries, with what needs the person."""
    found = [NavigationItem("Home", reverse("portal:home"))]
    if actor_of(request).may(FUNCTION):
        count = awaiting(request).count
        found.append(NavigationItem("Contract documents", reverse("portal:documents"), str(count) if count else ""))
    module = current().actuals
    if module is not None and actor_of(request).may(ACTUALS):
        count = awaiting_weeks(request).count + awaiting_disputes(request).count
        disputes = (reverse("portal:disputes"),)  # the bar never has more than seven entries
        found.append(NavigationItem(module.name, reverse("portal:actuals"), str(count) if count else "", disputes))
    if actor_of(request).may(LINES):
        words = current().care_package_lines
        found.append(NavigationItem(upper_first(words.names), reverse("portal:lines")))
    paying = current().payments
    if paying is not None and actor_of(request).may(PAYMENTS):
        count = awaiting_payments(request).count
        found.append(NavigationItem(paying.name, reverse("portal:payments"), str(count) if count else ""))
    if actor_of(request).may(ACTIONS):
        count = awaiting_actions(request).count
        changes = (reverse("portal:change_requests"),)
        found.append(NavigationItem(chapter.name(), reverse("portal:actions"), str(count) if count else "", changes))
    actor = actor_of(request)
    if has_reports(actor):
        found.append(NavigationItem("Reports", reverse("portal:reports"), under=(reverse("portal:remittances"),)))
    return _at_most(found, _about_us(actor))


def _about_us(actor: Actor) -> list[NavigationItem]:
    """What the council knows of the provider itself."""
    found = []
    if actor.services_for(CONTACTS) is None:
        found.append(NavigationItem("Contacts", reverse("portal:contacts")))
    if actor.may(DETAILS):
        under = (reverse("portal:organisation"), "/portal/services/")
        found.append(NavigationItem("Organisation and service details", reverse("portal:organisation"), under=under))
    return found


def _at_most(found: list[NavigationItem], about_us: list[NavigationItem]) -> list[NavigationItem]:
    """The bar on one line (picture 01): what would not fit is among all chapters, on the home page."""
    if len(found) + len(about_us) <= MOST:
        return found + about_us
    under = tuple(address for each in (*found[MOST:], *about_us) for address in (each.href, *each.under))
    return [*found[:MOST], NavigationItem("All chapters", f"{reverse('portal:home')}#chapters", under=under)]
