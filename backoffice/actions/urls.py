"""Addresses of actions."""

from django.urls import path

from backoffice.cases import kinds

from . import answering, beginning, showing, switches, views
from .present import KIND

kinds.declare(KIND, view=showing.view_of_id, overview=showing.overview)
urlpatterns = [
    path("actions/", views.actions, name="actions"),
    path("actions/new/", beginning.which, name="action_new"),
    path("actions/new/<int:organisation_id>/", beginning.new, name="action_new_for"),
    path("actions/send/", beginning.send, name="action_send"),
    path("actions/sendings/<int:sending_id>/", beginning.progress, name="action_sending"),
    path("actions/types/", switches.types, name="action_types"),
    path("cases/<int:action_id>/answer/", answering.answer, name="action_answer"),
]
