from __future__ import annotations

from django.urls import path

from . import views

app_name = "buergerportal_identity"
urlpatterns = [
    path("", views.login, name="login"),
    path("abmelden/", views.logout, name="logout"),
    path("profil/", views.profile, name="profile"),
    path("lokal/anmelden/", views.local_login, name="local_login"),
    path("lokal/registrieren/", views.register, name="register"),
    path("lokal/bestaetigen/<str:token>/", views.confirm, name="confirm"),
    path("lokal/passwort/", views.forgot, name="forgot"),
    path("lokal/passwort/<str:token>/", views.reset, name="reset"),
    path("test/", views.mock, name="mock"),
]
