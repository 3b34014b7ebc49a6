"""Addresses of publishing."""

from django.urls import path

from . import views

urlpatterns = [
    path("publishing/", views.lines, name="publishing"),
    path("publishing/check/", views.check, name="publishing_check"),
    path("publishing/publish/", views.publish, name="publishing_publish"),
    path("publishing/batches/<int:batch_id>/", views.batch, name="batch"),
]
