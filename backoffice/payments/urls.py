"""Addresses of scheduled payments."""

from django.urls import path

from backoffice.cases import kinds
from workflows.payments.selectors import KIND

from . import answering, by_hand, debts, listing, methods, stops, views
from .entering import DEBT, STOP

kinds.declare(KIND, view=views.view_of_id, overview=views.overview)
kinds.declare(STOP, view=stops.view_of_id, overview=stops.overview)
kinds.declare(DEBT, view=debts.view_of_case, overview=debts.overview)
urlpatterns = [
    path("payments/", listing.periods, name="payments"),
    path("payments/rejected/", listing.rejected, name="payments_rejected"),
    path("payments/by-hand/", listing.by_hand, name="payments_by_hand"),
    path("payments/stops/", stops.listed, name="payments_stops"),
    path("payments/to-recover/", debts.listed, name="payments_owed"),
    path("contracts/<int:contract_id>/payment-methods/", methods.of_contract, name="payment_methods"),
    path("cases/<int:payment_id>/payment/answer/", answering.answer, name="payment_answer"),
    path("cases/<int:payment_id>/payment/again/", views.again, name="payment_again"),
    path("cases/<int:payment_id>/payment/adjust/", by_hand.adjust, name="payment_adjust"),
    path("cases/<int:payment_id>/payment/by-hand/<int:adjustment_id>/", by_hand.decide, name="payment_by_hand"),
    path("cases/<int:payment_id>/payment/hold-out/", by_hand.hold_out, name="payment_hold_out"),
    path("cases/<int:payment_id>/payment/put-back/", by_hand.put_back, name="payment_put_back"),
    path("cases/<int:payment_id>/payment/recover/", debts.plan, name="payment_debt"),
    path("cases/<int:payment_id>/payment/lines/<int:line_id>/", views.line, name="payment_line"),
    path("cases/<int:stop_id>/stop/confirm/", stops.confirm, name="stop_confirm"),
    path("cases/<int:stop_id>/stop/lift/", stops.lift, name="stop_lift"),
]
