from __future__ import annotations

from django.apps import AppConfig


class GiroCheckoutConfig(AppConfig):
    name = "wagtail_epayment.providers.girocheckout"
    label = "wagtail_epayment_girocheckout"
    verbose_name = "GiroCheckout"

    def ready(self) -> None:
        from . import adapter  # noqa: F401  registers the provider
