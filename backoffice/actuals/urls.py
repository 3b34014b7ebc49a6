"""Addresses of actuals, and of the decisions that they set going."""

from django.urls import path

from backoffice.cases import kinds

from . import acting, decisions, extract, listing, views
from .present import KIND

kinds.declare(KIND, view=views.view_of_id, overview=views.overview)
kinds.declare(decisions.KIND, view=decisions.view_of_id, overview=decisions.overview)
urlpatterns = [
    path("actuals/", listing.weeks, name="actuals"),
    path("actuals/check/", listing.check, name="actuals_check"),
    path("actuals/accept/", listing.accept, name="actuals_accept_many"),
    path("actuals/batches/<int:batch_id>/", listing.batch, name="actuals_batch"),
    path("actuals/not-charged/", extract.not_charged, name="not_charged"),
    path("actuals/decisions/", decisions.listed, name="care_decisions"),
    path("cases/<int:case_id>/lines/<int:line_week_id>/", views.line, name="actuals_line"),
    path("cases/<int:case_id>/accept/", acting.accept, name="actuals_accept"),
    path("cases/<int:case_id>/query/", acting.query, name="actuals_query"),
    path("cases/<int:case_id>/check/", acting.take, name="actuals_take"),
    path("cases/<int:case_id>/extend/", decisions.extend, name="care_extend"),
    path("cases/<int:case_id>/stop/", decisions.stop, name="care_stop"),
    path("cases/<int:case_id>/noted/", decisions.noted, name="care_noted"),
]
