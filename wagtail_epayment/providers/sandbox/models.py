"""The sandbox bank's own books. The rest of the app never reads them: it asks over HTTP like anybody else."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedCharField


def new_ref(prefix: str = "sbx") -> str:
    return f"{prefix}_{secrets.token_urlsafe(18)}"


class SandboxMerchant(models.Model):
    """A merchant of the sandbox bank with the secret both sides sign with.

    ``faults``: what goes wrong with its next requests, in order, by operation (see ``faults.py``).
    """

    merchant_id = models.CharField(max_length=60, unique=True)
    secret = EncryptedCharField(max_length=300)
    faults = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("sandbox merchant")
        verbose_name_plural = _("sandbox merchants")

    def __str__(self) -> str:
        return self.merchant_id


class SandboxPayment(models.Model):
    """A payment as the bank knows it; what was really moved are its movements.

    ``settles_at``: when an unanswered payment will be paid after all; ``tells_late``: and the merchant hears of it.
    ``claims_cents``: what the bank says instead of the true amount. ``refund_mode``: how refunds go.
    """

    merchant = models.ForeignKey(SandboxMerchant, on_delete=models.CASCADE, related_name="payments")
    ref = models.CharField(max_length=60, unique=True, default=new_ref)
    tx_id = models.CharField(max_length=64)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    purpose = models.CharField(max_length=140)
    language = models.CharField(max_length=10, default="de")
    back_url = models.CharField(max_length=2000)
    notify_url = models.CharField(max_length=2000)
    state = models.CharField(max_length=12, default="pending")
    settles_at = models.DateTimeField(null=True, blank=True)
    tells_late = models.BooleanField(default=False)
    claims_cents = models.BigIntegerField(null=True, blank=True)
    refund_mode = models.CharField(max_length=12, default="at_once")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "tx_id"], name="sandbox_payment_tx")]

    def __str__(self) -> str:
        return self.ref


class SandboxRefund(models.Model):
    """Money on its way back; ``key`` is the merchant's and unique, empty if the refund was made at the bank.

    ``next_state`` is what becomes of it at ``settles_at``.
    """

    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="refunds")
    key = models.CharField(max_length=64, blank=True)
    ref = models.CharField(max_length=60, unique=True)
    payment_ref = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    state = models.CharField(max_length=12)
    next_state = models.CharField(max_length=12, blank=True)
    settles_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "key"], condition=~models.Q(key=""), name="sandbox_refund_once")
        ]

    def __str__(self) -> str:
        return self.ref


class SandboxPayout(models.Model):
    """What the bank has transferred to a merchant at once: the sum of its movements."""

    merchant = models.ForeignKey(SandboxMerchant, on_delete=models.CASCADE, related_name="payouts")
    ref = models.CharField(max_length=60, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.ref


class MovementKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    REFUND_REVERSAL = "refund_reversal", _("refund that came back")
    CHARGEBACK = "chargeback", _("chargeback")
    CHARGEBACK_REVERSAL = "chargeback_reversal", _("chargeback reversed")
    FEE = "fee", _("provider fee")


class SandboxMovement(models.Model):
    """Money that really moved; signed cents as the merchant sees them. ``payment_ref`` names the payer's transfer."""

    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="movements")
    payout = models.ForeignKey(
        SandboxPayout, null=True, blank=True, on_delete=models.SET_NULL, related_name="movements"
    )
    kind = models.CharField(max_length=20, choices=MovementKind.choices)
    ref = models.CharField(max_length=60)
    payment_ref = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="sandbox_movement_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class SandboxNotice(models.Model):
    """Something the merchant is to be told. Ended when it was heard, or called garbage."""

    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="notices")
    body = models.TextField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.payment_id}/{self.pk}"
