"""One verb for many tasks: what would happen to each and why not, a batch in a worker, what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.casework.asking import actor_of
from backoffice.casework.batch_page import page_of
from backoffice.web.gate import staff
from backoffice.web.pieces import Tag
from backoffice.web.tables import Cell, ListTable
from backoffice.web.tag_cell import TagCell
from backoffice.web.words import plural
from workflows.actions.batches import SEND
from workflows.actuals.batches import ACCEPT
from workflows.contracts.batches import PUBLISH
from workflows.council.profile import current
from workflows.disputes.batches import DECIDE
from workflows.engine import selectors
from workflows.engine.errors import NotFound
from workflows.engine.models import Batch
from workflows.engine.turns import bulk, handing
from workflows.lists.batches import REBASE
from workflows.parties.actor import Actor
from workflows.parties.selectors import people as people_of_council
from workflows.parties.selectors import teams_by_key
from workflows.payments.running import FINALISE, PAID

from .asking import number
from .bulk_forms import BulkForm, ClaimForm, FollowUpForm, HandOverForm, PriorityForm


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages of a verb say."""

    button: str
    does: str  # the button that does it
    form: type[BulkForm]


VERBS: Mapping[str, Words] = {
    "claim": Words("Claim", "Claim", ClaimForm),
    "hand_over": Words("Hand over", "Hand over", HandOverForm),
    "prioritise": Words("Set priority", "Set the priority of", PriorityForm),
    "follow_up": Words("Set follow-up date", "Set the follow-up date of", FollowUpForm),
}
BUTTONS = [(verb, words.button) for verb, words in VERBS.items()]
RESULTS = {"waiting": Tag("Waiting", "grey"), "done": Tag("Done", "green"), "refused": Tag("Not done", "red")}
PREFIX = "turns."
#: Kinds of batch that have a page of their own: a notice of a finished batch leads there, whatever its kind.
PAGES = {
    PUBLISH: "council:batch",
    SEND: "council:action_sending",
    ACCEPT: "council:actuals_batch",
    DECIDE: "council:dispute_batch",
    FINALISE: "council:run_batch",
    PAID: "council:run_batch",
    REBASE: "council:clocks_moved",
}
WILL, WILL_NOT = Tag("It will be done", "green"), Tag("Stays as it is", "red")


class Previews(ListTable):
    """What would happen to each task."""

    task = Cell("Task", lambda row: row.title, second=lambda row: row.reference, name=True)
    will = TagCell("What will happen", lambda row: WILL if row.will else WILL_NOT)
    why = Cell("Why not", lambda row: row.why)

    class Meta(ListTable.Meta):
        caption = "What will happen to each task"


class Items(ListTable):
    """What became of each task."""

    task = Cell(
        "Task",
        lambda row: row["title"],
        link=lambda row: row["href"],
        more=lambda row: row["reference"],
        second=lambda row: row["reference"],
        name=True,
    )
    result = TagCell("Result", lambda row: RESULTS[row["result"]])
    message = Cell("What became of it", lambda row: row["message"])

    class Meta(ListTable.Meta):
        caption = "What became of each task"
        empty = "There is none of these."


@staff()
@require_POST
def change(request: HttpRequest, verb: str) -> HttpResponse:
    """Ask what the verb needs; say what will happen to each task that was ticked; hand them to a worker."""
    words = VERBS.get(verb)
    if words is None:
        raise NotFound
    ids, first = _ids(request), "tasks" not in request.POST
    if not ids:
        messages.info(request, "Tick at least one task.")
        return redirect(_back(request))
    options: dict[str, Any] = _choices(actor_of(request), ids) if verb == "hand_over" else {}
    said = {"tasks": ",".join(map(str, ids)), "back": _back(request)}
    form = words.form(request.POST if not first else None, initial=said, cancel=_back(request), **options)
    if first and verb != "claim":
        return _ask(request, verb, form, ids)
    if not first and not form.is_valid():
        return _ask(request, verb, form, ids)
    told = {} if first else form.told()
    if "start" in request.POST and not first:
        key = str(form.cleaned_data["client_key"])
        begun = bulk.start(actor_of(request), cast("bulk.Verb", verb), ids, told, key)
        return redirect("council:bulk_batch", begun.pk)
    return _check(request, verb, form, bulk.preview(actor_of(request), cast("bulk.Verb", verb), ids, told))


@staff()
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far one's bulk change is, and what became of each task. It goes on when the browser is closed."""
    actor = actor_of(request)
    found = _mine(actor).filter(pk=batch_id).first()
    if found is None:
        elsewhere = selectors.batches_of(actor, PAGES).filter(pk=batch_id).first()
        if elsewhere is None:
            raise NotFound
        return redirect(PAGES[elsewhere.kind], batch_id)
    context = page_of(request, found, selectors.task_items(actor, found), of="task", own=True)
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["open_case"]]) if row["open_case"] else ""
        row["title"] = row["title"] or "A task that you may not open"
    context |= {"words": _named(found), "table": Items(context["pages"].items)}
    return render(request, "backoffice/queues/batch.html", context)


def last(actor: Actor) -> list[Batch]:
    """The person's newest bulk changes, so that a closed browser finds them again."""
    found = list(_mine(actor).order_by("-id")[:3])
    for each in found:
        each.words = _named(each)  # type: ignore[attr-defined]
    return found


def _mine(actor: Actor) -> QuerySet[Batch]:
    kinds = [f"{PREFIX}{verb}" for verb in VERBS]
    return selectors.batches_of(actor, kinds)


def _named(found: Batch) -> str:
    return VERBS[found.kind.removeprefix(PREFIX)].button


def _ask(request: HttpRequest, verb: str, form: BulkForm, ids: list[int]) -> HttpResponse:
    context = {"form": form, "words": VERBS[verb].button, "back": _back(request), "count": len(ids)}
    return render(request, "backoffice/queues/bulk.html", context)


def _check(request: HttpRequest, verb: str, form: BulkForm, previews: list[bulk.Preview]) -> HttpResponse:
    """The list of what will happen and what will not, with everything that was said carried along."""
    will = sum(each.will for each in previews)
    typed = [(name, each) for name in request.POST for each in request.POST.getlist(name)]
    if "tasks" not in request.POST:
        typed = [(name, form[name].value()) for name in form.fields]
    context = {
        "words": VERBS[verb].button,
        "does": f"{VERBS[verb].does} {plural(will, 'task')}",
        "will": will,
        "said": form.said() if form.is_bound else [],
        "rest": len(previews) - will,
        "table": Previews(
            sorted(previews, key=lambda each: each.will), exclude=() if will < len(previews) else ("why",)
        ),
        "typed": [(name, value) for name, value in typed if name != "csrfmiddlewaretoken"],
        "back": _back(request),
    }
    return render(request, "backoffice/queues/bulk_check.html", context)


def _ids(request: HttpRequest) -> list[int]:
    typed = request.POST.get("tasks", "").split(",") if "tasks" in request.POST else request.POST.getlist("task")
    return [each for each in map(number, typed) if each is not None]


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return back if back.startswith("/queues/") else reverse("council:queues")


def _choices(actor: Actor, ids: list[int]) -> dict[str, list[tuple[int, str]]]:
    """Who could get these tasks: teams that may open one of their kinds, colleagues in one of their teams."""
    turns = selectors.turns_of_mine(actor, ids)
    kinds = set(turns.values_list("kind", flat=True).distinct())
    able = [team.key for team in current().teams if handing.reads_of(team) & kinds]
    teams = teams_by_key(able).order_by("name").values_list("pk", "name")
    here = turns.values("team_id")
    people = people_of_council().filter(is_active=True, teams__team_id__in=here).order_by("name", "pk").distinct()
    return {"teams": list(teams), "people": list(people.values_list("pk", "name"))}
