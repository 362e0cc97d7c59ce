from __future__ import annotations

from django.apps import AppConfig


class XBezahldiensteConfig(AppConfig):
    """XBezahldienste 1.0.0: pmPayment, ePayBL, epay21, GiroCheckout and others behind one interface."""

    name = "wagtail_epayment.providers.xbezahldienste"
    label = "wagtail_epayment_xbezahldienste"
    verbose_name = "XBezahldienste"

    def ready(self) -> None:
        from . import adapter  # noqa: F401  registers the provider
