"""Addresses of the register."""

from django.urls import path

from . import acts, authorising, catalogue, listing, planning, views

urlpatterns = [
    path("lines/", listing.lines, name="lines"),
    *(path(f"lines/list.{form}", listing.file, {"form": form}, name=f"lines_{form}") for form in listing.FORMS),
    path("lines/new/", views.choose_service, name="line_new"),
    path("lines/new/<int:service_id>/", views.add, name="line_add"),
    path("lines/<int:line_id>/", views.line, name="register_line"),
    path("lines/<int:line_id>/change/", acts.change, name="line_change"),
    *(path(f"lines/<int:line_id>/{verb}/", acts.act, {"verb": verb}, name=f"line_{verb}") for verb in acts.ACTS),
    path("lines/<int:line_id>/visits/", planning.plan, name="line_visits"),
    path("lines/<int:line_id>/authorise/", authorising.authorise, name="line_authorise"),
    path(
        "lines/<int:line_id>/authorisations/<int:authorisation_id>/withdraw/",
        authorising.withdraw,
        name="line_unauthorise",
    ),
    path("clients/", catalogue.clients, name="clients"),
    path("clients/new/", catalogue.add_client, name="client_new"),
    path("clients/<int:client_id>/", catalogue.client, name="client"),
    path("clients/<int:client_id>/change/", catalogue.change_client, name="client_change"),
    path("contracts/", catalogue.contracts, name="contracts"),
    path("contracts/new/", catalogue.add_contract, name="contract_new"),
    path("contracts/<int:contract_id>/", catalogue.contract, name="contract"),
    path("contracts/<int:contract_id>/change/", catalogue.change_contract, name="contract_change"),
    path("service-levels/", catalogue.levels, name="levels"),
    path("service-levels/new/", catalogue.add_level, name="level_new"),
    path("service-levels/<int:level_id>/", catalogue.level, name="level"),
    path("service-levels/<int:level_id>/rate/", catalogue.rate, name="rate"),
    path("service-levels/<int:level_id>/uplift/", catalogue.uplift, name="uplift"),
]
