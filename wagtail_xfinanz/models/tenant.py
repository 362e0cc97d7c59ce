from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from ..formats.registry import formats
from ..repertoire import OF_TENANTS, Repertoire


def format_choices() -> list[tuple[str, str]]:
    return [(cls.name, str(cls.label)) for cls in formats.enabled()]


class FinanceTenant(models.Model):  # type: ignore[django-manager-missing]
    """A commune as its finance system knows it (Mandant)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="finance_tenants", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=120)
    number = models.CharField(_("tenant number"), max_length=20, help_text=_("As the finance system calls the tenant."))
    default_format = models.CharField(
        _("file for the finance system"), max_length=40, default="kassenbuch", choices=format_choices
    )
    repertoire = models.CharField(
        _("characters the finance system takes"),
        max_length=20,
        choices=[(kind.value, kind.label) for kind in OF_TENANTS],
        default=Repertoire.KASSENBUCH,
        help_text=_("What cannot be written is shown before a payment is collected, never dropped."),
    )
    closed_year = models.PositiveSmallIntegerField(
        _("last closed budget year"),
        null=True,
        blank=True,
        help_text=_("Payments of this year and before that come in late are posted in the next one."),
    )
    reverses_rejected = models.BooleanField(
        _("takes back what it rejected"),
        default=False,
        help_text=_(
            "Only if the finance system keeps postings it has rejected and wants a counter-posting for each of them. "
            "Otherwise it gets the corrected posting alone."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("finance tenant")
        verbose_name_plural = _("finance tenants")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=models.Q(is_active=True), name="xfinanz_one_active_tenant_per_site"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"
