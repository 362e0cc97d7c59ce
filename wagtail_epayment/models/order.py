from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField
from wagtail.models import Site


def new_token() -> str:
    return secrets.token_urlsafe(24)


class PaymentOrder(models.Model):
    """What somebody owes a commune. Its state is derived from the ledger, never stored (see ``state.py``)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_orders", verbose_name=_("site"))
    reference = models.CharField(_("payment reference (Kassenzeichen)"), max_length=40, unique=True)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    purpose = models.CharField(_("purpose"), max_length=140)
    amount_cents = models.BigIntegerField(_("amount in cents"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    payer = EncryptedJSONField(_("payer"), default=dict, blank=True)
    language = models.CharField(max_length=10, default="de")
    return_url = models.CharField(max_length=500, blank=True)
    external_kind = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=64, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("payment order")
        verbose_name_plural = _("payment orders")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="epayment_order_amount_positive"),
            models.UniqueConstraint(
                fields=["external_kind", "external_id"],
                condition=~models.Q(external_id=""),
                name="epayment_one_order_per_external",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class OrderItem(models.Model):
    """One line of an order; ``posting_key`` says what it is booked on (see wagtail_xfinanz)."""

    order = models.ForeignKey(PaymentOrder, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=140)
    quantity = models.PositiveIntegerField(default=1)
    unit_cents = models.BigIntegerField()
    tax_permille = models.PositiveSmallIntegerField(default=0)
    posting_key = models.CharField(max_length=80, blank=True)
    booking_data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="epayment_item_position")]

    def __str__(self) -> str:
        return self.label

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_cents
