"""Addresses of recorded visits."""

from django.urls import path

from . import views

urlpatterns = [
    path("actuals/visits/import/", views.upload, name="visits_import_new"),
    path("actuals/visits/import/<int:run_id>/", views.show, name="visits_import"),
    path("actuals/visits/import/<int:run_id>/update/", views.update_system, name="visits_import_update"),
    path("actuals/visits/import/<int:run_id>/cancel/", views.cancel, name="visits_import_cancel"),
    path("actuals/visits/import/<int:run_id>/errors.csv", views.errors, name="visits_import_errors"),
    path("actuals/visits/<int:visit_id>/", views.one, name="visit"),
    path("cases/<int:case_id>/lines/<int:line_week_id>/visits/", views.line, name="actuals_visits"),
]
