"""Addresses of the council's home page."""

from django.urls import path

from . import views

urlpatterns = [
    path("work/", views.home, name="home"),
    path("work/read/", views.read, name="notices_read"),
]
