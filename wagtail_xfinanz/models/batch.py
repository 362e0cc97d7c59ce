from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .tenant import FinanceTenant


class BatchState(models.TextChoices):
    DRAFT = "draft", _("draft")
    CERTIFIED = "certified", _("certified")
    RELEASED = "released", _("released")
    EXPORTED = "exported", _("exported")
    # told by the finance system, once it can
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    PARTLY = "partly", _("partly rejected")
    REJECTED = "rejected", _("rejected")


OPEN = (BatchState.DRAFT, BatchState.CERTIFIED)
ANSWERED = (BatchState.ACKNOWLEDGED, BatchState.PARTLY, BatchState.REJECTED)
FINAL = (BatchState.RELEASED, BatchState.EXPORTED, *ANSWERED)
_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}
_SIGNED = ("number", "chain_position", "certified_by", "certified_at", "released_by", "released_at")


class Batch(models.Model):
    """Postings that go to the Kasse together. Certified by one person, released by another; then unchangeable."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="batches", verbose_name=_("finance tenant")
    )
    budget_year = models.PositiveSmallIntegerField(_("budget year"))
    number = models.PositiveIntegerField(_("number"), null=True, help_text=_("Gapless, taken at release."))
    chain_position = models.PositiveIntegerField(_("place in the tenant’s chain of batches"), null=True)
    state = models.CharField(_("state"), max_length=12, choices=BatchState.choices, default=BatchState.DRAFT)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("postings"), default=0)
    total_cents = models.BigIntegerField(_("total in cents"), default=0)
    sums = models.JSONField(_("sums per kind in cents"), default=dict)
    previous_hash = models.CharField(_("hash of the previous batch"), max_length=64, blank=True)
    content_hash = models.CharField(_("hash of this batch"), max_length=64, blank=True)
    created_by = models.ForeignKey(**_USER, verbose_name=_("collected by"))
    created_at = models.DateTimeField(_("collected at"), auto_now_add=True)
    certified_by = models.ForeignKey(**_USER, verbose_name=_("certified by"))
    certified_at = models.DateTimeField(_("certified at"), null=True)
    released_by = models.ForeignKey(**_USER, verbose_name=_("released by"))
    released_at = models.DateTimeField(_("released at"), null=True)
    exported_by = models.ForeignKey(**_USER, verbose_name=_("exported by"))
    exported_at = models.DateTimeField(_("exported at"), null=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [
            ("collect_batch", "Can collect payments into batches and discard drafts"),
            ("certify_batch", "Can certify batches"),
            ("release_batch", "Can release batches"),
            ("export_batch", "Can export batches"),
            ("reverse_batch", "Can reverse postings"),
            ("deliver_batch", "Can hand batches over to the finance system"),
            ("acknowledge_batch", "Can import answers of the finance system"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "budget_year", "number"], name="xfinanz_batch_number"),
            models.UniqueConstraint(fields=["tenant", "chain_position"], name="xfinanz_batch_chain"),
            models.CheckConstraint(
                condition=Q(certified_by__isnull=True)
                | Q(released_by__isnull=True)
                | ~Q(certified_by=F("released_by")),
                name="xfinanz_batch_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OPEN])
                | Q(**{f"{name}__isnull": False for name in _SIGNED}) & ~Q(content_hash=""),
                name="xfinanz_batch_released_is_signed",
            ),
        ]

    def __str__(self) -> str:
        if self.number is None:
            return gettext("Draft %(pk)s of %(year)s") % {"pk": self.pk, "year": self.budget_year}
        return f"{self.budget_year}/{self.number}"

    @property
    def currency(self) -> str:
        return "EUR"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL
