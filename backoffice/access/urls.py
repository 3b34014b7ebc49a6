"""Addresses of signing in."""

from django.urls import path

from . import apps, first, forgotten, views

app_name = "access"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/passcode/", views.second_step, name="passcode"),
    path("sign-in/authenticator/", apps.authenticator, name="authenticator"),
    path("sign-in/new-authenticator/", apps.new_authenticator, name="new_authenticator"),
    path("sign-in/policies/", views.policies, name="policies"),
    path("sign-in/new-password/", views.new_password, name="new_password"),
    path("sign-in/new-passcode/", views.new_passcode, name="new_passcode"),
    path("sign-in/provider/", views.provider, name="provider"),
    path("first-access/<str:token>/", first.first, name="first"),
    path("forgotten/", forgotten.ask, name="forgotten"),
    path("forgotten/asked/", forgotten.asked, name="forgotten_asked"),
    path("reset/<str:mailed>/", first.reset, name="reset"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
]
