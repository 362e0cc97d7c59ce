from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from .attempt import PaymentAttempt
from .contract import PaymentContract


class MessageSource(models.TextChoices):
    NOTIFY = "notify", _("notification")
    RETURN = "return", _("return of the payer")
    POLL = "poll", _("status request")
    REFUND = "refund", _("refund request")
    SETTLEMENT = "settlement", _("settlement report")
    HAND = "hand", _("entered by a person")


class ProviderMessage(models.Model):
    """Everything a provider ever said, raw and append-only; committed before it is understood."""

    provider = models.CharField(_("provider"), max_length=40)
    source = models.CharField(_("source"), max_length=12, choices=MessageSource.choices)
    attempt = models.ForeignKey(
        PaymentAttempt,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        verbose_name=_("payment attempt"),
    )
    contract = models.ForeignKey(
        PaymentContract, on_delete=models.PROTECT, related_name="messages", verbose_name=_("contract")
    )
    raw = EncryptedTextField()
    is_verified = models.BooleanField(_("proven"), default=False)
    dedupe_key = models.CharField(max_length=128, blank=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True, db_index=True)
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)
    discrepancy = models.CharField(_("discrepancy"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("provider message")
        verbose_name_plural = _("provider messages")
        ordering = ["-received_at"]
        constraints = [
            # Only among verified ones: a forgery must not block the real message.
            models.UniqueConstraint(
                fields=["provider", "dedupe_key"],
                condition=models.Q(is_verified=True) & ~models.Q(dedupe_key=""),
                name="epayment_message_dedupe",
            )
        ]
        indexes = [
            # Few of many: what somebody still has to look at.
            models.Index(
                fields=["received_at"],
                condition=models.Q(processed_at__isnull=True),
                name="epayment_message_unprocessed",
            ),
            # What moved nothing: forged, unproven or said before.
            models.Index(
                fields=["contract", "received_at"],
                condition=models.Q(source="notify", dedupe_key=""),
                name="epayment_message_idle",
            ),
            models.Index(
                fields=["received_at"], condition=~models.Q(discrepancy=""), name="epayment_message_discrepancy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.source} {self.pk}"


class UnkeptMessages(models.Model):
    """How many genuine messages of a day about payments we do not know were not kept, since there were too many."""

    contract = models.ForeignKey(PaymentContract, on_delete=models.CASCADE, related_name="unkept_messages")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "day"], name="epayment_unkept_day")]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.day}: {self.count}"
