"""Addresses of payment runs."""

from django.urls import path

from backoffice.cases import kinds

from . import acting, files, remitting, showing, views
from .present import KIND

kinds.declare(KIND, view=showing.view_of_id, overview=showing.overview)
urlpatterns = [
    path("payment-runs/", views.runs, name="payment_runs"),
    path("payment-runs/due/<slug:calendar>/<slug:day>/", views.due, name="payments_due"),
    path("payment-runs/batches/<int:batch_id>/", views.batch, name="run_batch"),
    path("payment-runs/<int:payment_run_id>/payments/", showing.payments, name="run_payments"),
    path("payment-runs/<int:payment_run_id>/looks/", showing.looks, name="run_looks"),
    path("payment-runs/<int:payment_run_id>/payments/<int:paid_id>/", acting.payment, name="run_payment"),
    path("payment-runs/<int:payment_run_id>/do/<slug:act>/", acting.act, name="run_act"),
    path("payment-runs/<int:payment_run_id>/file/", files.give_out, name="run_file"),
    path("payment-runs/<int:payment_run_id>/return/", files.bring_in, name="run_return"),
    path("remittance/<int:paid_id>/", remitting.advice, name="remittance"),
    path("remittance/<int:paid_id>/remittance.<slug:form>", remitting.file, name="remittance_file"),
]
