from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_buergerportal.communes.models import Department
from wagtail_buergerportal.identity.models import AssuranceLevel

from ..forms import PlacementForm
from .assistant import Assistant


class PaymentPolicy(models.TextChoices):
    NONE = "none", _("no payment, even if there are fee lines")
    OPTIONAL = "optional", _("may be paid online or later")
    REQUIRED = "required", _("must be paid before we work on it")


class AssistantPlacement(models.Model):
    """An assistant as one commune offers it: its address, department, payment policy and login rule."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="placements", verbose_name=_("municipality"))
    slug = models.SlugField(_("address"), max_length=80)
    assistant = models.ForeignKey(
        Assistant, on_delete=models.PROTECT, related_name="placements", verbose_name=_("assistant")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="placements", verbose_name=_("department")
    )
    payment_policy = models.CharField(
        _("payment"), max_length=10, choices=PaymentPolicy.choices, default=PaymentPolicy.REQUIRED
    )
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=7)
    min_level = models.PositiveSmallIntegerField(
        _("login needed"), choices=AssuranceLevel.choices, default=AssuranceLevel.NONE
    )
    needed = models.TextField(_("what people need at hand"), blank=True, help_text=_("One item a line."))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes to fill in"), default=5)
    processing_time = models.CharField(_("how long we take"), max_length=120, blank=True)
    confirmation = models.TextField(_("text after sending"), blank=True)
    retention_days = models.PositiveSmallIntegerField(_("days until deletion after the end"), default=365)
    is_active = models.BooleanField(_("offered to citizens"), default=True)

    base_form_class = PlacementForm

    class Meta:
        verbose_name = _("placed assistant")
        verbose_name_plural = _("placed assistants")
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["site", "slug"], name="assistants_placement_slug")]

    def __str__(self) -> str:
        return self.slug
