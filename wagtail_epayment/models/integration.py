"""Applications that are not ours: who may create orders here, and who is told what happens to them."""

from __future__ import annotations

import datetime
import uuid
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedCharField
from wagtail.models import Site

from .. import conf
from .order import PaymentOrder
from .outbox import OutboxEvent


class ApiClient(models.Model):
    """Another application that may create and read this commune's orders. Only a hash of its key is kept."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_clients", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("beginning of its key"), max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=128, editable=False)
    return_hosts = models.TextField(
        _("hosts people may be sent back to"),
        blank=True,
        help_text=_(
            "One a line, e.g. antrag.musterstadt.example. Without one the application cannot send people back."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name

    @property
    def external_kind(self) -> str:
        """Marks the orders of this application, so that two may use the same ids of their own."""
        return f"application:{self.pk}"

    def may_return_to(self, url: str) -> bool:
        """Whether people may be sent to ``url``: one of the hosts named, and by https."""
        hosts = set(self.return_hosts.split())
        return bool(urlsplit(url).netloc) and url_has_allowed_host_and_scheme(url, hosts, require_https=True)


class IdempotentRequest(models.Model):
    """A request of a client under its Idempotency-Key: a repetition gets the first answer, not a second order."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="requests")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    order = models.ForeignKey(PaymentOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="epayment_idempotency_once")]

    def __str__(self) -> str:
        return self.key


class WebhookEndpoint(models.Model):
    """Where another application wants to hear of this commune's orders; messages are signed with ``secret``."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_webhooks", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedCharField(max_length=300, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    gone_at = models.DateTimeField(_("answered that it is gone"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    GIVEN_UP = "given_up", _("given up")


def default_expiry() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=conf.get().WEBHOOK_DAYS)


class WebhookDelivery(models.Model):
    """One event for one endpoint, sent until it answers 2xx or ``expires_at`` has passed.

    ``next_try_at`` is set as long as it waits. ``payload`` is what is sent, the same at every try.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="webhooks")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("tried until"), default=default_expiry)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True, db_index=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="epayment_webhook_once")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} ← {self.event_id}"

    @property
    def state(self) -> DeliveryState:
        if self.delivered_at:
            return DeliveryState.DELIVERED
        return DeliveryState.GIVEN_UP if self.given_up_at else DeliveryState.WAITING
