from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from .ledger import LedgerEntry


class Receipt(models.Model):
    """The one receipt of a ledger entry, numbered per commune and year, its bytes kept as issued."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_receipts")
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    pdf = models.BinaryField()
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["site", "year", "serial"], name="epayment_receipt_number")]

    def __str__(self) -> str:
        return f"{self.year}-{self.serial:06d}"


class ReceiptNumberRange(models.Model):
    """Counter of one commune and year, locked while a receipt is issued, so that numbers have no gaps."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "year"], name="epayment_receipt_range")]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.year}"
