from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EPaymentConfig(AppConfig):
    name = "wagtail_epayment"
    label = "wagtail_epayment"
    verbose_name = _("E-payment")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  registers itself
        from .flows.webhook import subscribe_webhooks
        from .models import EventKind
        from .outbox import subscribe
        from .providers.transfer import adapter  # noqa: F401  registers the provider
        from .receipts import issue_for_event

        subscribe(EventKind.ORDER_PAID, issue_for_event, name="wagtail_epayment.receipt")
        subscribe(EventKind.REFUND_SUCCEEDED, issue_for_event, name="wagtail_epayment.refund_receipt")
        subscribe_webhooks()
