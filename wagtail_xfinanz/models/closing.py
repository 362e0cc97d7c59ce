from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from wagtail_epayment.models import LedgerEntry

from .tenant import FinanceTenant

_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}


class ClosingState(models.TextChoices):
    # no row: the day is open
    PREPARED = "prepared", _("prepared")
    SIGNED = "signed", _("signed")


class DailyClosing(models.Model):
    """The books of a commune's day as one person saw them (``figures``) and another signed them; then unchangeable.

    ``content_hash`` covers figures, note, people, times and the closing before it, so that the days form a chain.
    """

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="closings", verbose_name=_("finance tenant")
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=ClosingState.choices, default=ClosingState.PREPARED)
    figures = models.JSONField()
    note = models.TextField(_("note"), blank=True)
    prepared_by = models.ForeignKey(**_USER, verbose_name=_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared at"))
    signed_by = models.ForeignKey(**_USER, verbose_name=_("signed by"))
    signed_at = models.DateTimeField(_("signed at"), null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField(default=bytes)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("daily closing")
        verbose_name_plural = _("daily closings")
        ordering = ["-day"]
        default_permissions = ("view",)
        permissions = [
            ("prepare_dailyclosing", "Can prepare daily closings"),
            ("sign_dailyclosing", "Can sign daily closings"),
            ("audit_dailyclosing", "Can download everything of a period for an audit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day"], name="xfinanz_closing_once"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(prepared_by=F("signed_by")), name="xfinanz_closing_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", signed_at__isnull=True)
                | Q(state="signed", prepared_by__isnull=False, signed_by__isnull=False, signed_at__isnull=False)
                & ~Q(content_hash="")
                & ~Q(pdf_sha256=""),
                name="xfinanz_closing_signed_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return date_format(self.day, "SHORT_DATE_FORMAT")

    @property
    def is_signed(self) -> bool:
        return self.state == ClosingState.SIGNED


class ClosingEntry(models.Model):
    """Which closing has a ledger entry: one and only one. Late ones are of a day that was closed before they came."""

    closing = models.ForeignKey(DailyClosing, on_delete=models.CASCADE, related_name="entries")
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="closing_entry")
    is_late = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.closing_id}: {self.entry_id}"
