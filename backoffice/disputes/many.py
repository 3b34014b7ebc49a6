"""The page that decides many disputes at once: grouped by provider and cause, with a preview of the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.rooms import rooms
from backoffice.casework.asking import actor_of
from backoffice.casework.batch_page import page_of
from backoffice.web import disputed
from backoffice.web.gate import staff, teams_of_desk
from backoffice.web.pieces import Fact
from backoffice.web.words import money, plural
from workflows.actuals.rules import NOTHING
from workflows.disputes import batches as deciding
from workflows.disputes import rules, selectors
from workflows.disputes.models import DisputedRow
from workflows.disputes.selectors import Filters
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound
from workflows.parties.actor import Actor

from .forms import ManyForm
from .present import KIND
from .tables import Chosen, Groups, Items, Preview, Weeks, pays

#: Up to so many disputes are decided at once; a worker takes more.
FEW = 5
#: As many rows as one page shows to be ticked.
SHOWN = 200
NOT_AMENDED = "The provider did not amend it"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a decision would do to one row: what is payable then, or why it stays."""

    row: DisputedRow
    pays: Decimal | None

    @property
    def why(self) -> str:
        """Why it stays as it is."""
        return "" if self.pays is not None else NOT_AMENDED


@staff(reads=KIND)
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """What awaits a decision, by provider and cause, with what each way would cost."""
    actor = actor_of(request)
    found = selectors.awaiting_decision(actor, Filters())
    waiting = sum(each["rows"] for each in found)
    facts = [
        Fact("Await a decision", plural(waiting, "row")),
        Fact("In dispute", money(sum((each["at_stake"] for each in found), NOTHING))),
    ]
    context = {"table": Groups(found), "facts": facts, "rooms": rooms(actor)}
    context["weeks"] = Weeks(selectors.to_raise(actor)) if _decides(actor) else None
    return render(request, "backoffice/disputes/groups.html", context)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """The rows of a group; then what will be paid of those that were ticked; then it is done."""
    actor = actor_of(request)
    selectors.cases(actor)  # where there is no such module there is no such page
    if not _decides(actor):
        raise Forbidden("Only the team that pays decides disputes.")
    if request.method != "POST":
        return _choose(request, actor, ManyForm())
    form = ManyForm(request.POST)
    rows = selectors.chosen(actor, _ids(request))
    if not rows:
        messages.info(request, "Tick at least one row that still awaits a decision.")
        return redirect(_back(request))
    if not _right(form):
        return _choose(request, actor, form)
    plans = [Plan(each, pays(each, form.cleaned_data["way"])) for each in rows]
    able = [each.row for each in plans if each.pays is not None]
    if "start" in request.POST and able:
        return _start(request, actor, form, able)
    engine.viewed_clients(actor, "disputes.check", None, {each.line_week.line.client_id for each in rows})
    return render(request, "backoffice/disputes/check.html", _preview(request, form, plans))


@staff(reads=KIND)
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far a decision on many is, and what became of each dispute. It goes on when the browser is closed."""
    found = selectors.batch(actor_of(request), batch_id)
    context = page_of(request, found, selectors.batch_items(found), of="dispute", done="Decided")
    for row in context["pages"].items:
        row["href"] = reverse("council:case", args=[row["case_id"]]) if row["case_id"] else ""
    table = Items(context["pages"].items)
    return render(request, "backoffice/disputes/batch.html", context | {"table": table})


def _start(request: HttpRequest, actor: Actor, form: ManyForm, rows: Sequence[DisputedRow]) -> HttpResponse:
    """A few at once, more by a worker: dispute by dispute through the same door."""
    data = form.cleaned_data
    said: dict[str, Any] = {"way": data["way"], "reason": data["reason"], "key": str(data["client_key"])}
    ids = [each.pk for each in rows]
    if len({each.dispute_id for each in rows}) > FEW:
        return redirect("council:dispute_batch", deciding.decide_many(actor=actor, rows=ids, **said).pk)
    done, refused = deciding.decide_few(actor=actor, rows=ids, **said)
    if done and data["way"] == rules.ASK_AGAIN:
        messages.success(request, f"{plural(len(done), 'dispute')} asked again. The provider is told.")
    elif done:
        messages.success(request, f"{plural(len(done), 'dispute')} decided: {money(sum(done, NOTHING))} is payable.")
    for why in refused:
        messages.error(request, why)
    return redirect("council:disputes")


def _choose(request: HttpRequest, actor: Actor, form: ManyForm) -> HttpResponse:
    organisation, causes = _group(request)
    rows = selectors.to_decide(actor, organisation, causes)
    if not rows:
        messages.info(request, "Nothing of this awaits a decision any more.")
        return redirect("council:disputes")
    engine.viewed_clients(actor, "disputes.decide", None, {each.line_week.line.client_id for each in rows[:SHOWN]})
    context = {
        "table": Chosen(rows[:SHOWN]),
        "more": max(0, len(rows) - SHOWN),
        "provider": rows[0].dispute.case.organisation.name,
        "cause": disputed.cause_words(causes),
        "organisation_id": organisation,
        "causes": ",".join(causes),
        "form": form,
    }
    return render(request, "backoffice/disputes/decide.html", context)


def _preview(request: HttpRequest, form: ManyForm, plans: Sequence[Plan]) -> dict[str, Any]:
    able = [each for each in plans if each.pays is not None]
    now = sum((each.row.payable_cost for each in able), NOTHING)
    then = sum((each.pays or NOTHING for each in able), NOTHING)
    words = rules.WORDS[form.cleaned_data["way"]]
    last = Fact("More than now" if then >= now else "Less than now", money(abs(then - now)))
    if form.cleaned_data["way"] == rules.ASK_AGAIN:
        last = Fact("Stays in dispute", money(sum((each.row.at_stake for each in able), NOTHING)))
    return {
        "table": Preview(plans),
        "able": len(able),
        "rest": len(plans) - len(able),
        "does": f"{words}: {plural(len(able), 'row')}",
        "facts": [
            Fact("Payable now", money(now), "not in dispute"),
            Fact(words, money(then), plural(len(able), "row")),
            last,
        ],
        "reason": form.cleaned_data["reason"],
        "typed": [(name, value) for name in NAMES for value in request.POST.getlist(name)],
        "back": _back(request),
    }


NAMES = ("rows", "way", "reason", "client_key", "provider", "causes")


def _right(form: ManyForm) -> bool:
    """Whether what was typed can be carried out; what the rule refuses stands on the form."""
    if not form.is_valid():
        return False
    for name, fault in rules.faults_of_many(form.cleaned_data["way"], form.cleaned_data["reason"]).items():
        form.add_error(name, fault)
    return not form.errors


def _group(request: HttpRequest) -> tuple[int, list[str]]:
    """Which group the address or the form names."""
    given = request.POST if request.method == "POST" else request.GET
    provider = given.get("provider", "")
    if not (provider.isascii() and provider.isdigit()) or len(provider) > 18:
        raise NotFound
    return int(provider), [each for each in given.get("causes", "").split(",") if each]


def _back(request: HttpRequest) -> str:
    organisation, causes = _group(request)
    asked = urlencode({"provider": str(organisation), "causes": ",".join(causes)})
    return f"{reverse('council:disputes_decide')}?{asked}"


def _ids(request: HttpRequest) -> list[int]:
    given = request.POST.getlist("rows")
    return [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 19]


def _decides(actor: Actor) -> bool:
    """Whether one of the person's teams pays for any service."""
    return bool(teams_of_desk("payments") & set(actor.teams))
