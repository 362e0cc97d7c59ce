from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.crypto import unseal_for_site

from .acknowledgement import AcknowledgementImport, seal_context
from .channel import DeliveryChannel

_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}


class FetchedState(models.TextChoices):
    TAKEN = "taken", _("taken in")
    REFUSED = "refused", _("could not be taken in")
    SUPERSEDED = "superseded", _("written anew by the finance system")
    # a person has seen to it that it is not needed
    DISMISSED = "dismissed", _("put aside")


class FetchedAnswer(models.Model):
    """A file found in the answers folder of a channel. One that could not be taken in is kept here, encrypted.

    One that is too large is not even read: it has no ``sha256``, and nothing of it is kept.

    Name, size and time of change tell a file from another one of the same name, so that none is read twice.
    """

    channel = models.ForeignKey(DeliveryChannel, on_delete=models.PROTECT, related_name="fetched_answers")
    name = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"))
    modified = models.BigIntegerField()
    """Seconds since 1970 by the clock of the other side."""
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=FetchedState.choices)
    error = models.TextField(_("what is wrong"), blank=True)
    sealed = models.BinaryField(default=bytes)
    source = models.ForeignKey(AcknowledgementImport, on_delete=models.PROTECT, null=True, related_name="fetched")
    fetched_at = models.DateTimeField(_("fetched at"), auto_now_add=True)
    dismissed_by = models.ForeignKey(**_USER, verbose_name=_("put aside by"))
    dismissed_at = models.DateTimeField(_("put aside at"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fetched answer")
        verbose_name_plural = _("fetched answers")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["channel", "name", "size", "modified"], name="xfinanz_answer_fetched_once"),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | Q(dismissed_by__isnull=False, dismissed_at__isnull=False)
                & ~Q(reason=""),
                name="xfinanz_answer_dismissed_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def raw(self) -> bytes:
        """The bytes of a file that could not be taken in, as they came."""
        return unseal_for_site(bytes(self.sealed), context=seal_context(self.sha256))
