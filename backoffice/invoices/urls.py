"""Addresses of invoices and credit notes."""

from django.urls import path

from backoffice.cases import kinds

from . import deciding, many, noting, views
from .present import KIND, NOTE_KIND

kinds.declare(KIND, view=views.view_of_id, overview=views.overview)
kinds.declare(NOTE_KIND, view=noting.view_of_id, overview=noting.overview)
urlpatterns = [
    path("invoices/", views.listed, name="invoices"),
    path("invoices/check/", many.check, name="invoices_check"),
    path("invoices/batches/<int:batch_id>/", many.batch, name="invoice_batch"),
    path("invoices/credit-notes/", noting.listed, name="credit_notes"),
    path("cases/<int:invoice_id>/invoice/accept/", deciding.accept, name="invoice_accept"),
    path("cases/<int:invoice_id>/invoice/query/", deciding.query, name="invoice_query"),
    path("cases/<int:invoice_id>/invoice/close/", deciding.close, name="invoice_close"),
    path("cases/<int:note_id>/credit-note/accept/", noting.accept, name="credit_note_accept"),
    path("cases/<int:note_id>/credit-note/query/", noting.query, name="credit_note_query"),
    path("cases/<int:note_id>/credit-note/refuse/", noting.refuse, name="credit_note_refuse"),
]
