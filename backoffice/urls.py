"""Every address."""

from django.urls import include, path

handler400 = "backoffice.web.errors.bad_request"
handler403 = "backoffice.web.errors.permission_denied"
handler404 = "backoffice.web.errors.not_found"
handler500 = "backoffice.web.errors.server_error"

urlpatterns = [
    path("", include("backoffice.web.urls")),
    path("", include("backoffice.access.urls")),
]
