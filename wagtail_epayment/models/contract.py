from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable, Site


class PaymentContract(ClusterableModel):
    """One commune's contract with one payment provider; its credentials are encrypted at rest.

    ``went_live_at`` is set by the flow ``go_live`` once the checklist is complete; from then on the contract
    cannot become another merchant (see ``flows/contract.py``): it is replaced by a new one.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="payment_contracts", verbose_name=_("site"))
    provider = models.CharField(_("provider"), max_length=40)
    label = models.CharField(_("label shown to citizens"), max_length=80)
    is_live = models.BooleanField(_("live (real money)"), default=False)
    is_active = models.BooleanField(_("offered to citizens"), default=True)
    credentials = EncryptedJSONField(_("credentials"), default=dict, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    min_cents = models.BigIntegerField(
        _("smallest amount in cents"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_cents = models.BigIntegerField(
        _("largest amount in cents"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    booking_text = models.CharField(
        _("booking text"),
        max_length=140,
        blank=True,
        default="{reference} {purpose}",
        help_text=_("What stands on the payer's statement. {reference}, {purpose} and {commune} are filled in."),
    )
    approval_above_cents = models.BigIntegerField(
        _("refunds above this need a second person (cents)"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("0: every refund is approved by another person than the one who asked for it."),
    )
    checked_at = models.DateTimeField(_("connection last tried"), null=True, blank=True, editable=False)
    check_error = models.CharField(max_length=300, blank=True, editable=False)
    went_live_at = models.DateTimeField(_("live since"), null=True, blank=True, editable=False)
    went_live_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
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


class ContractMethod(Orderable):
    """A way of paying a contract offers, in the order citizens see; codes are the provider's ``methods``."""

    contract = ParentalKey(PaymentContract, on_delete=models.CASCADE, related_name="methods")
    code = models.CharField(_("way of payment"), max_length=40)
    label = models.CharField(
        _("label shown to citizens"), max_length=80, blank=True, help_text=_("Empty: the provider's own name for it.")
    )

    class Meta(Orderable.Meta):
        verbose_name = _("way of payment")
        verbose_name_plural = _("ways of payment")
        constraints = [models.UniqueConstraint(fields=["contract", "code"], name="epayment_method_once")]

    def __str__(self) -> str:
        return self.label or self.code


class ContractBreaker(models.Model):
    """Circuit breaker of a contract: after several failures in a row its provider is left alone for a while."""

    contract = models.OneToOneField(PaymentContract, on_delete=models.CASCADE, related_name="breaker")
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.failures}"
