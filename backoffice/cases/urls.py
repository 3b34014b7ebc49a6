"""Addresses of contract documents' cases."""

from django.urls import path

from . import answering, turning, views

urlpatterns = [
    path("cases/", views.documents, name="cases"),
    path("cases/<int:case_id>/", views.overview, name="case"),
    path("cases/<int:case_id>/story/", views.story, name="story"),
    path("cases/<int:case_id>/versions/", views.versions, name="versions"),
    path("cases/<int:case_id>/clocks/", views.clocks, name="clocks"),
    path("cases/<int:case_id>/line/", views.line, name="case_line"),
    path("cases/<int:case_id>/versions/<int:number>/document.pdf", views.pdf, name="pdf"),
    path("cases/<int:case_id>/amend/", answering.amend, name="amend"),
    path("cases/<int:case_id>/withdraw/", answering.withdraw, name="withdraw"),
    path("cases/<int:case_id>/terminate/", answering.terminate, name="terminate"),
    path("cases/<int:case_id>/hand-over/", turning.hand_over, name="hand_over"),
    path("cases/<int:case_id>/follow-up/", turning.follow_up, name="follow_up"),
    path("cases/<int:case_id>/priority/", turning.priority, name="priority"),
    path("cases/<int:case_id>/note/", turning.note, name="note"),
]
