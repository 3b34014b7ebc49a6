"""Addresses of the provider's pages; they carry numbers only, never a name."""

from django.urls import path

from backoffice.web import files

from .actions import views as actions
from .actuals import views as actuals
from .actuals_files import views as actuals_files
from .change_requests import views as changes
from .claims import views as claims
from .contacts import views as contacts
from .contract_documents import views as documents
from .disputes import amending as disputed_actuals
from .disputes import views as disputes
from .home import views as home
from .invoices import crediting
from .invoices import views as invoices
from .lines import views as lines
from .organisation import views as organisation
from .payments import views as payments
from .remittance import views as remittance
from .reports import performance
from .reports import views as reports
from .search import views as search
from .visits import views as visits

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.ask, name="search"),
    path("search/<slug:search_id>/", search.found, name="search_found"),
    path("news/seen/", home.news_seen, name="news_seen"),
    path("files/<int:file_id>/", files.for_providers, name="file"),
    path("contract-documents/", documents.documents, name="documents"),
    path("contract-documents/spreadsheet/", documents.download_list, name="documents_spreadsheet"),
    path("contract-documents/<int:case_id>/", documents.document, name="document"),
    path("contract-documents/<int:case_id>/signed-copy/", documents.signed_copy, name="signed_copy"),
    path("contract-documents/<int:case_id>/versions/<int:number>/", documents.version, name="document_version"),
    path("contract-documents/<int:case_id>/versions/<int:number>/pdf/", documents.download_pdf, name="document_pdf"),
    path("change-requests/", changes.listed, name="change_requests"),
    path("change-requests/<int:request_id>/", changes.one, name="change_request"),
    path("change-requests/<int:request_id>/withdraw/", changes.withdraw, name="change_request_withdraw"),
    path("change-requests/<int:request_id>/undo/", changes.undo, name="change_request_undo"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.new, name="contact_new"),
    path("contacts/<int:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<int:contact_id>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<int:contact_id>/role/", contacts.role, name="contact_role"),
    path("contacts/<int:contact_id>/remove/", contacts.remove, name="contact_remove"),
    path("organisation/", organisation.details, name="organisation"),
    path("organisation/edit/", organisation.edit, name="organisation_edit"),
    path("services/<int:service_id>/", organisation.service, name="service"),
    path("services/<int:service_id>/edit/", organisation.edit_service, name="service_edit"),
    path("care-package-line-items/", lines.lines, name="lines"),
    path("care-package-line-items/list.csv", lines.download, {"form": "csv"}, name="lines_csv"),
    path("care-package-line-items/list.xlsx", lines.download, {"form": "xlsx"}, name="lines_xlsx"),
    path("care-package-line-items/<int:line_id>/", lines.line, name="line"),
    path("actuals/", actuals.weeks, name="actuals"),
    path("actuals/export/", actuals_files.export, name="actuals_export"),
    path("actuals/import/", actuals_files.upload, name="actuals_import_new"),
    path("actuals/import/<int:run_id>/", actuals_files.show, name="actuals_import"),
    path("actuals/import/<int:run_id>/update/", actuals_files.update_system, name="actuals_import_update"),
    path("actuals/import/<int:run_id>/cancel/", actuals_files.cancel, name="actuals_import_cancel"),
    path("actuals/import/<int:run_id>/errors.csv", actuals_files.errors, name="actuals_import_errors"),
    path("actuals/visits/import/", visits.upload, name="visits_import_new"),
    path("actuals/visits/import/<int:run_id>/", visits.show, name="visits_import"),
    path("actuals/visits/import/<int:run_id>/update/", visits.update_system, name="visits_import_update"),
    path("actuals/visits/import/<int:run_id>/cancel/", visits.cancel, name="visits_import_cancel"),
    path("actuals/visits/import/<int:run_id>/errors.csv", visits.errors, name="visits_import_errors"),
    path("actuals/visits/<int:visit_id>/", visits.one, name="visit"),
    path("actuals/<int:case_id>/lines/<int:line_week_id>/visits/", visits.line, name="actuals_visits"),
    path("actuals/<int:case_id>/", actuals.week, name="actuals_week"),
    path("actuals/<int:case_id>/lines/<int:line_week_id>/", actuals.line, name="actuals_line"),
    path("actuals/<int:case_id>/answer/", actuals.answer, name="actuals_answer"),
    path("claims/", claims.claims, name="claims"),
    path("claims/new/", claims.new, name="claim_new"),
    path("claims/<int:claim_id>/", claims.claim, name="claim"),
    path("scheduled-payments/", payments.payments, name="payments"),
    path("scheduled-payments/calendar/", payments.payment_calendar, name="payment_calendar"),
    path(
        "scheduled-payments/calendar/<slug:calendar>.ics", payments.payment_calendar_file, name="payment_calendar_file"
    ),
    path("scheduled-payments/<int:payment_id>/", payments.payment, name="payment"),
    path("scheduled-payments/<int:payment_id>/story/", payments.story, name="payment_story"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<int:invoice_id>/story/", invoices.story, name="invoice_story"),
    path("invoices/<int:invoice_id>/items.csv", invoices.items_file, name="invoice_file"),
    path("invoices/<int:invoice_id>/credit/", crediting.new, name="credit_new"),
    path("credit-notes/<int:note_id>/", crediting.note, name="credit_note"),
    path("actions/", actions.actions, name="actions"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/<int:dispute_id>/", disputes.dispute, name="dispute"),
    path("disputes/<int:dispute_id>/rows/<int:row_id>/", disputed_actuals.row, name="dispute_row"),
    path("disputes/<int:dispute_id>/rows/<int:row_id>/answer/", disputed_actuals.answer, name="dispute_row_answer"),
    path("reports/", reports.reports, name="reports"),
    path("reports/performance/", performance.performance, name="performance"),
    path("reports/files/<int:file_id>/", reports.report_made, name="report_made"),
    path("reports/purchase-orders/<int:line_id>/<int:year>/", reports.purchase_order, name="purchase_order"),
    path("reports/<slug:report>/", reports.report, name="report"),
    path("reports/<slug:report>/<slug:question_id>/", reports.report_shown, name="report_shown"),
    path("reports/<slug:report>/<slug:question_id>/report.<slug:form>", reports.report_file, name="report_file"),
    path("remittance/", remittance.choose, name="remittances"),
    path("remittance/<int:paid_id>/", remittance.advice, name="remittance"),
    path("remittance/<int:paid_id>/remittance.<slug:form>", remittance.file, name="remittance_file"),
    path("actions/new/", actions.new, name="action_new"),
    path("actions/<int:action_id>/", actions.action, name="action"),
    path("actions/<int:action_id>/request-closure/", actions.close, name="action_close"),
    path("actions/<int:action_id>/take-back/", actions.take_back, name="action_take_back"),
    path("actions/<int:action_id>/reopen/", actions.reopen, name="action_reopen"),
]
