"""Addresses of the month-end board."""

from django.urls import path

from . import listing, reminding, views

urlpatterns = [
    path("managers/month-end/", views.board, name="month_end"),
    path("managers/month-end/figures.<slug:form>", views.file, name="month_end_file"),
    path("managers/month-end/blocked/", listing.blocked, name="month_end_list"),
    path("managers/month-end/reminders/", reminding.page, name="month_end_reminders"),
]
