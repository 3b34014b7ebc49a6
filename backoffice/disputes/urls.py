"""Addresses of disputes."""

from django.urls import path

from backoffice.cases import kinds

from . import deciding, many, views
from .present import KIND

kinds.declare(KIND, view=deciding.view_of_id, overview=deciding.overview)
urlpatterns = [
    path("disputes/", many.groups, name="disputes"),
    path("disputes/all/", views.listed, name="disputes_all"),
    path("disputes/decide/", many.decide, name="disputes_decide"),
    path("disputes/batches/<int:batch_id>/", many.batch, name="dispute_batch"),
    path("disputes/raise/<int:week_id>/", views.raise_one, name="dispute_raise"),
    path("cases/<int:dispute_id>/decide/", deciding.decide, name="dispute_decide"),
    path("cases/<int:dispute_id>/take/", deciding.take, name="dispute_take"),
]
