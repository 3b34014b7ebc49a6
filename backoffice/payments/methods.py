"""How a contract is paid: its methods, and another one from a day on, with what it changes before it is recorded."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from backoffice.casework.asking import actor_of
from backoffice.casework.commanding import FLYING, onto
from backoffice.web.gate import staff
from backoffice.web.words import date_range, date_words, difference
from workflows.council.profile import current
from workflows.engine import moment
from workflows.engine.errors import Forbidden, NotFound, Refused
from workflows.parties.actor import Actor
from workflows.payments import desk, methods, trying
from workflows.payments.acting import profile
from workflows.payments.models import PaymentMethod
from workflows.payments.selectors import KIND
from workflows.payments.trying import Tried
from workflows.register.models import Contract

from .forms import MethodForm
from .tables import BEFORE, LATER, NOW, Methods, Moving

DESKS = ("payments", "procurement")
NOT_TYPED = {"csrfmiddlewaretoken", "step"}


@staff()
@require_http_methods(["GET", "POST"])
def of_contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The methods of a contract; for the teams that may, another one from a day on: type, see what changes, confirm."""
    actor = _entered(request)
    contract = desk.contract(contract_id)
    if contract is None:
        raise NotFound
    may = _may(actor)
    if request.method != "POST":
        return _page(request, contract, MethodForm.of(request, **_options(contract)) if may else None)
    if not may:
        raise Forbidden(f"Only {_teams()} may say how a contract is paid.")
    quiet = request.POST.get("step") == "edit"
    form = MethodForm(request.POST, quiet=quiet, **_options(contract))
    if quiet or not form.is_valid():
        return _page(request, contract, form)
    set_it = partial(methods.set_method, actor=actor, contract_id=contract_id, **form.said)
    try:
        if request.POST.get("step") != "confirm":
            tried = trying.done(actor=actor, contracts=[contract_id], change=set_it)
            return _checking(request, contract, form, tried)
        set_it()
    except FLYING:
        raise
    except Refused as refusal:
        onto(form, refusal, {"taken": "start"})
        return _page(request, contract, form)
    messages.success(request, f"The method is recorded: it holds from {date_words(form.said['start'])}.")
    return redirect("council:payment_methods", contract_id)


def _entered(request: HttpRequest) -> Actor:
    """Who asks: a team that reads payments, or one that says how contracts are paid."""
    profile()
    actor = actor_of(request)
    if KIND not in actor.reads and not _may(actor):
        raise NotFound
    return actor


def _may(actor: Actor) -> bool:
    return bool({current().team_for(each, None) for each in DESKS} & set(actor.teams))


def _teams() -> str:
    keys = {current().team_for(each, None) for each in DESKS}
    return " or ".join(team.name for team in current().teams if team.key in keys)


def _options(contract: Contract) -> dict[str, Any]:
    return {
        "calendars": [(each.key, each.name) for each in profile().calendars],
        "initial": _initial(contract),
        "cancel": reverse("council:payment_methods", args=[contract.pk]),
    }


def _initial(contract: Contract) -> dict[str, Any]:
    """The form begins as the contract is paid now."""
    last = contract.payment_methods.order_by("-start").first()
    if last is None:
        calendars = profile().calendars
        return {"calendar": calendars[0].key} if len(calendars) == 1 else {}
    return {"calendar": last.calendar, "net": "net" if last.net else "gross",
            "basis": "actuals" if last.on_actuals else "planned",
            "claimed": "invoice" if last.invoiced else "itself"}  # fmt: skip


def _page(request: HttpRequest, contract: Contract, form: MethodForm | None) -> HttpResponse:
    rows = list(contract.payment_methods.order_by("-start"))
    context = {
        "contract": contract,
        "form": form,
        "table": Methods([_row(each, rows) for each in rows]),
        "who": _teams(),
        "reads": KIND in actor_of(request).reads,
    }
    return render(request, "backoffice/payments/methods.html", context)


def _row(method: PaymentMethod, every: list[PaymentMethod]) -> dict[str, Any]:
    today = moment.today()
    begun = [each.start for each in every if each.start <= today]
    tag = LATER if method.start > today else NOW if method.start == max(begun) else BEFORE
    return {
        "start": method.start,
        "calendar": profile().calendar(method.calendar).name,
        "net": "Net: taken off" if method.net else "Gross: not taken off",
        "basis": f"What {'was provided' if method.on_actuals else 'is planned'}"
        f"{', by invoices' if method.invoiced else ''}",
        "tag": tag,
    }


def _checking(request: HttpRequest, contract: Contract, form: MethodForm, tried: Tried) -> HttpResponse:
    """What the payments that are current would come to; for whoever reads payments."""
    reads = KIND in actor_of(request).reads
    periods = desk.periods_of([each.payment_id for each in tried.payments])
    rows = [
        {
            "name": date_range(*periods[each.payment_id]), "second": "", "before": each.before, "after": each.after,
            "difference": difference(each.before, each.after),
        }
        for each in tried.payments
    ]  # fmt: skip
    said = form.said
    context = {
        "contract": contract,
        "table": Moving(rows) if reads else None,
        "tried": tried,
        "moved": difference(tried.before, tried.after) if reads else "",
        "start": said["start"],
        "calendar": profile().calendar(said["calendar"]).name,
        "net": said["net"],
        "on_actuals": said["on_actuals"],
        "invoiced": said["invoiced"],
        "typed": list(_typed(request.POST)),
    }
    return render(request, "backoffice/payments/method_check.html", context)


def _typed(data: QueryDict) -> Iterable[tuple[str, str]]:
    return ((name, value) for name in data if name not in NOT_TYPED for value in data.getlist(name))
