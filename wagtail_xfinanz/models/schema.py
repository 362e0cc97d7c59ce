from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site


class SchemaPackage(models.Model):
    """An installed XSD package. Versions stand side by side; a package is never changed, only added or removed."""

    site = models.ForeignKey(
        Site,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="schema_packages",
        verbose_name=_("site"),
        help_text=_("Empty: all communes of this installation may use it."),
    )
    name = models.CharField(_("file"), max_length=200)
    namespace = models.CharField(_("namespace"), max_length=300, blank=True)
    version = models.CharField(_("version"), max_length=60, blank=True)
    main = models.CharField(
        _("main file"), max_length=300, blank=True, help_text=_("Empty: begin with the files no other file needs.")
    )
    sha256 = models.CharField(_("SHA-256 of the package"), max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    installed_at = models.DateTimeField(_("installed at"), auto_now_add=True)
    installed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("installed by"),
    )

    class Meta:
        verbose_name = _("schema package")
        verbose_name_plural = _("schema packages")
        ordering = ["namespace", "-installed_at"]
        default_permissions = ("view", "add", "delete")
        constraints = [
            models.UniqueConstraint(fields=["site", "sha256", "main"], name="xfinanz_package_once"),
            models.UniqueConstraint(
                fields=["sha256", "main"], condition=Q(site__isnull=True), name="xfinanz_package_once_shared"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.namespace or self.name, self.version)))


class SchemaFile(models.Model):
    """One file of a package, byte by byte."""

    package = models.ForeignKey(SchemaPackage, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(_("path"), max_length=300)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("schema file")
        verbose_name_plural = _("schema files")
        default_permissions = ()
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["package", "path"], name="xfinanz_schema_file_once")]

    def __str__(self) -> str:
        return self.path
