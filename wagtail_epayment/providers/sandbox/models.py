"""The sandbox bank's own books. The rest of the app never reads them: it asks over HTTP like anybody else."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedCharField


def new_ref() -> str:
    return f"sbx_{secrets.token_urlsafe(18)}"


class SandboxMerchant(models.Model):
    """A merchant of the sandbox bank with the secret both sides sign with."""

    merchant_id = models.CharField(max_length=60, unique=True)
    secret = EncryptedCharField(max_length=300)

    class Meta:
        verbose_name = _("sandbox merchant")
        verbose_name_plural = _("sandbox merchants")

    def __str__(self) -> str:
        return self.merchant_id


class SandboxPayment(models.Model):
    """A payment as the bank knows it. ``payment_refs`` are the payers' transfers: two if somebody paid twice."""

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
    payment_refs = models.JSONField(default=list)
    settles_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "tx_id"], name="sandbox_payment_tx")]

    def __str__(self) -> str:
        return self.ref
