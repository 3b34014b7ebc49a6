"""Addresses of reports."""

from django.urls import path

from . import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/files/<int:file_id>/", views.report_made, name="report_made"),
    path("reports/purchase-orders/<int:line_id>/<int:year>/", views.purchase_order, name="purchase_order"),
    path("reports/<slug:report>/", views.report, name="report"),
    path("reports/<slug:report>/<slug:question_id>/", views.report_shown, name="report_shown"),
    path("reports/<slug:report>/<slug:question_id>/report.<slug:form>", views.report_file, name="report_file"),
]
