"""Addresses of one-off claims."""

from django.urls import path

from backoffice.cases import kinds

from . import deciding, views
from .present import KIND

kinds.declare(KIND, view=deciding.view_of_id, overview=deciding.overview)
urlpatterns = [
    path("claims/", views.listed, name="claims"),
    path("cases/<int:claim_id>/claim/accept/", deciding.accept, name="claim_accept"),
    path("cases/<int:claim_id>/claim/query/", deciding.query, name="claim_query"),
    path("cases/<int:claim_id>/claim/reject/", deciding.reject, name="claim_reject"),
    path("cases/<int:claim_id>/claim/take/", deciding.take, name="claim_take"),
]
