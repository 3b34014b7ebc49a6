"""The test pages, and a file."""

from django.http import HttpResponse
from django.urls import path

from backoffice.web.gate import signed_in

from .pages import handler404, handler500
from .pages import urlpatterns as pages

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *pages,
    path("file/", signed_in(lambda _request: HttpResponse(headers={"Content-Disposition": "attachment; filename=a"}))),
]
