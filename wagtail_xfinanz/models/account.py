from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .tenant import FinanceTenant

DEPOSIT_KEY = "verwahrung"
"""Reserved posting key: money that fits no item yet, i.e. partial payments and what was paid too much."""
FEE_KEY = "anbietergebuehr"
"""Reserved posting key: what payment providers charge."""


class PostingAccount(models.Model):
    """What a posting key is booked on (Buchungsstelle), either double-entry or cameralistic, within its validity."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("finance tenant")
    )
    key = models.CharField(
        _("posting key"),
        max_length=80,
        help_text=_("As named in fees and order items; “verwahrung” and “anbietergebuehr” are reserved."),
    )
    label = models.CharField(_("label"), max_length=120)
    product = models.CharField(_("product"), max_length=20, blank=True)
    account = models.CharField(_("account (Sachkonto)"), max_length=20, blank=True)
    cost_centre = models.CharField(_("cost centre"), max_length=20, blank=True)
    cost_unit = models.CharField(_("cost unit"), max_length=20, blank=True)
    internal_order = models.CharField(_("order (Auftrag)"), max_length=20, blank=True)
    budget_line = models.CharField(
        _("budget line (Haushaltsstelle)"), max_length=30, blank=True, help_text=_("Only in cameralistic bookkeeping.")
    )
    tax_account = models.CharField(
        _("account or budget line for VAT"), max_length=30, blank=True, help_text=_("Needed if items contain VAT.")
    )
    dimensions = models.JSONField(
        _("further dimensions"),
        default=dict,
        blank=True,
        help_text=_("Whatever else the finance system wants with each posting, by name."),
    )
    valid_from = models.DateField(_("valid from"), default=datetime.date(2000, 1, 1))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("posting account")
        verbose_name_plural = _("posting accounts")
        ordering = ["key", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key", "valid_from"], name="xfinanz_account_key_from"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="xfinanz_account_period",
            ),
            models.CheckConstraint(
                condition=(~Q(account="") & Q(budget_line="")) | (Q(account="") & ~Q(budget_line="")),
                name="xfinanz_account_one_style",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.label}"

    def clean(self) -> None:
        if bool(self.account) == bool(self.budget_line):
            raise ValidationError(_("Fill in either the account (and product) or the budget line."))
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("This is before “valid from”.")})
        if self.tenant_id and self._overlapping().exists():
            raise ValidationError({"valid_from": _("Another account with this key is valid at the same time.")})

    def _overlapping(self) -> QuerySet[PostingAccount]:
        others = PostingAccount.objects.filter(tenant=self.tenant_id, key=self.key).exclude(pk=self.pk)
        others = others.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=self.valid_from))
        return others.filter(valid_from__lte=self.valid_until) if self.valid_until else others

    def covers(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
