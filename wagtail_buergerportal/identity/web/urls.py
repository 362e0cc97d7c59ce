from __future__ import annotations

from django.urls import path

from . import local, views
from .mock import mock

app_name = "buergerportal_identity"
urlpatterns = [
    path("", views.login, name="login"),
    path("abmelden/", views.logout, name="logout"),
    path("profil/", views.profile, name="profile"),
    path("profil/loeschen/", views.delete, name="delete"),
    path("lokal/anmelden/", local.login, name="local_login"),
    path("lokal/registrieren/", local.register, name="register"),
    path("lokal/bestaetigen/<str:token>/", local.confirm, name="confirm"),
    path("lokal/passwort/", local.forgot, name="forgot"),
    path("lokal/passwort/<str:token>/", local.reset, name="reset"),
    path("test/", mock, name="mock"),
]
