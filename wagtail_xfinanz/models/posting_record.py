from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_epayment.models import LedgerEntry, OrderItem

from ..posting import Part, Posting, PostingKind
from .batch import FINAL, Batch

_FINAL = [state.value for state in FINAL]


class PostingQuerySet(models.QuerySet["PostingRecord"]):
    """Which postings count."""

    def own(self) -> Self:
        """Postings that book a ledger entry, not counter-postings."""
        return self.exclude(kind=PostingKind.REVERSAL)

    def standing(self) -> Self:
        """Postings that no released counter-posting has taken back and no released posting has replaced."""
        found = self.exclude(reversal__isnull=False, reversal__batch__state__in=_FINAL)
        return found.exclude(replacement__isnull=False, replacement__batch__state__in=_FINAL)

    def live(self) -> Self:
        """Own postings that stand."""
        return self.own().standing()


class PostingRecord(models.Model):
    """A posting in its batch. Never changed; deletable only with a batch not yet released (trigger).

    ``source_key`` names the part of the ledger entry it books, so that the database refuses to book it twice.
    ``replaces`` is the posting the finance system rejected and which this one is handed over instead of.
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
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replacement")

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["batch", "sequence"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["batch", "sequence"], name="xfinanz_posting_sequence"),
            models.CheckConstraint(
                condition=Q(reverses=None) | Q(replaces=None), name="xfinanz_posting_reverses_or_replaces"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.sequence}"

    @property
    def posting(self) -> Posting:
        return Posting.from_json(self.data)
