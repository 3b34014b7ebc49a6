"""Addresses of imports."""

from django.urls import path

from . import views

urlpatterns = [
    path("imports/", views.runs, name="imports"),
    path("imports/new/", views.upload, name="import_new"),
    path("imports/<int:run_id>/", views.show, name="import"),
    path("imports/<int:run_id>/update/", views.update_system, name="import_update"),
    path("imports/<int:run_id>/cancel/", views.cancel, name="import_cancel"),
    path("imports/<int:run_id>/errors.csv", views.errors, name="import_errors"),
]
