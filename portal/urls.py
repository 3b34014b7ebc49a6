"""Addresses of the provider's pages; they carry numbers only, never a name."""

from django.urls import path

from backoffice.web import files

from .contract_documents import views as documents
from .home import views as home
from .lines import views as lines
from .search import views as search

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
    path("care-package-line-items/", lines.lines, name="lines"),
    path("care-package-line-items/list.csv", lines.download, {"form": "csv"}, name="lines_csv"),
    path("care-package-line-items/list.xlsx", lines.download, {"form": "xlsx"}, name="lines_xlsx"),
    path("care-package-line-items/<int:line_id>/", lines.line, name="line"),
]
