from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..mapping import Mapping, from_json
from .schema import SchemaPackage
from .tenant import FinanceTenant


class MappingState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting for release")
    ACTIVE = "active", _("active")
    RETIRED = "retired", _("retired")


FIXED = (MappingState.ACTIVE, MappingState.RETIRED)
_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}


class MappingVersion(models.Model):
    """One version of a tenant's mapping. Whoever worked on it does not release it; once active it never changes."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="mappings", verbose_name=_("finance tenant")
    )
    package = models.ForeignKey(
        SchemaPackage, on_delete=models.PROTECT, related_name="mappings", verbose_name=_("schema package")
    )
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=120)
    definition = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=MappingState.choices, default=MappingState.DRAFT)
    editors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("worked on by"))
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    submitted_by = models.ForeignKey(**_USER, verbose_name=_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    released_by = models.ForeignKey(**_USER, verbose_name=_("released by"))
    released_at = models.DateTimeField(_("released at"), null=True)

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        ordering = ["tenant", "-number"]
        default_permissions = ("view", "add", "change")
        permissions = [("release_mappingversion", "Can release mappings")]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="xfinanz_mapping_number"),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(state="active"), name="xfinanz_one_active_mapping_per_tenant"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True)
                | Q(released_by__isnull=True)
                | ~Q(submitted_by=F("released_by")),
                name="xfinanz_mapping_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False)
                & Q(released_by__isnull=False, released_at__isnull=False),
                name="xfinanz_mapping_active_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    @property
    def mapping(self) -> Mapping:
        return from_json(self.definition)

    @property
    def is_fixed(self) -> bool:
        return self.state in FIXED
