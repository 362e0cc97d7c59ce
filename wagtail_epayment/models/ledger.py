from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.money import format_money

from .attempt import PaymentAttempt
from .order import PaymentOrder


class EntryKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    REFUND_REVERSAL = "refund_reversal", _("refund that came back")
    CHARGEBACK = "chargeback", _("chargeback")
    CHARGEBACK_REVERSAL = "chargeback_reversal", _("chargeback reversed")
    FEE = "fee", _("provider fee")


class LedgerEntry(models.Model):
    """Signed cents, append-only: the database refuses UPDATE and DELETE by trigger. The balance is the sum."""

    order = models.ForeignKey(
        PaymentOrder, on_delete=models.PROTECT, related_name="entries", verbose_name=_("payment order")
    )
    attempt = models.ForeignKey(
        PaymentAttempt, on_delete=models.PROTECT, related_name="entries", verbose_name=_("payment attempt")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind.choices)
    amount_cents = models.BigIntegerField(_("amount in cents"))
    currency = models.CharField(_("currency"), max_length=3)
    provider_ref = models.CharField(_("reference of the payment service"), max_length=120)
    method = models.CharField(_("way of payment"), max_length=40, blank=True)
    occurred_at = models.DateTimeField(_("occurred at"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "kind", "provider_ref"], name="epayment_ledger_once"),
            models.CheckConstraint(condition=~models.Q(amount_cents=0), name="epayment_ledger_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {format_money(self.amount_cents, self.currency)}"

    @property
    def moved_cents(self) -> int:
        """How much moved, whichever way."""
        return abs(self.amount_cents)
