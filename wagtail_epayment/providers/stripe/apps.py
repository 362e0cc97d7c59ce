from __future__ import annotations

import logging

from django.apps import AppConfig


class StripeConfig(AppConfig):
    """Stripe. Needs the library of the same name: extra ``stripe``."""

    name = "wagtail_epayment.providers.stripe"
    label = "wagtail_epayment_stripe"
    verbose_name = "Stripe"

    def ready(self) -> None:
        from . import adapter  # noqa: F401  registers the provider

        logging.getLogger("stripe").addFilter(_is_no_chatter)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    """Below warnings the library logs what it sends and gets: payers, and parts of the key."""
    return record.levelno >= logging.WARNING
