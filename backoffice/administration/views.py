"""What administrators see: parked messages, and in a demonstration the e-mails. People: people.py, teams.py."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework.asking import actor_of
from backoffice.queues.navigation import imports
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.reports import shelf
from workflows.engine import moment, parked
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor

from . import mails
from .tables import Mails


@staff()
@require_GET
def administration(request: HttpRequest) -> HttpResponse:
    """What there is, with how much waits."""
    actor = _reader(request)
    context = {
        "waiting": parked.waiting(moment.now()),
        "demo": settings.DEMO,
        "administrator": _administers(actor),
        "reports": bool(shelf.readable(actor)),
        "auditor": "auditor" in actor.duties,
        "imports": imports(actor) or "auditor" in actor.duties,
    }
    return render(request, "backoffice/administration/administration.html", context)


@staff(duty="administrator")
@require_GET
def messages_parked(request: HttpRequest) -> HttpResponse:
    """Messages that were given up, each with "try again"."""
    page = page_by_key(parked.parked(actor_of(request)), ("-parked_at", "id"), request.GET)
    return render(request, "backoffice/administration/parked.html", {"pages": page})


@staff(duty="administrator")
@require_POST
def try_again(request: HttpRequest, outbox_id: int) -> HttpResponse:
    """Send a parked message on its way again."""
    parked.try_again(outbox_id, actor_of(request))
    messages.success(request, "It is on its way again. If it fails once more, it comes back here.")
    return redirect("council:parked")


@staff()
@require_GET
def demo_mails(request: HttpRequest) -> HttpResponse:
    """The e-mails of a demonstration; outside of one the page does not exist."""
    _only_demo()
    return render(request, "backoffice/administration/mails.html", {"table": Mails(mails.latest())})


@staff()
@require_GET
def demo_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One e-mail of a demonstration."""
    _only_demo()
    mail = mails.one(name)
    if mail is None:
        raise NotFound
    return render(request, "backoffice/administration/mail.html", {"mail": mail})


def _reader(request: HttpRequest) -> Actor:
    """Administrators and auditors may look at administration."""
    actor = actor_of(request)
    if not actor.duties & {"administrator", "auditor"}:
        raise Forbidden("Only administrators and auditors see this.")
    return actor


def _administers(actor: Actor) -> bool:
    return "administrator" in actor.duties


def _only_demo() -> None:
    if not settings.DEMO:
        raise NotFound
