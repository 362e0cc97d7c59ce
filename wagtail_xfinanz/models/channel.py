from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField

from ..deliveries.registry import channels
from .tenant import FinanceTenant, format_choices


def channel_choices() -> list[tuple[str, str]]:
    return [(cls.name, str(cls.label)) for cls in channels]


class DeliveryChannel(models.Model):
    """How a tenant's files reach its finance system without a person carrying them; secrets are encrypted at rest."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="channels", verbose_name=_("finance tenant")
    )
    kind = models.CharField(_("channel"), max_length=40, choices=channel_choices)
    label = models.CharField(_("label"), max_length=80)
    format = models.CharField(
        _("format"),
        max_length=40,
        blank=True,
        choices=format_choices,
        help_text=_("Empty: the file for the finance system that is set at the tenant."),
    )
    options = models.JSONField(_("options"), default=dict, blank=True)
    credentials = EncryptedJSONField(_("credentials"), default=dict, blank=True)
    is_automatic = models.BooleanField(
        _("hand over by itself"),
        default=False,
        help_text=_("Right after the release. Otherwise somebody has to press the button on the page of the batch."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    checked_at = models.DateTimeField(_("connection last tried"), null=True, editable=False)
    check_error = models.CharField(max_length=300, blank=True, editable=False)
    answers_fetched_at = models.DateTimeField(_("answers last looked for"), null=True, editable=False)
    answers_error = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hand-over channel")
        verbose_name_plural = _("hand-over channels")
        ordering = ["tenant", "label"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_active=True), name="xfinanz_one_active_channel_per_tenant"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def format_name(self) -> str:
        return self.format or self.tenant.default_format
