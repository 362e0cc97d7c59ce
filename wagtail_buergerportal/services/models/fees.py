from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Site

from .cents import CentsField


class FeeSchedule(ClusterableModel):
    """The fees of one commune by one by-law (Satzung), valid from a day on."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="fee_schedules", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=120)
    by_law = models.CharField(_("by-law"), max_length=200, help_text=_("Title and date of the Satzung."))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("fee schedule")
        verbose_name_plural = _("fee schedules")
        ordering = ["name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name", "valid_from"], name="services_fee_schedule_start"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="services_fee_schedule_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from:%d.%m.%Y})"


class Fee(models.Model):
    """One amount of a schedule; assistants refer to it by ``key`` (e.g. ``sperrgut.piece``)."""

    schedule = ParentalKey(FeeSchedule, on_delete=models.CASCADE, related_name="fees")
    key = models.CharField(_("key"), max_length=60, validators=[RegexValidator(r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")])
    label = models.CharField(_("label"), max_length=120)
    amount_cents = CentsField(_("amount in euros"))
    tax_permille = models.PositiveSmallIntegerField(_("tax in per mille"), default=0)
    posting_key = models.CharField(_("posting key"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints = [models.UniqueConstraint(fields=["schedule", "key"], name="services_fee_key")]

    def __str__(self) -> str:
        return self.label
