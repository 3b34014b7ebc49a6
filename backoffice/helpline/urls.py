"""Addresses of the helpline's room."""

from django.urls import path

from . import views

urlpatterns = [
    path("helpline/", views.helpline, name="helpline"),
    path("helpline/people/<int:user_id>/", views.person, name="helpline_person"),
]
