"""Addresses of reports."""

from django.urls import path

from . import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/files/<int:file_id>/", views.report_made, name="report_made"),
    path("reports/commissioned-v-actuals/", views.commissioned, name="commissioned"),
    path("reports/commissioned-v-actuals/<slug:question_id>/", views.commissioned_shown, name="commissioned_shown"),
    path(
        "reports/commissioned-v-actuals/<slug:question_id>/report.<slug:form>",
        views.commissioned_file,
        name="commissioned_file",
    ),
]
