from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import format_money

from .attempt import PaymentAttempt
from .ledger import LedgerEntry
from .order import PaymentOrder


class RefundState(models.TextChoices):
    # not decided yet
    PROPOSED = "proposed", _("proposed")
    REQUESTED = "requested", _("requested")
    REJECTED = "rejected", _("rejected")
    # decided, on the way
    APPROVED = "approved", _("approved")
    SUBMITTING = "submitting", _("being sent to the provider")
    SUBMITTED = "submitted", _("taken by the provider")
    MANUAL = "manual", _("to be transferred by hand")
    # ended
    SUCCEEDED = "succeeded", _("refunded")
    FAILED = "failed", _("failed")
    # nobody knows yet: never sent again, only asked about
    UNKNOWN = "unknown", _("unknown")


class RefundCause(models.TextChoices):
    CLERK = "clerk", _("asked for by a clerk")
    OVERPAID = "overpaid", _("more was paid than is owed")
    CANCELLED = "cancelled", _("paid after the order had been cancelled")
    OUTSIDE = "outside", _("made at the provider, not here")


class Refund(models.Model):
    """Money to go back for one payment. Its id, the key providers know it by, is fixed before anybody is called.

    ``told_at``: when what the latest notification tells of happened, by the provider's clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        PaymentOrder, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment order")
    )
    attempt = models.ForeignKey(
        PaymentAttempt, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment attempt")
    )
    payment = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment that is given back")
    )
    amount_cents = models.BigIntegerField(_("amount in cents"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=12, choices=RefundState.choices, default=RefundState.REQUESTED)
    cause = models.CharField(_("cause"), max_length=12, choices=RefundCause.choices, default=RefundCause.CLERK)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    believed_cents = models.BigIntegerField(
        _("refundable as seen by the person who asked (cents)"), null=True, blank=True
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    requested_at = models.DateTimeField(_("asked for at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    provider_ref = models.CharField(_("reference of the payment service"), max_length=120, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_poll_at = models.DateTimeField(_("next question to the payment service"), null=True, blank=True, db_index=True)
    poll_count = models.PositiveIntegerField(_("questions so far"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at"]
        permissions = [
            ("request_refund", "Can ask for refunds"),
            ("approve_refund", "Can approve refunds of others"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="epayment_refund_amount_positive"),
            models.UniqueConstraint(
                fields=["attempt", "provider_ref"],
                condition=~models.Q(provider_ref=""),
                name="epayment_refund_provider_ref",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} −{format_money(self.amount_cents, self.currency)}"
