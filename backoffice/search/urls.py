"""Addresses of the council's search."""

from django.urls import path

from . import views

urlpatterns = [
    path("search/", views.ask, name="search"),
    path("search/<slug:search_id>/", views.found, name="search_found"),
]
