"""Addresses of the manager's page."""

from django.urls import path

from . import ball_views, people_views, performance_views, views
from .map import views as maps

urlpatterns = [
    path("managers/", views.overview, name="managers"),
    path("managers/figures.csv", views.csv, name="managers_csv"),
    path("managers/figures.xlsx", views.xlsx, name="managers_xlsx"),
    path("managers/ball/", ball_views.ball, name="managers_ball"),
    path("managers/ball/cases/", ball_views.ball_cases, name="managers_ball_cases"),
    path("managers/ball/figures.csv", ball_views.ball_csv, name="managers_ball_csv"),
    path("managers/ball/figures.xlsx", ball_views.ball_xlsx, name="managers_ball_xlsx"),
    path("managers/people/", people_views.people, name="managers_people"),
    path(
        "managers/providers/<int:organisation_id>/", performance_views.provider_performance, name="provider_performance"
    ),
    path("managers/map/", maps.first, name="managers_maps"),
    path("managers/map/<slug:kind>/", maps.process_map, name="managers_map"),
    path("managers/map/<slug:kind>/figures.<slug:form>", maps.file, name="managers_map_file"),
]
