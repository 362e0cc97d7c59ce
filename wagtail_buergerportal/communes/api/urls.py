from __future__ import annotations

from django.urls import path

from .views import CommuneView

app_name = "buergerportal_communes_api"
urlpatterns = [path("commune/", CommuneView.as_view(), name="commune")]
