"""The council's service navigation: at most seven entries, and only those that this person's work has."""

from django.http import HttpRequest
from django.urls import reverse

from backoffice.cases.rooms import rooms
from backoffice.casework.asking import actor_of
from backoffice.web import top
from backoffice.web.gate import teams_of_desk
from backoffice.web.pieces import NavigationItem
from backoffice.web.reports import shelf
from backoffice.web.words import capped_count
from workflows.council.profile import current
from workflows.insight.selectors import may_see
from workflows.parties.actor import Actor

CAP = 999
#: Entries of the bar: one more would wrap.
MOST = 7
#: Where a bar of eight would wrap, the page Administration leads there.
REPORTS = "/reports/"


def entries(request: HttpRequest) -> list[NavigationItem]:
    """Home, the queue with how much is open, and the rooms that this person may enter."""
    actor = actor_of(request)
    items = [NavigationItem("Home", "/", under=(reverse("council:home"),))]
    if actor.team_ids or "auditor" in actor.duties:
        items.append(NavigationItem("Queue", reverse("council:queues"), _open(request, actor)))
    items += _cases(actor)
    if "contract_document" in actor.reads:
        register = (reverse("council:clients"), reverse("council:contracts"), reverse("council:levels"))
        items.append(NavigationItem("Care packages", reverse("council:lines"), under=register))
    if shelf.readable(actor):
        items.append(NavigationItem(current().chapters.reports, REPORTS))
    if decides_changes(actor):
        items.append(NavigationItem(current().change_requests.name, reverse("council:change_requests")))
    if works_at_brokerage(actor) or "auditor" in actor.duties:
        items.append(NavigationItem("Ready to publish", reverse("council:publishing")))
    crowded = bool(actor.duties) and may_see(actor) and works_at_brokerage(actor)
    if imports(actor) and not crowded:  # a bar of eight would wrap: the page Administration leads there then
        items.append(NavigationItem("Imports", reverse("council:imports")))
    if may_see(actor):
        items.append(NavigationItem("Managers", reverse("council:managers")))
    if helps(actor) and len(items) < MOST:  # else the page of change requests leads there, or Administration
        items.append(NavigationItem("Helpline", reverse("council:helpline")))
    if actor.duties:
        full = len(items) >= MOST
        items = [each for each in items if not (full and each.href == REPORTS)]
        under = (reverse("council:helpline"), *([REPORTS] if full else []))
        items.append(NavigationItem("Administration", reverse("council:administration"), under=under))
    return items


def helps(actor: Actor) -> bool:
    """Whether one of the person's teams is the helpline's."""
    return bool(teams_of_desk("helpline") & set(actor.teams)) and not actor.duties


def _cases(actor: Actor) -> list[NavigationItem]:
    """The lists of cases; payments stand for themselves for who pays."""
    own = reverse("council:payments") if pays(actor) else ""
    runs = reverse("council:payment_runs")
    lists = [address for _, address in rooms(actor) if address not in ({own, runs} if own else {own})]
    found = [NavigationItem("Cases", lists[0], under=tuple(lists))] if lists else []
    return [*found, NavigationItem("Payments", own, under=(runs, "/remittance/"))] if own else found


def works_at_brokerage(actor: Actor) -> bool:
    """Whether one of the person's teams does brokerage for any service group."""
    return bool(teams_of_desk("brokerage") & set(actor.teams))


def decides_changes(actor: Actor) -> bool:
    """Whether one of the person's teams decides change requests."""
    return bool((teams_of_desk("procurement") | teams_of_desk("helpline")) & set(actor.teams))


def pays(actor: Actor) -> bool:
    """Whether one of the person's teams does the work of the payments desk, and looks after nothing else."""
    reads = "scheduled_payment" in actor.reads and not actor.duties
    return reads and bool(teams_of_desk("payments") & set(actor.teams))


def imports(actor: Actor) -> bool:
    """Whether the person may import files."""
    return works_at_brokerage(actor) or bool(teams_of_desk("procurement") & set(actor.teams))


def _open(request: HttpRequest, actor: Actor) -> str:
    """How many open tasks the person's teams have, counted no further than the bar can show."""
    if not actor.team_ids:
        return ""
    count = top.counts(request, actor)["open"]
    return capped_count(count, CAP) if count else ""
