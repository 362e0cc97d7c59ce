from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.crypto import unseal_for_site

from .tenant import FinanceTenant


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    DELETED = "deleted", _("deleted")


class AuditExport(models.Model):
    """A package of everything of a period that somebody asked for; only they may download it, until it is deleted.

    ``token`` names the run that may fill it.
    """

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="audit_exports", verbose_name=_("finance tenant")
    )
    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=ExportState.choices, default=ExportState.WAITING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    language = models.CharField(max_length=10, default="de")
    alive_at = models.DateTimeField(null=True)
    """When the run last said that it is at work."""
    finished_at = models.DateTimeField(_("ready since"), null=True)
    delete_after = models.DateTimeField(_("kept until"), null=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=16, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit export")
        verbose_name_plural = _("audit exports")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="xfinanz_export_period"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant}: {self.first} – {self.last}"

    def stream(self) -> Iterator[bytes]:
        """The bytes, decrypted a chunk at a time."""
        # One query a chunk: a cursor over all of them would keep the whole package at the database's side.
        for position in count():
            sealed = self.chunks.filter(position=position).values_list("sealed", flat=True).first()
            if sealed is None:
                return
            yield unseal_for_site(bytes(sealed), context=chunk_context(self.pk, position))


class AuditExportChunk(models.Model):
    """A piece of a package, encrypted, so that memory does not grow with the package."""

    export = models.ForeignKey(AuditExport, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["export", "position"], name="xfinanz_export_chunk_once")]

    def __str__(self) -> str:
        return f"{self.export_id}:{self.position}"


def chunk_context(export_id: int, position: int) -> str:
    return f"xfinanz audit export {export_id}:{position}"
