from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField


@register_setting(icon="home")
class CommuneSettings(BaseSiteSetting):
    """Who a municipality is: one per Wagtail site. Read it by ``CommuneSettings.for_request(request)``."""

    name = models.CharField(_("name of the municipality"), max_length=120)
    ags = models.CharField(_("AGS (8 digits)"), max_length=8, blank=True, validators=[RegexValidator(r"^\d{8}$")])
    ars = models.CharField(_("ARS (12 digits)"), max_length=12, blank=True, validators=[RegexValidator(r"^\d{12}$")])
    case_prefix = models.CharField(
        _("prefix of case numbers"),
        max_length=5,
        validators=[RegexValidator(r"^[A-Z]{2,5}$")],
        default="XXX",
        help_text=_("Two to five capital letters, e.g. MUS gives MUS-2026-000123."),
    )
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    address = models.TextField(_("postal address"), blank=True)
    primary_colour = models.CharField(
        _("main colour"), max_length=7, default="#1a4a7a", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    logo = models.ForeignKey("wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    imprint = RichTextField(_("imprint"), blank=True)
    privacy = RichTextField(_("privacy statement"), blank=True)
    accessibility = RichTextField(_("accessibility statement"), blank=True)

    panels = [
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("ags"), FieldPanel("ars"), FieldPanel("case_prefix")], _("Who")
        ),
        MultiFieldPanel(
            [
                FieldPanel("contact_name"),
                FieldPanel("contact_phone"),
                FieldPanel("contact_email"),
                FieldPanel("address"),
            ],
            _("Contact"),
        ),
        MultiFieldPanel([FieldPanel("primary_colour"), FieldPanel("logo")], _("Look")),
        MultiFieldPanel([FieldPanel("imprint"), FieldPanel("privacy"), FieldPanel("accessibility")], _("Statements")),
    ]

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            # Case numbers are unique in the installation, so their prefixes are too; XXX means nobody chose one yet.
            models.UniqueConstraint(
                fields=["case_prefix"],
                condition=~models.Q(case_prefix="XXX"),
                name="communes_case_prefix",
                violation_error_message=_("Another municipality already has this prefix of case numbers."),
            )
        ]

    def __str__(self) -> str:
        return self.name
