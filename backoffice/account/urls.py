"""Addresses of one's own account; an address that a mail carries holds a reference only."""

from django.urls import path

from . import authenticator, notices, notifications, password, references, signing_in

app_name = "account"
urlpatterns = [
    path("notices/", notices.listed, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:notice_id>/read/", notices.read, name="notice_read"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("password/", password.password, name="password"),
    path("sign-in-and-devices/", signing_in.sign_in, name="sign_in"),
    path("sign-in-and-devices/end/", signing_in.session_end, name="session_end"),
    path("authenticator/", authenticator.add, name="authenticator"),
    path("authenticator/remove/", authenticator.remove, name="authenticator_remove"),
    path("case/<str:reference>/", references.case, name="case"),
]
