"""The pages of invoices (bedford-actuals-guide "Invoice/Credit Notes" steps 1 to 4). Each first fetches through a
selector, which knows whose the invoice is."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.web import invoice_words
from backoffice.web.gate import needs
from workflows.engine import moment, news
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, Invalid, NotFound, Refused, Stale
from workflows.engine.tabular import write_csv
from workflows.invoices import commands, selectors
from workflows.invoices.selectors import FUNCTION, Page

from ..asking import actor_of
from .forms import ATTACH, CREATE, SUBMIT, AttachForm, CreateForm, Step, SubmitForm
from .showing import READ_ONLY, Shown, items, listed, noted

Forms = dict[str, Step]


@needs(FUNCTION, module="invoices")
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """The list (steps 1 and 2)."""
    actor = actor_of(request)
    found = selectors.listed(actor)
    context = {
        "listed": listed(found, None),
        "chapter": invoice_words.name(),
        "states": [invoice_words.tag(each) for each in selectors.STATES],
        "notes": noted(selectors.notes(actor).order_by("-raised_at", "case")[:20]),
    }
    return render(request, "portal/invoices/list.html", context)


@needs(FUNCTION, module="invoices")
@require_http_methods(["GET", "POST"])
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """One invoice with its items: Create, attach what VAT needs, Submit Invoice (steps 3 and 4)."""
    page = selectors.page(actor_of(request), invoice_id)
    if request.method != "POST":
        return _show(request, page, _forms(request, page))
    step = request.POST.get("step", "")
    forms = _forms(request, page, step)
    if step not in STEPS or step not in forms:
        raise _refusal(request, page)
    form = forms[step]
    if not form.is_valid():
        return _show(request, page, forms)
    try:
        told = STEPS[step](request, page, form)
    except Invalid as invalid:
        for name, fault in invalid.faults.items():
            form.add_error(name if name in form.fields else None, fault)
        page = selectors.page(actor_of(request), invoice_id)  # it may have been worked out again
        return _show(request, page, _again(request, page, form, step))
    messages.success(request, f"{page.case.reference} {told}")
    return redirect("portal:invoice", invoice_id)


@needs(FUNCTION, module="invoices")
@require_GET
def story(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """What happened to an invoice."""
    actor = actor_of(request)
    page = selectors.page(actor, invoice_id)
    engine.viewed(actor, "invoice.story", invoice_id)
    shown = Shown(page, actor, moment.now())
    context = {"shown": shown, "entries": invoice_words.entries(page.case, inside=False),
               "chapter": invoice_words.name()}  # fmt: skip
    return render(request, "portal/invoices/story.html", context)


@needs(FUNCTION, module="invoices")
@require_GET
def items_file(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The items as a file, for a provider's own accounts."""
    actor = actor_of(request)
    page = selectors.page(actor, invoice_id)
    people = selectors.people(page.invoice)
    engine.viewed_clients(actor, "invoice.file", invoice_id, {each.client_id for each in people})
    found = selectors.items(page.invoice, [each.line_id for each in people])
    heading = ["Reference", "From", "To", "Client", "SSRef", "Line", "Service", "Excl VAT", "VAT", "Total"]
    rows = [
        [page.case.reference, page.payment.first, page.payment.last, str(each.line.client), each.line.client.ss_ref,
         each.line.reference, each.line.service.name, each.excl, each.vat, each.total]
        for each in found
    ]  # fmt: skip
    answer = HttpResponse(write_csv([heading, *rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{page.case.reference}.csv"'
    return answer


def _forms(request: HttpRequest, page: Page, bound: str = "") -> Forms:
    """The forms that this person may send now; `bound` is the one that was."""
    shown = Shown(page, actor_of(request), moment.now())
    task = {"task": page.turn.pk if page.turn else ""}
    made: Forms = {}
    if shown.creates or (bound == CREATE and shown.may("create")):
        made[CREATE] = _form(request, CreateForm, bound == CREATE, {**task, "step": CREATE})
    if shown.submits:
        if shown.claims_vat or bound == ATTACH:
            number = {"vat_number": page.invoice.vat_number}
            made[ATTACH] = _form(request, AttachForm, bound == ATTACH, {**task, **number, "step": ATTACH})
        if not shown.blocked or bound == SUBMIT:
            own = {**task, "seen": page.payment.total, "step": SUBMIT}
            made[SUBMIT] = _form(request, SubmitForm, bound == SUBMIT, own, auto_id="submit_%s")
    return made


def _form(request: HttpRequest, kind: type[Step], bound: bool, initial: dict[str, Any], **more: Any) -> Step:
    return kind.of(request, initial=initial, **more) if bound else kind(initial=initial, **more)


def _again(request: HttpRequest, page: Page, form: Step, step: str) -> Forms:
    """The forms after a refusal: the one that was sent says why; submitted again, it sends the amount of now."""
    forms = _forms(request, page)
    if step != SUBMIT or step not in forms:
        return {**forms, step: form}
    data = cast("QueryDict", form.data).copy()
    data["seen"] = str(page.payment.total)
    fresh = SubmitForm(data, auto_id="submit_%s")
    fresh.is_valid()
    for name, faults in form.errors.items():
        fresh.add_error(None if name == "__all__" else name, list(faults))
    return {**forms, step: fresh}


def _create(request: HttpRequest, page: Page, form: Step) -> str:
    commands.create(actor=actor_of(request), **_on(page, form))
    return "was created. Submit it when it is correct."


def _attach(request: HttpRequest, page: Page, form: Step) -> str:
    data = form.cleaned_data
    commands.attach(
        actor=actor_of(request), vat_number=data["vat_number"], file_ids=[each.pk for each in data["files"]],
        **_on(page, form),
    )  # fmt: skip
    return "has your VAT invoice."


def _submit(request: HttpRequest, page: Page, form: Step) -> str:
    seen = form.cleaned_data["seen"]
    if seen is None:
        raise Invalid({"changed": "Look at the invoice again, then submit it"})
    commands.submit(actor=actor_of(request), seen=seen, **_on(page, form))
    return f"was submitted. {Shown(page, actor_of(request), moment.now()).team} checks it."


STEPS: dict[str, Callable[[HttpRequest, Page, Step], str]] = {CREATE: _create, ATTACH: _attach, SUBMIT: _submit}


def _on(page: Page, form: Step) -> dict[str, Any]:
    data = form.cleaned_data
    return {"case_id": page.case.pk, "task_id": data["task"] or 0, "key": str(data["client_key"])}


def _refusal(request: HttpRequest, page: Page) -> Refused:
    """Why a form that is not on the page is not taken."""
    shown = Shown(page, actor_of(request), moment.now())
    if shown.blocked and page.with_provider:
        return Refused(shown.blocked, "blocked")
    if not actor_of(request).may(FUNCTION, "edit"):
        return Forbidden(READ_ONLY)
    return Stale("Somebody", "dealt with this invoice", None, page.case.pk) if page.turn else NotFound()


def _show(request: HttpRequest, page: Page, forms: Forms) -> HttpResponse:
    actor = actor_of(request)
    people = selectors.people(page.invoice)
    if request.method == "GET":
        news.opened(actor, "invoice", page.case.pk)
        engine.viewed_clients(actor, "invoice", page.case.pk, {each.client_id for each in people})
    shown = Shown(page, actor, moment.now())
    failed = next((each for each in forms.values() if each.is_bound and each.errors), None)
    context = {
        "shown": shown,
        "items": items(selectors.items(page.invoice, [each.line_id for each in people]), request.GET.get("why", ""),
                       shown.team),
        "listed": listed(selectors.listed(actor), page.case.pk),
        "create": forms.get(CREATE),
        "attach": forms.get(ATTACH),
        "submit": forms.get(SUBMIT),
        "failed": failed,
        "notes": noted(selectors.notes_of(page.case.pk)),
        "credits": bool(selectors.creditable(page.invoice)) and actor.may(FUNCTION, "edit"),
        "all": request.GET.get("why") == "all",
        "chapter": invoice_words.name(),
    }  # fmt: skip
    return render(request, "portal/invoices/invoice.html", context)
