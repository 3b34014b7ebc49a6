"""Addresses of administration."""

from django.urls import path

from . import views

urlpatterns = [
    path("administration/", views.administration, name="administration"),
    path("administration/parked/", views.messages_parked, name="parked"),
    path("administration/parked/<int:outbox_id>/try-again/", views.try_again, name="try_again"),
    path("administration/people/", views.people, name="people"),
    path("administration/mail/", views.demo_mails, name="mails"),
    path("administration/mail/<slug:name>/", views.demo_mail, name="mail"),
]
