"""Addresses of the pages that every council has."""

from django.urls import path

from . import views

app_name = "web"
urlpatterns = [
    path("help/", views.help_page, name="help"),
    path("help/<slug:chapter>/", views.help_chapter, name="help_chapter"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
    path("brand.css", views.brand, name="brand"),
    path("healthz", views.healthz, name="healthz"),
    path("kept/<int:draft_id>/", views.kept, name="kept"),
    path("kept/<int:draft_id>/forget/", views.forget, name="forget"),
]
