"""The sandbox bank, for demo and tests.

``path("sandbox-bank/", include("wagtail_epayment.providers.sandbox.urls"))``
"""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "sandbox_bank"
urlpatterns = [
    path("api/payments/", views.create, name="create"),
    path("api/payments/<slug:tx_id>/", views.status, name="status"),
    path("api/merchant/", views.merchant_info, name="merchant"),
    path("pay/<slug:ref>/", views.pay, name="pay"),
]
