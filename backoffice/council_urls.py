"""Every address of the council's pages, under one name space."""

from django.urls import include, path

from backoffice.web import files

app_name = "council"
urlpatterns = [
    path("", include("backoffice.home.urls")),
    path("", include("backoffice.absences.urls")),
    path("files/<int:file_id>/", files.for_staff, name="file"),
    path("", include("backoffice.queues.urls")),
    path("", include("backoffice.cases.urls")),
    path("", include("backoffice.contract_documents.urls")),
    path("", include("backoffice.change_requests.urls")),
    path("", include("backoffice.actions.urls")),
    path("", include("backoffice.disputes.urls")),
    path("", include("backoffice.actuals.urls")),
    path("", include("backoffice.visits.urls")),
    path("", include("backoffice.payments.urls")),
    path("", include("backoffice.payment_runs.urls")),
    path("", include("backoffice.claims.urls")),
    path("", include("backoffice.invoices.urls")),
    path("", include("backoffice.lines.urls")),
    path("", include("backoffice.publishing.urls")),
    path("", include("backoffice.search.urls")),
    path("", include("backoffice.imports.urls")),
    path("", include("backoffice.reports.urls")),
    path("", include("backoffice.insight.urls")),
    path("", include("backoffice.insight.month_end.urls")),
    path("", include("backoffice.helpline.urls")),
    path("", include("backoffice.administration.urls")),
]
