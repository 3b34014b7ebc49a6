"""Addresses of change requests."""

from django.urls import path

from backoffice.cases import kinds
from workflows.changes.selectors import KIND

from . import deciding, views

kinds.declare(KIND, view=views.view_of_id, overview=views.overview)
urlpatterns = [
    path("change-requests/", views.listed, name="change_requests"),
    path("change-requests/<int:request_id>/", deciding.one, name="change_request"),
    path("change-requests/<int:request_id>/undo/", deciding.undo, name="change_request_undo"),
    path("change-requests/<int:request_id>/password/", deciding.password, name="change_request_password"),
    path("change-requests/<int:request_id>/password-given/", deciding.given, name="change_request_password_given"),
    path("change-requests/<int:request_id>/link/", deciding.link, name="change_request_link"),
]
