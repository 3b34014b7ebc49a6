"""Addresses of one's own account; an address that a mail carries holds a reference only."""

from django.urls import path

from . import notices, notifications, password, references

app_name = "account"
urlpatterns = [
    path("notices/", notices.listed, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:notice_id>/read/", notices.read, name="notice_read"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("password/", password.password, name="password"),
    path("case/<str:reference>/", references.case, name="case"),
]
