"""Addresses of actions."""

from django.urls import path

from backoffice.cases import kinds

from . import answering, showing, views
from .present import KIND

kinds.declare(KIND, view=showing.view_of_id, overview=showing.overview)
urlpatterns = [
    path("actions/", views.actions, name="actions"),
    path("cases/<int:action_id>/answer/", answering.answer, name="action_answer"),
]
