from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .ledger import LedgerEntry
from .order import PaymentOrder


class EventKind(models.TextChoices):
    ORDER_PAID = "order.paid", _("order paid")
    ORDER_REOPENED = "order.reopened", _("order open again")
    ATTEMPT_ENDED = "attempt.ended", _("attempt ended without payment")
    REFUND_SUCCEEDED = "refund.succeeded", _("money given back")
    REFUND_FAILED = "refund.failed", _("refund failed")


class OutboxEvent(models.Model):
    """Written in the transaction of the change it tells of; delivered at least once after commit."""

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    entry = models.ForeignKey(LedgerEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.key


class OutboxDelivery(models.Model):
    """This subscriber has had this event; committed together with what the subscriber wrote."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=120)
    delivered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="epayment_delivery_once")]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscriber}"
