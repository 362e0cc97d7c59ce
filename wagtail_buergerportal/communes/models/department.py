from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site


class Department(models.Model):
    """A Fachamt of one commune. Its clerks are the members of ``groups``."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="departments", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    groups = models.ManyToManyField(
        Group, blank=True, related_name="departments", verbose_name=_("groups of its clerks")
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="communes_department_name")]

    def __str__(self) -> str:
        return self.name
