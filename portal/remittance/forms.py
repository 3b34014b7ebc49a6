"""The parameters of the report: contract, payment method, period, summary (norfolk-handbook §8)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms

from backoffice.web.fields import Pick
from backoffice.web.forms import ConcordForm
from workflows.payments.models import ScheduledPayment
from workflows.payments.rules import State
from workflows.payments.selectors import method_words


class RemittanceForm(ConcordForm):
    """Which payment. Periods of the chosen contract alone are offered; one that was finalised in part has an asterisk.

    Sent by GET: it changes nothing.
    """

    what_failed: ClassVar[str] = "The report was not made"
    button: ClassVar[str] = "View"
    contract = Pick(label="Contract", empty="All contracts", required=False)
    method = Pick(label="Payment Method", empty="All payment methods", required=False)
    period = Pick(label="Period (* Partially finalised payment periods)", missing="Choose a period")
    summary = forms.BooleanField(label="Summary", required=False)

    def __init__(self, *positional: Any, payments: Sequence[ScheduledPayment], **options: Any) -> None:
        super().__init__(*positional, **options)
        chosen = {name: str(self.data.get(name) or "") for name in ("contract", "method")}
        self.payments = payments
        contracts = {str(each.contract_id): each.contract.title or each.contract.reference for each in payments}
        of_contract = [each for each in payments if chosen["contract"] in {"", str(each.contract_id)}]
        methods = {str(each.method_id): _method(each, many=len(contracts) > 1) for each in of_contract}
        shown = [each for each in of_contract if chosen["method"] in {"", str(each.method_id)}]
        several = len({each.contract_id for each in shown}) > 1
        fields: dict[str, Any] = self.fields
        fields["contract"].choices = [("", "All contracts"), *contracts.items()]
        fields["method"].choices = [("", "All payment methods"), *methods.items()]
        fields["period"].choices = [("", "Choose"), *((str(each.pk), _period(each, several)) for each in shown)]

    @property
    def helper(self) -> FormHelper:
        """The same form, sent by GET."""
        helper = super().helper
        helper.form_method = "get"
        return helper


def _method(payment: ScheduledPayment, *, many: bool) -> str:
    words = method_words(payment.method)
    return f"{words}, {payment.contract.title or payment.contract.reference}" if many else words


def _period(payment: ScheduledPayment, several: bool) -> str:
    mark = " *" if payment.case.state == State.PARTLY else ""
    contract = f", {payment.contract.title or payment.contract.reference}" if several else ""
    return f"{payment.first:%d/%m/%Y} - {payment.last:%d/%m/%Y}{mark}{contract}"
