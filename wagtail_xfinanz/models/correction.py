from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_epayment.models import PaymentOrder


class TextCorrection(models.Model):
    """How a text of an order is written in postings if its own characters cannot be. The order keeps the original."""

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="text_corrections")
    original = models.CharField(_("original"), max_length=500)
    replacement = models.CharField(_("written as"), max_length=300)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    corrected_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("text correction")
        verbose_name_plural = _("text corrections")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["order", "original"], name="xfinanz_correction_once")]

    def __str__(self) -> str:
        return f"{self.original} → {self.replacement}"
