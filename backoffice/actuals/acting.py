"""What the finance team does with a week: accept what is as planned, accept chosen lines, ask the provider, take it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.casework.commanding import carried
from backoffice.web.forms import ConcordForm
from backoffice.web.gate import staff
from backoffice.web.words import money, plural
from workflows.actuals import checking, commands, selectors
from workflows.actuals.models import LineWeek, Standing
from workflows.actuals.rules import NOTHING
from workflows.engine import door
from workflows.engine.errors import Forbidden

from .entering import entered
from .forms import AcceptForm, QueryForm, TakeForm, TurnForm
from .present import KIND, STANDINGS, WeekView
from .views import view_of_id

NONE = "Tick at least one line that can be accepted."


@staff()
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, case_id: int) -> HttpResponse:
    """What will be paid if these lines are accepted; then accept them.

    Opened by its address: all lines as planned. Sent by the week's page: the lines that were ticked there. Sent by its
    own page: they are accepted, unless they are not as they were shown.
    """
    actor, _ = entered(request, KIND)
    view = view_of_id(actor, case_id)
    if isinstance(refusal := door.may(actor, "accept_some", view.case, view.turn, view.group), Forbidden):
        raise refusal
    form = AcceptForm.of(request, cancel=view.address("case"), initial=_turn(view))
    if request.method == "POST" and "seen" in request.POST and form.is_valid():
        if door.answered(actor, str(form.cleaned_data["client_key"])) is not None:
            return redirect("council:case", case_id)
        chosen = _lines(case_id, _ids(form.cleaned_data["line_weeks"].split(",")))
        if not chosen or form.cleaned_data["seen"] != _seen(chosen):
            return _accepting(request, view, chosen, moved=True)
        return _accept(request, view, form, chosen)
    ids = _ids(request.POST.getlist("line")) if request.method == "POST" else checking.clean_lines(case_id)
    chosen = _lines(case_id, ids)
    if not chosen:
        messages.info(request, NONE if request.method == "POST" else "No line is as planned. Look at each.")
        return redirect("council:case", case_id)
    return _accepting(request, view, chosen, moved=False)


@staff()
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask the provider about the week: it is theirs again."""
    text = "The week goes back to the provider with your question. What was accepted stays accepted."
    return _act(request, case_id, "query", QueryForm, "Ask the provider", text, "The provider is asked.")


@staff()
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take a week for checking whose saves are its submission."""
    text = "What the provider has saved is taken as submitted, and lines that they did not touch as planned."
    return _act(request, case_id, "take", TakeForm, "Check this week", text, "The week is with your team.")


def _act(
    request: HttpRequest, case_id: int, verb: str, kind: type[TurnForm], title: str, text: str, done: str
) -> HttpResponse:
    actor, _ = entered(request, KIND)
    view = view_of_id(actor, case_id)
    form = kind.of(request, cancel=view.address("case"), initial=_turn(view))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        words = {"text": data["text"]} if "text" in data else {}
        run: Callable[..., door.Outcome] = getattr(commands, verb)
        command = partial(run, actor=actor, case_id=case_id, task_id=data["task"] or 0, key=str(data["client_key"]))
        if carried(form, partial(command, **words)) is not None:
            messages.success(request, done)
            return redirect("council:case", case_id)
    refuse(request, view, verb)
    return page(request, view, form, title, text)


def refuse(request: HttpRequest, view: Any, verb: str) -> None:
    """Show a form only to whoever may send it: what the door would say is said at once. Whoever has sent one keeps
    what they typed when somebody was faster."""
    refusal = door.may(view.actor, verb, view.case, view.turn, view.group)
    if isinstance(refusal, Forbidden) or (refusal is not None and request.method != "POST"):
        raise refusal


def page(request: HttpRequest, view: Any, form: ConcordForm, title: str, text: str, *, rows: Any = ()) -> HttpResponse:
    """A form about a case, with what it will do."""
    context = {"view": view, "case": view.case, "form": form, "title": title, "text": text, "rows": rows}
    return render(request, "backoffice/actuals/act.html", context)


def _accept(request: HttpRequest, view: WeekView, form: AcceptForm, chosen: Sequence[LineWeek]) -> HttpResponse:
    data = form.cleaned_data
    command = partial(
        commands.accept,
        actor=view.actor,
        case_id=view.case.pk,
        task_id=data["task"] or 0,
        lines=[each.pk for each in chosen],
        key=str(data["client_key"]),
    )
    if carried(form, command) is None:
        return _accepting(request, view, chosen, moved=True)
    messages.success(request, f"{plural(len(chosen), 'line')} accepted: {money(_sum(chosen))} will be paid.")
    return redirect("council:case", view.case.pk)


def _accepting(request: HttpRequest, view: WeekView, chosen: Sequence[LineWeek], *, moved: bool) -> HttpResponse:
    """Check before accepting: what will be paid of each line, and in all."""
    ids = ",".join(str(each.pk) for each in chosen)
    form = AcceptForm(cancel=view.address("case"), initial=_turn(view) | {"line_weeks": ids, "seen": _seen(chosen)})
    form.button = f"Accept {plural(len(chosen), 'line')}"  # type: ignore[misc]
    rows = [{"client": f"{each.line.client} ({each.line.client.ss_ref})",
             "what": f"{each.line.service_level.name}, {each.line.reference}", "planned": each.planned_cost,
             "cost": each.payable_cost, "tag": STANDINGS[Standing(each.standing)]} for each in chosen]  # fmt: skip
    context = {"view": view, "case": view.case, "form": form, "rows": rows, "moved": moved, "sum": _sum(chosen),
               "planned": sum((each.planned_cost for each in chosen), NOTHING), "count": len(chosen)}  # fmt: skip
    return render(request, "backoffice/actuals/accept.html", context)


def _lines(case_id: int, ids: Sequence[int]) -> list[LineWeek]:
    """Those of these lines of a week whose reader is checked that can be accepted as they are."""
    found = selectors.lines_of(case_id).filter(pk__in=ids, standing=Standing.SUBMITTED, unpriced=False, lacking=False)
    return list(found)


def _seen(chosen: Sequence[LineWeek]) -> str:
    """What was on the page, in one word: each line's version and money."""
    return ",".join(f"{each.pk}.{each.version}.{each.payable_cost}" for each in sorted(chosen, key=lambda one: one.pk))


def _sum(chosen: Sequence[LineWeek]) -> Any:
    return sum((each.payable_cost for each in chosen), NOTHING)


def _turn(view: Any) -> dict[str, Any]:
    return {"task": view.turn.pk if view.turn else None}


def _ids(texts: Sequence[str]) -> list[int]:
    return [int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19]
