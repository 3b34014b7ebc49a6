"""Addresses of contract documents' own pages."""

from django.urls import path

from backoffice.cases import kinds

from . import answering, views

kinds.declare(views.KIND, view=views.view_of_id, overview=views.overview)
urlpatterns = [
    path("cases/", views.documents, name="cases"),
    path("cases/<int:case_id>/versions/", views.versions, name="versions"),
    path("cases/<int:case_id>/line/", views.line, name="case_line"),
    path("cases/<int:case_id>/versions/<int:number>/document.pdf", views.pdf, name="pdf"),
    path("cases/<int:case_id>/amend/", answering.amend, name="amend"),
    path("cases/<int:case_id>/withdraw/", answering.withdraw, name="withdraw"),
    path("cases/<int:case_id>/terminate/", answering.terminate, name="terminate"),
]
