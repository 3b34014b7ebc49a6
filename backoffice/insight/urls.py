"""Addresses of the manager's page."""

from django.urls import path

from . import views

urlpatterns = [
    path("managers/", views.overview, name="managers"),
    path("managers/figures.csv", views.csv, name="managers_csv"),
    path("managers/figures.xlsx", views.xlsx, name="managers_xlsx"),
]
