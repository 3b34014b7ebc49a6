"""Addresses of cases of any kind."""

from django.urls import path

from . import turning, views

urlpatterns = [
    path("cases/<int:case_id>/", views.overview, name="case"),
    path("cases/<int:case_id>/story/", views.story, name="story"),
    path("cases/<int:case_id>/clocks/", views.clocks, name="clocks"),
    path("cases/<int:case_id>/hand-over/", turning.hand_over, name="hand_over"),
    path("cases/<int:case_id>/follow-up/", turning.follow_up, name="follow_up"),
    path("cases/<int:case_id>/priority/", turning.priority, name="priority"),
    path("cases/<int:case_id>/note/", turning.note, name="note"),
]
