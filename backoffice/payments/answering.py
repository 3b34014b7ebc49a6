"""Payments answers what a provider rejected: line by line, with the money before anything is written."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backoffice.casework.commanding import FLYING
from backoffice.web.gate import staff
from backoffice.web.stale import Told, again, read_as, told
from backoffice.web.words import difference, money
from workflows.engine import door, reading
from workflows.engine import selectors as engine
from workflows.engine.errors import Invalid, Refused, Stale
from workflows.payments import answers, selectors, trying
from workflows.payments.acting import profile
from workflows.payments.desk import lines_to_amend
from workflows.payments.entitlement import DAY, last_day_alive, rules_on
from workflows.payments.models import Rejected
from workflows.payments.trying import Tried

from .entering import entered, let_in, sent_already
from .forms import AnswerForm, Wrong, name_of
from .present import PaymentView, since_words
from .tables import Moving
from .views import view_of_id

NOT_TYPED = {"csrfmiddlewaretoken", "step"}
GONE = "Nothing of this payment waits for an answer any more."


@staff()
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Choose what becomes of each line, see the money, confirm. Nothing is written before that."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    if sent_already(request, actor, payment_id):
        return redirect("council:case", payment_id)
    wrong = _wrong(view)
    read_as(request, _form(view, wrong))
    if (away := let_in(request, view, "amend", GONE)) is not None:
        return away
    if not wrong:  # answered between two of this page's queries
        raise door.noted(reading.stale(view.case, view.case.flow_class, actor), actor, "amend", payment_id)
    if request.method != "POST":
        return _asking(request, view, AnswerForm.of(request, **_options(view, wrong)))
    quiet = request.POST.get("step") == "edit"
    form = _form(view, wrong, request.POST, quiet=quiet)
    return _asking(request, view, form) if quiet or not form.is_valid() else _send(request, view, form)


def _send(request: HttpRequest, view: PaymentView, form: AnswerForm) -> HttpResponse:
    """Show what a form that is in order would come to, or, once that was seen, carry it out."""
    case_id = view.case.pk
    try:
        if request.POST.get("step") != "confirm":
            return _checking(request, view, form, _try(view, form))
        done = _carry_out(view, form)
    except Stale as stale:
        return _again(request, case_id, stale)
    except FLYING:
        raise
    except Refused as refusal:
        _onto(form, refusal)
        return _asking(request, view, form)
    payable = view_of_id(view.actor, done.case_id).payment.payable
    messages.success(request, f"Answered: {money(payable)} is payable now. {view.provider} is told.")
    return redirect("council:case", case_id)


def _try(view: PaymentView, form: AnswerForm) -> Tried:
    """What would be paid. A form that was opened on another turn is told who was faster."""
    if form.cleaned_data["task"] != (view.turn.pk if view.turn else None):
        faster = reading.stale(view.case, view.case.flow_class, view.actor)
        raise door.noted(faster, view.actor, "amend", view.case.pk)
    turn = view.turn.pk if view.turn else 0
    return trying.amended(actor=view.actor, case_id=view.case.pk, task_id=turn, changed=form.changes)


def _carry_out(view: PaymentView, form: AnswerForm) -> door.Outcome:
    data = form.cleaned_data
    said: dict[str, Any] = {
        "actor": view.actor, "case_id": view.case.pk, "task_id": data["task"] or 0, "text": data["text"],
        "key": str(data["client_key"]),
    }  # fmt: skip
    if form.leaves_all:
        return answers.leave(**said)
    return answers.amend(**said, changed=form.changes, left=form.left)


def _wrong(view: PaymentView) -> list[Wrong]:
    """What is rejected and not answered, line by line, with what each is paid."""
    open_ = view.page.open_rejections
    ids = sorted({each.line_id for each in open_ if each.line_id is not None})
    lines = {each.pk: each for each in lines_to_amend(view.actor, ids)}
    paid = {each.line.pk: each.total for each in selectors.paid(view.case.pk, ids)}
    grouped: dict[int | None, list[Rejected]] = {}
    for each in open_:
        grouped.setdefault(each.line_id, []).append(each)
    return [
        Wrong(
            line=lines[line] if line is not None else None,
            rejections=[each.pk for each in said],
            said=" ".join(f"{since_words(each)}{_quoted(each)}" for each in said),
            paid=paid.get(line or 0, view.payment.total if line is None else selectors.ZERO),
            last_day=_last_day(said),
        )
        for line, said in grouped.items()
    ]


def _quoted(said: Rejected) -> str:
    words = selectors.text_of(said.why)
    return f": “{words}”" if words else "."


def _last_day(said: list[Rejected]) -> Any:
    """The last day that is paid by what the provider said last, by the council's rules of a death and of a move."""
    last = next((each for each in reversed(said) if each.since is not None), None)
    if last is None or last.since is None:
        return None
    rules = profile().rules
    if last.died:
        return last_day_alive(last.since, rules)
    return last.since if rules_on(rules, last.since).pay_day_of_move else last.since - DAY


def _form(view: PaymentView, wrong: list[Wrong], data: QueryDict | None = None, *, quiet: bool = False) -> AnswerForm:
    options = _options(view, wrong)
    return AnswerForm(**options) if data is None else AnswerForm(data, quiet=quiet, **options)


def _options(view: PaymentView, wrong: list[Wrong]) -> dict[str, Any]:
    turn = view.turn.pk if view.turn else None
    return {"wrong": wrong, "initial": {"task": turn}, "cancel": view.address("case")}


def _asking(request: HttpRequest, view: PaymentView, form: AnswerForm, stale: Told | None = None) -> HttpResponse:
    named = {each.line.client_id for each in form.wrong if each.line is not None}
    engine.viewed_clients(view.actor, "scheduled_payment.answer", view.case.pk, named)
    context = {"view": view, "case": view.case, "form": form, "stale": stale, "at_stake": view.at_stake,
               "said": selectors.text_of(view.payment.comments)}  # fmt: skip
    return render(request, "backoffice/payments/answer.html", context, status=409 if stale else 200)


def _checking(request: HttpRequest, view: PaymentView, form: AnswerForm, tried: Tried) -> HttpResponse:
    """The money before it is moved: each line, and the payment."""
    names = {each.key: name_of(each) for each in form.wrong}
    chosen = dict(_ways(form))
    rows = [
        {
            "name": names.get(each.line_id or 0, "Another line"), "second": chosen.get(each.line_id or 0, ""),
            "before": each.before, "after": each.after, "difference": difference(each.before, each.after),
        }
        for each in tried.lines
    ]  # fmt: skip
    still = [(names[key], words) for key, words in chosen.items() if key not in {each.line_id for each in tried.lines}]
    context = {
        "view": view,
        "case": view.case,
        "table": Moving(rows),
        "still": still,
        "tried": tried,
        "moved": difference(tried.before, tried.after),
        "text": form.cleaned_data["text"],
        "typed": list(_typed(request.POST)),
    }
    return render(request, "backoffice/payments/answer_check.html", context)


def _ways(form: AnswerForm) -> Iterable[tuple[int, str]]:
    for each in form.wrong:
        field: Any = form.fields[f"way-{each.key}"]
        yield each.key, dict(field.choices)[form.cleaned_data[f"way-{each.key}"]]


def _again(request: HttpRequest, case_id: int, refusal: Stale) -> HttpResponse:
    """The form opened anew on what is there now, with what was typed; with nothing left to answer, who was faster."""
    view = view_of_id(entered(request), case_id)
    wrong = _wrong(view)
    if not wrong or door.may(view.actor, "amend", view.case, view.turn, view.group) is not None:
        raise refusal
    stale = told(refusal, _form(view, wrong), request.POST)
    return _asking(request, view, again(_form(view, wrong, stale.data, quiet=True)), stale)


def _onto(form: AnswerForm, refusal: Refused) -> None:
    """What a rule refused, at the field of the line that it is about."""
    if not isinstance(refusal, Invalid):
        form.add_error(None, refusal.reason)
        return
    for fault, words in refusal.faults.items():
        form.add_error(form.place_of(fault), words)


def _typed(data: QueryDict) -> Iterable[tuple[str, str]]:
    return ((name, value) for name in data if name not in NOT_TYPED for value in data.getlist(name))
