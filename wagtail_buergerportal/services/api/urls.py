from __future__ import annotations

from django.urls import path

from .views import ServiceDetailView, ServiceListView

app_name = "buergerportal_services_api"
urlpatterns = [
    path("services/", ServiceListView.as_view(), name="services"),
    path("services/<int:pk>/", ServiceDetailView.as_view(), name="service"),
]
