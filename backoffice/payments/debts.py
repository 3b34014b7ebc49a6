"""What is to be recovered: the debts, and how one is recovered, in agreed instalments or in another way."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.cases.frame import frame, held_of, path_of
from backoffice.cases.rooms import rooms
from backoffice.cases.view import CaseView
from backoffice.casework.commanding import carried
from backoffice.web import payment_words, told
from backoffice.web.gate import staff
from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Entry, Fact, Now, Row, Tab, Tag
from backoffice.web.told import Telling
from backoffice.web.words import date_range, date_words, money, plural, weekday_date
from workflows.council.profile import current
from workflows.engine import door
from workflows.engine import selectors as engine
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import Task
from workflows.engine.selectors import Chapter
from workflows.parties.actor import Actor
from workflows.payments import carrying, desk, recovering
from workflows.payments.models import Debt
from workflows.payments.money import Money
from workflows.payments.rules import DebtState
from workflows.payments.selectors import KIND

from .entering import entered, let_in, pays, sent_already
from .forms import PlanForm
from .listing import tabs
from .present import PaymentView
from .tables import Instalments, Owed
from .views import view_of_id

NOTHING_OWED = "Nothing of this payment is owed any more."


STATES = {
    DebtState.OWED: Tag("To recover", "yellow"),
    DebtState.PLANNED: Tag("By instalments", "blue"),
    DebtState.RECOVERED: Tag("Recovered", "green"),
}
LATEST = 4


def _lines(each: Chapter) -> list[str]:
    """How much was recovered or taken back, or the instalments that were agreed."""
    if each.verb in {"agree", "give_up"}:
        agreed = [(date.fromisoformat(str(first)), amount) for first, amount in each.facts.get("instalments") or []]
        return [f"{date_words(first)}: {money(Decimal(str(amount)))}" for first, amount in agreed]
    amount = each.facts.get("amount")
    return [money(Decimal(str(amount)))] if amount else []


TELLING = Telling(lines=_lines)


class DebtView(CaseView):
    """A debt as one person of the council sees it now."""

    label = "Debt"
    caption = "Debt"
    list_name = "To recover"

    def __init__(self, debt: Debt, turn: Task | None, actor: Actor) -> None:
        assert debt.case is not None  # noqa: S101 (desk.debt_of finds it by its case)
        super().__init__(debt.case, turn, actor)
        self.debt, self.left = debt, debt.amount - debt.recovered

    @property
    def heading(self) -> str:
        """Who owes how much, and from when."""
        contract = self.debt.contract.title or self.debt.contract.reference
        return f"{money(self.debt.amount)} to recover: {contract}, {payment_words.period(self.debt.payment)}"

    @property
    def list_href(self) -> str:
        """Everything that is to be recovered."""
        return reverse("council:payments_owed")

    @property
    def plan_href(self) -> str:
        """Where it is agreed how it is recovered."""
        return reverse("council:payment_debt", args=[self.debt.pk])

    def entries(self, chapters: Sequence[Chapter]) -> list[Entry]:
        """The story, newest first."""
        return told.entries(self.case, chapters, TELLING)

    def facts(self) -> list[Fact]:
        """The strip under the panel."""
        return [
            Fact("Status", tag=STATES[DebtState(self.state)]),
            Fact("Still owed", money(self.left), f"of {money(self.debt.amount)}"),
            Fact("Recovered", money(self.debt.recovered), _plan_words(self.debt)),
            Fact("Who has it", self.holder(), self.clock.note if self.due else ""),
        ]

    def panel(self) -> Now:
        """What to do now."""
        if self.state == DebtState.RECOVERED:
            return Now(f"Recovered: {money(self.debt.amount)}", "Nothing of it is owed any more.")
        provider = self.case.organisation.name
        if self.state == DebtState.PLANNED:
            text = (
                f"{money(self.left)} is still to come, out of payments of this contract. It closes with the last one."
            )
            title = f"{provider} pays it back by instalments"
            if not self.may("agree"):
                return Now(title, text)
            return Now(title, text, button="Agree something else", href=self.plan_href)
        text = "No later payment takes it back by itself."
        if not self.may("agree"):
            return Now(f"{self.team()} agrees by {weekday_date(self.due)} how it is recovered", text)
        return Now(f"Now: agree with {provider} how {money(self.left)} is recovered", text, warm=True,
                   button="Agree or record", href=self.plan_href)  # fmt: skip

    def holder(self) -> str:
        """Who has it, in words: instalments are nobody's turn, and the team answers for them."""
        if self.turn is not None and self.turn.team_id is None and self.case.holder_team is not None:
            return str(self.case.holder_team.name)
        return super().holder()

    def duty(self) -> str:
        """Why it is with whoever has it."""
        if self.case.holder_team is None:
            return "It is recovered, so nobody has it."
        usual = current().team(current().team_for("payments", self.group)).name
        return f"{usual} agrees with providers how what was paid too much is recovered."


def view_of_case(actor: Actor, case_id: int) -> DebtView:
    """One debt as somebody sees it now; NotFound."""
    found = desk.debt_of(actor, case_id)
    if found is None:
        raise NotFound
    turns = engine.open_turns(case_id)
    return DebtView(found, turns[0] if turns else None, actor)


def overview(request: HttpRequest, view: CaseView) -> HttpResponse:
    """What to do now, where it comes from, by which instalments it is taken back, the newest of the story."""
    assert isinstance(view, DebtView)  # noqa: S101 (kinds.py gives a kind its own views)
    chapters = engine.story(f"case:{view.case.pk}")
    paid = reverse("council:case", args=[view.debt.pk]) if KIND in view.actor.reads else ""
    context = frame(view, "case", len(chapters)) | {
        "rows": [
            Row("Provider", view.case.organisation.name, [view.debt.contract.title or view.debt.contract.reference]),
            Row("From", view.debt.payment.case.reference, [payment_words.period(view.debt.payment)], href=paid,
                change="See the payment" if paid else ""),
            Row("Owed", money(view.debt.amount)),
            Row("Recovered", money(view.debt.recovered)),
        ],
        "instalments": Instalments(desk.instalments(view.debt)),
        "entries": view.entries(chapters)[:LATEST],
        "events": len(chapters),
        "held": held_of(view),
        "path": path_of(view, chapters),
    }  # fmt: skip
    return render(request, "backoffice/payments/debt_case.html", context)


@staff()
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What is to be recovered, of all providers, or also what already was."""
    actor, every = entered(request), request.GET.get("show") == "all"
    page = page_by_key(desk.debts(every=every), ("-payment_id",), request.GET)
    own = reverse("council:payments_owed")
    context = {
        "chapter": payment_words.name(),
        "tabs": tabs(actor, desk.figures(), "owed"),
        "rooms": rooms(actor),
        "table": Owed([_row(actor, each) for each in page.items]),
        "pages": page,
        "views": [Tab("Still owed", own, "", not every), Tab("All", f"{own}?show=all", "", every)],
    }
    return render(request, "backoffice/payments/owed.html", context)


@staff()
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Agree on instalments, on none, or record what was recovered in another way."""
    actor = entered(request)
    view = view_of_id(actor, payment_id)
    debt = recovering.owed(view.payment)
    back = debt.case_id if debt is not None and debt.case_id else payment_id
    if sent_already(request, actor, back):
        return redirect("council:case", back)
    if (away := _let_in(request, actor, debt, payment_id)) is not None:
        return away
    form = PlanForm.of(request, cancel=reverse("council:case", args=[back]), ways=_ways(debt))
    said = partial(_record, actor, view, debt, form)
    if request.method == "POST" and form.is_valid() and (done := carried(form, said)) is not None:
        messages.success(request, "It is recorded. Payments to come are worked out again.")
        return redirect("council:case", done.case_id)
    begun = debt.case if debt is not None and debt.case is not None else view.case
    context = {"view": view, "case": view.case, "form": form, "rows": _about(view, debt), "periods": _periods(view),
               "back_href": reverse("council:case", args=[back]), "back_words": begun.reference}  # fmt: skip
    return render(request, "backoffice/payments/debt.html", context)


def _ways(debt: Debt | None) -> set[str]:
    """How it can be recovered: what is carried on can be taken out of the periods to come; what instalments take back
    is not recovered in another way meanwhile."""
    if debt is None or debt.case is None:
        return {"plan", "none", "paid"}
    return {"plan", "none"} if debt.case.state == DebtState.PLANNED else {"plan", "paid"}


def _let_in(request: HttpRequest, actor: Actor, debt: Debt | None, payment_id: int) -> HttpResponse | None:
    """Open the form only for whoever may send it: None, or where they are led."""
    if debt is not None and debt.case_id:
        view = view_of_case(actor, debt.case_id)
        return let_in(request, view, "agree", NOTHING_OWED)
    if not pays(actor):
        team = current().team(current().team_for("payments", None)).name
        raise Forbidden(f"Only {team} may say how it is recovered.")
    if request.method != "POST" and debt is None:
        messages.info(request, NOTHING_OWED)
        return redirect("council:case", payment_id)
    return None


def _record(actor: Actor, view: PaymentView, debt: Debt | None, form: PlanForm) -> door.Outcome:
    data = form.cleaned_data
    said: dict[str, Any] = {"actor": actor, "payment_id": view.case.pk, "text": data["text"],
                            "key": str(data["client_key"])}  # fmt: skip
    if data["way"] == "paid":
        return recovering.recovered(amount=data["amount"], **said)
    parts = _parts(data, debt) if data["way"] == "plan" and debt is not None else []
    days = [each.first for each in recovering.periods_to_come(view.payment)]
    over = [date.max] * max(len(parts) - len(days), 0)
    return recovering.agree(instalments=list(zip([*days, *over], parts, strict=False)), **said)


def _parts(data: dict[str, Any], debt: Debt) -> list[Decimal]:
    """The instalments: as they were typed, else alike, the odd pennies first."""
    if data.get("parts"):
        return list(data["parts"])
    return [each.total for each in carrying.instalments(Money(debt.amount - debt.recovered), data["count"])]


def _about(view: PaymentView, debt: Debt | None) -> list[Row]:
    if debt is None:
        return [Row("Owed", NOTHING_OWED)]
    found = [
        Row("Provider", view.provider, [view.contract]),
        Row("From", payment_words.period(view.payment)),
        Row("Owed", money(debt.amount)),
        Row("Recovered", money(debt.recovered)),
        Row("Still owed", money(debt.amount - debt.recovered)),
    ]
    if debt._state.adding:
        found.append(Row("How", "The next payment takes it back, as long as nothing else is agreed."))
    plan_ = recovering.plan_of(debt)
    return [
        *found,
        Row("Agreed", _plan_words(debt), [f"{each.first:%d/%m/%Y}: {money(each.amount)}" for each in plan_]),
    ]


def _periods(view: PaymentView) -> list[str]:
    """The periods that can take something back, the next one first."""
    return [date_range(each.first, each.last) for each in recovering.periods_to_come(view.payment, 6)]


def _plan_words(debt: Debt) -> str:
    found = recovering.plan_of(debt)
    return plural(len(found), "instalment") if found else "No instalments"


def _row(actor: Actor, debt: Debt) -> dict[str, Any]:
    payment, left, case = debt.payment, debt.amount - debt.recovered, debt.case
    readable = case is not None and case.kind in actor.reads
    return {
        "debt": case.reference if case is not None else "",
        "href": reverse("council:case", args=[case.pk]) if case is not None and readable else "",
        "tag": STATES[DebtState(case.state)] if case is not None else STATES[DebtState.OWED],
        "organisation": payment.case.organisation.name,
        "contract": debt.contract.reference,
        "reference": payment.case.reference,
        "case": reverse("council:case", args=[payment.pk]),
        "period": payment_words.period(payment),
        "amount": debt.amount,
        "recovered": debt.recovered,
        "left": left,
        "how": _plan_words(debt) if left else "",
    }
