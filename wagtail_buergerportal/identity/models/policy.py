from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site


@register_setting(icon="key")
class LoginPolicy(BaseSiteSetting):
    """Which ways to log in one commune offers."""

    local_allowed = models.BooleanField(_("own account (e-mail and password)"), default=True)
    state_account_allowed = models.BooleanField(_("state account"), default=True)

    panels = [FieldPanel("local_allowed"), FieldPanel("state_account_allowed")]

    @classmethod
    def of(cls, site: Site) -> LoginPolicy:
        """The commune's policy, or the defaults; reads only, so that looking at a page writes nothing."""
        return cls.objects.filter(site=site).first() or cls(site=site)

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")
