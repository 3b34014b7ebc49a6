"""Addresses of absences."""

from django.urls import path

from . import views

urlpatterns = [
    path("absences/", views.absences, name="absences"),
    path("absences/of/<int:user_id>/", views.record, name="absence_new"),
    path("absences/<int:absence_id>/end/", views.end, name="absence_end"),
]
