from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site


class CaseDeletion(models.Model):
    """That a case was deleted, and why; nothing of what it said. Append-only by use."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(_("number"), max_length=24, unique=True)
    service_key = models.CharField(max_length=80)
    received_at = models.DateTimeField(_("received at"))
    closed_at = models.DateTimeField(null=True)
    retention_days = models.PositiveSmallIntegerField()
    deleted_at = models.DateTimeField(_("deleted at"), auto_now_add=True)

    class Meta:
        verbose_name = _("deleted case")
        verbose_name_plural = _("deleted cases")
        ordering = ["-deleted_at"]

    def __str__(self) -> str:
        return self.number
