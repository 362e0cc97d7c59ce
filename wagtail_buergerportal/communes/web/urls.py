from __future__ import annotations

from django.urls import path

from . import views

app_name = "buergerportal_communes"
urlpatterns = [
    path("farben.css", views.colours, name="colours"),
    path("impressum/", views.imprint, name="imprint"),
    path("datenschutz/", views.privacy, name="privacy"),
    path("barrierefreiheit/", views.accessibility, name="accessibility"),
    path("kontakt/", views.contact, name="contact"),
]
