"""The chapters that have a page of help: what this council calls each, and which one a page belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from workflows.council.help import EVERY_CHAPTER, Chapter
from workflows.council.schema import Council

from .words import listing, upper_first

#: Where the pages of each chapter begin; of several that fit the longest is meant.
BEGINNINGS: Mapping[str, Chapter] = {
    "/sign-in/": "sign_in",
    "/forgotten/": "sign_in",
    "/first-access/": "sign_in",
    "/reset/": "sign_in",
    "/portal/contract-documents/": "contract_documents",
    "/portal/care-package-line-items/": "care_package_lines",
    "/portal/actuals/": "actuals",
    "/portal/disputes/": "disputes",
    "/portal/scheduled-payments/": "payments",
    "/portal/remittance/": "remittance",
    "/portal/invoices/": "invoices",
    "/portal/credit-notes/": "invoices",
    "/portal/claims/": "claims",
    "/portal/actions/": "actions",
    "/portal/change-requests/": "change_requests",
    "/portal/contacts/": "contacts",
    "/portal/organisation/": "details",
    "/portal/services/": "details",
    "/portal/reports/": "reports",
}


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A chapter in the list of help: its name, its address, and the beginning of what is said of it."""

    key: Chapter
    name: str
    href: str


def pages(council: Council) -> list[HelpLine]:
    """The chapters that the council has, in the order of the portal, each with its page of help."""
    return [HelpLine(key, name, address(key)) for key, name in names(council).items()]


def names(council: Council) -> dict[Chapter, str]:
    """What the council calls each chapter that it has."""
    found: dict[Chapter, str | None] = {
        "sign_in": "Signing in",
        "contract_documents": council.chapters.contract_documents,
        "care_package_lines": upper_first(council.care_package_lines.names),
        "actuals": council.actuals.name if council.actuals else None,
        "disputes": council.chapters.disputes if council.actuals else None,
        "payments": council.payments.name if council.payments else None,
        "remittance": council.reports.remittance if council.payments else None,
        "invoices": council.invoices.name if council.invoices else None,
        "claims": council.claims.name if council.claims else None,
        "actions": council.actions.name,
        "change_requests": council.change_requests.name,
        "contacts": council.chapters.contacts,
        "details": council.chapters.details,
        "reports": council.chapters.reports,
    }
    return {key: name for key in EVERY_CHAPTER if (name := found[key]) is not None}


def of_page(path: str, council: Council) -> HelpLine | None:
    """The help that belongs to a page; None for pages of no chapter."""
    fits = [beginning for beginning in BEGINNINGS if path.startswith(beginning)]
    key = BEGINNINGS[max(fits, key=len)] if fits else None
    name = names(council).get(key) if key else None
    return HelpLine(key, name, address(key)) if key and name else None


def address(key: str) -> str:
    """Where the help of a chapter is."""
    return reverse("web:help_chapter", args=[key.replace("_", "-")])


def key_of(slug: str, council: Council) -> Chapter | None:
    """The chapter of an address; None when the council has none there."""
    return next((key for key in names(council) if key.replace("_", "-") == slug), None)


def said_already(council: Council, key: Chapter) -> list[str]:
    """What the profile says of a chapter elsewhere, for its page of help, in paragraphs."""
    lines, payments = council.care_package_lines, council.payments
    actions = [council.team(each).name for each in council.actions.teams]
    found: dict[Chapter, list[str]] = {
        "contract_documents": [council.contract_documents.reject_means],
        "care_package_lines": [lines.about, lines.if_wrong],
        "payments": [payments.reject_note] if payments else [],
        "remittance": [payments.remittance_also or ""] if payments else [],
        "actions": [f"You can write to: {listing(actions)}.", council.actions.safeguarding],
    }
    return [each for each in found.get(key, []) if each]
