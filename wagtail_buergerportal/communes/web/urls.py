from __future__ import annotations

from django.urls import path

from . import views

app_name = "buergerportal_communes"
urlpatterns = [
    path("farben.css", views.colours, name="colours"),
    path("rechtliches/<str:name>/", views.legal, name="legal"),
]
