from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from .contract import PaymentContract
from .order import PaymentOrder, new_token


class AttemptState(models.TextChoices):
    # on the way
    CREATED = "created", _("created")
    STARTING = "starting", _("starting")
    PENDING = "pending", _("pending")
    # ended well, never left again
    SUCCEEDED = "succeeded", _("succeeded")
    # ended otherwise, but providers do correct themselves: may still become succeeded
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    # nobody knows yet: keep asking
    UNKNOWN = "unknown", _("unknown")


class PaymentAttempt(models.Model):
    """One try to pay one order at one provider; committed before the provider is called.

    ``config`` is what the contract said when it began, without secrets. ``payer_done_at``: since when only the
    provider still has something to do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        PaymentOrder, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("payment order")
    )
    contract = models.ForeignKey(
        PaymentContract, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("contract")
    )
    provider = models.CharField(_("provider"), max_length=40)
    method = models.CharField(_("way of payment"), max_length=40, blank=True)
    merchant_tx_id = models.CharField(_("our transaction number"), max_length=64, unique=True)
    provider_ref = models.CharField(_("reference of the payment service"), max_length=120, blank=True)
    return_token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    amount_cents = models.BigIntegerField(_("amount in cents"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=12, choices=AttemptState.choices, default=AttemptState.CREATED)
    config = models.JSONField(default=dict, blank=True)
    redirect_url = models.CharField(max_length=2000, blank=True)
    payer_done_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    next_poll_at = models.DateTimeField(_("next question to the payment service"), null=True, blank=True, db_index=True)
    poll_count = models.PositiveIntegerField(_("questions so far"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        ordering = ["-created_at"]
        # The lists of the admin begin with the latest.
        indexes = [models.Index(fields=["created_at"], name="epayment_attempt_created")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~models.Q(provider_ref=""),
                name="epayment_attempt_provider_ref",
            ),
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="epayment_attempt_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.merchant_tx_id
