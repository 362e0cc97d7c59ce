"""``path("api/epayment/v1/", include("wagtail_epayment.api.urls"))``."""

from __future__ import annotations

from django.urls import path

from .views import OrderStatusView

app_name = "wagtail_epayment_api"
urlpatterns = [path("orders/<slug:token>/", OrderStatusView.as_view(), name="order")]
