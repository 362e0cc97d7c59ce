from __future__ import annotations

from django.urls import path

from .views import CaseStatusView

app_name = "buergerportal_cases_api"
urlpatterns = [path("cases/<str:number>/", CaseStatusView.as_view(), name="case")]
