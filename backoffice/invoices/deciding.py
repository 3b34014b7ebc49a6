"""What Payments does with an invoice: accept, query, close one without items."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from backoffice.cases.acting import Act, act, form_of, of_turn
from backoffice.casework.asking import actor_of
from backoffice.web.gate import staff
from backoffice.web.words import money
from workflows.engine.errors import Refused
from workflows.invoices import commands

from .forms import AcceptForm, CloseForm, QueryForm
from .present import KIND
from .views import view_of_id


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Accept the invoice with the total that stands on the page."""
    view = view_of_id(actor_of(request), invoice_id)
    total = view.payment.total
    form = form_of(request, view, AcceptForm, initial={"seen": total})
    text = f"{money(total)} is accepted, and the next payment run takes it. {view.provider} is told."
    said = Act("accept", "Accept the invoice", text, "Accepted. The next payment run takes it.", view.rows())

    def send() -> object:
        seen = form.cleaned_data["seen"]
        if seen is None:
            raise Refused("Open this page again, and look at the amount first.", "seen")
        return commands.accept(**of_turn(view, form), seen=seen)

    return act(request, view, form, send, said)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def query(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Ask about an invoice, also after it was accepted, as long as no run has it."""
    view = view_of_id(actor_of(request), invoice_id)
    form = form_of(request, view, QueryForm)
    text = (f"The invoice goes back to {view.provider}, is worked out by what is known now, and is submitted again."
            " What is asked stands on its page.")  # fmt: skip
    said = Act("query", "Query the invoice", text, "The query is sent. The provider has the invoice.", view.rows())
    return act(request, view, form, lambda: commands.query(**of_turn(view, form)), said)


@staff(reads=KIND)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Close an invoice without items, so that those of later periods can be submitted."""
    view = view_of_id(actor_of(request), invoice_id)
    form = form_of(request, view, CloseForm)
    text = "There is nothing to invoice for this period. The next payment run closes it with nothing."
    said = Act("close_empty", "Close the invoice without items", text, "It is closed. The provider is told.")
    return act(request, view, form, lambda: commands.close_empty(**of_turn(view, form)), said)
