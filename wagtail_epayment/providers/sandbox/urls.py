"""The sandbox bank, for demo and tests.

``path("sandbox-bank/", include("wagtail_epayment.providers.sandbox.urls"))``
"""

from __future__ import annotations

from django.urls import path

from . import api, views

app_name = "sandbox_bank"
urlpatterns = [
    path("api/payments/", api.create, name="create"),
    path("api/payments/<slug:tx_id>/", api.status, name="status"),
    path("api/refunds/", api.refund, name="refund"),
    path("api/refunds/<slug:key>/", api.refund_status, name="refund_status"),
    path("api/payouts/since/<slug:day>/", api.payouts, name="payouts"),
    path("api/payouts/<slug:ref>/", api.payout, name="payout"),
    path("api/merchant/", api.merchant_info, name="merchant"),
    path("pay/<slug:ref>/", views.pay, name="pay"),
]
