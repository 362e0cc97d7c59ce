"""``path("api/epayment/v1/", include("wagtail_epayment.api.urls"))``."""

from __future__ import annotations

from django.urls import path

from ..operations.views import HealthView, MetricsView
from .orders import CancellationView, OrderStatusView, OrdersView
from .payments import PaymentsView, WaysView
from .receipts import ReceiptsView, ReceiptView

app_name = "wagtail_epayment_api"
urlpatterns = [
    path("health/", HealthView.as_view(), name="health"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("orders/", OrdersView.as_view(), name="orders"),
    path("orders/<slug:token>/", OrderStatusView.as_view(), name="order"),
    path("orders/<slug:token>/cancellation/", CancellationView.as_view(), name="cancellation"),
    path("orders/<slug:token>/payments/", PaymentsView.as_view(), name="payments"),
    path("orders/<slug:token>/receipts/", ReceiptsView.as_view(), name="receipts"),
    path("orders/<slug:token>/receipts/<int:entry_id>/", ReceiptView.as_view(), name="receipt"),
    path("orders/<slug:token>/ways/", WaysView.as_view(), name="ways"),
]
