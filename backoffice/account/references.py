"""Where a mail leads: a case by its reference, on the pages of whoever is signed in.

Settings name the page of each kind of case on each side, as this layer knows neither:

    CASE_PAGES = {"staff": {"contract_document": "council:case"}, "provider": {"contract_document": "portal:document"}}
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from backoffice.web.gate import signed_in
from workflows.engine import selectors
from workflows.engine.errors import NotFound
from workflows.engine.models import Case
from workflows.parties.actor import Actor
from workflows.parties.models import Organisation, User
from workflows.parties.selectors import actor_for, organisations_of

from .asking import actor_of


@signed_in
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead to the case; what does not exist for the person is not found.

    Somebody of several providers who acts for another one just now is asked to change first.
    """
    actor = actor_of(request)
    try:
        found = selectors.case_of(actor, reference)
    except NotFound:
        other = _other_provider(request, actor, reference)
        if other is None:
            raise
        request.session["next"] = request.path
        messages.info(request, f"{reference} is for {other.name}. Choose that provider to see it.")
        return redirect("access:provider")
    return redirect(_page_of(actor, found), found.pk)


def _page_of(actor: Actor, found: Case) -> str:
    page: str | None = settings.CASE_PAGES[actor.kind].get(found.kind)
    if page is None:
        raise NotFound
    return page


def _other_provider(request: HttpRequest, actor: Actor, reference: str) -> Organisation | None:
    """Another provider of this person for whom the case exists."""
    user = request.user
    if not actor.is_provider or not isinstance(user, User):
        return None
    for each in organisations_of(user):
        other = actor_for(user, each.pk) if each.pk != actor.organisation_id else None
        if other is not None and _exists(other, reference):
            return each
    return None


def _exists(actor: Actor, reference: str) -> bool:
    try:
        selectors.case_of(actor, reference)
    except NotFound:
        return False
    return True
