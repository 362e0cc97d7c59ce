from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField
from wagtail.models import Site


class PaymentContract(models.Model):
    """One commune's contract with one payment provider; its credentials are encrypted at rest."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_contracts", verbose_name=_("site"))
    provider = models.CharField(_("provider"), max_length=40)
    label = models.CharField(_("label shown to citizens"), max_length=80)
    is_live = models.BooleanField(_("live (real money)"), default=False)
    is_active = models.BooleanField(_("offered to citizens"), default=True)
    credentials = EncryptedJSONField(_("credentials"), default=dict, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("payment contract")
        verbose_name_plural = _("payment contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "provider"],
                condition=models.Q(is_active=True),
                name="epayment_one_active_contract_per_provider",
            )
        ]

    def __str__(self) -> str:
        return self.label
