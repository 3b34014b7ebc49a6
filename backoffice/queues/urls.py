"""Addresses of the queues."""

from django.urls import path

from . import views

urlpatterns = [
    path("queues/", views.first, name="queues"),
    path("queues/act/", views.act, name="act"),
    path("queues/<int:team_id>/", views.queue, name="queue"),
]
