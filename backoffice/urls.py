"""Every address: pages that all have, the way in, the council's pages, and the provider's under their own folder."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from backoffice.web.gate import signed_in

handler400 = "backoffice.web.errors.bad_request"
handler403 = "backoffice.web.errors.permission_denied"
handler404 = "backoffice.web.errors.not_found"
handler500 = "backoffice.web.errors.server_error"


@signed_in
def landing(request: HttpRequest) -> HttpResponse:
    """Send people to the home page of their side."""
    return redirect("portal:home" if request.actor.is_provider else "council:home")  # type: ignore[attr-defined]


urlpatterns = [
    path("", landing, name="landing"),
    path("", include("backoffice.web.urls")),
    path("", include("backoffice.access.urls")),
    path("", include("backoffice.account.urls")),
    path("", include("backoffice.council_urls")),
    path("portal/", include("portal.urls")),
]
