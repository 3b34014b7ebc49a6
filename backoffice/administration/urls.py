"""Addresses of administration."""

from django.urls import path

from . import access_log, bundles, erasing, holds, people, retention, teams, users, views

urlpatterns = [
    path("administration/", views.administration, name="administration"),
    path("administration/parked/", views.messages_parked, name="parked"),
    path("administration/parked/<int:outbox_id>/try-again/", views.try_again, name="try_again"),
    path("administration/access-log/", access_log.access_log, name="access_log"),
    path("administration/teams/", teams.teams, name="teams"),
    path("administration/teams/<int:team_id>/", teams.team, name="team"),
    path("administration/teams/<int:team_id>/people/<int:user_id>/", teams.member, name="team_member"),
    path("administration/people/", people.people, name="people"),
    path("administration/people/invite/", people.invite, name="invite"),
    path("administration/people/<int:user_id>/duties/", people.duties, name="duties"),
    path("administration/people/<int:user_id>/access/<int:organisation_id>/", people.access, name="person_access"),
    path("administration/users/", users.upload, name="users"),
    path("administration/users/template.<file_form:form>", users.template, name="users_template"),
    path("administration/users/<int:run_id>/", users.show, name="users_run"),
    path("administration/users/<int:run_id>/update/", users.update_system, name="users_update"),
    path("administration/users/<int:run_id>/cancel/", users.cancel, name="users_cancel"),
    path("administration/users/<int:run_id>/errors.csv", users.errors, name="users_errors"),
    path("administration/erase/", erasing.find, name="erase"),
    path("administration/erase/clients/<int:client_id>/", erasing.client, name="erase_client"),
    path("administration/erase/people/<int:user_id>/", erasing.person, name="erase_person"),
    path("administration/erase/contacts/<int:contact_id>/", erasing.contact, name="erase_contact"),
    path("administration/holds/", holds.holds_list, name="holds"),
    path("administration/holds/<int:hold_id>/", holds.hold, name="hold"),
    path("administration/holds/<slug:about>/<int:subject_id>/", holds.place, name="hold_place"),
    path("administration/retention/", retention.retention, name="retention"),
    path("administration/subject-access/", bundles.bundles, name="bundles"),
    path("administration/subject-access/<int:bundle_id>/", bundles.bundle, name="bundle"),
    path("administration/subject-access/<int:bundle_id>/file/", bundles.bundle_file, name="bundle_file"),
    path("administration/mail/", views.demo_mails, name="mails"),
    path("administration/mail/<slug:name>/", views.demo_mail, name="mail"),
]
