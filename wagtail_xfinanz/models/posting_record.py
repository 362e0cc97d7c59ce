from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_epayment.models import LedgerEntry, OrderItem

from ..posting import Part, Posting, PostingKind
from .batch import Batch


class PostingRecord(models.Model):
    """A posting in its batch. Never changed; deletable only with a batch not yet released (trigger).

    ``source_key`` names the part of the ledger entry it books, so that the database refuses to book it twice.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="postings")
    sequence = models.PositiveIntegerField(_("sequence"))
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="postings")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, null=True, related_name="postings")
    kind = models.CharField(_("kind"), max_length=20, choices=PostingKind.choices)
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    amount_cents = models.BigIntegerField(_("amount in cents"))
    data = models.JSONField()
    source_key = models.CharField(max_length=80, unique=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["batch", "sequence"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["batch", "sequence"], name="xfinanz_posting_sequence")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.sequence}"

    @property
    def posting(self) -> Posting:
        return Posting.from_json(self.data)
