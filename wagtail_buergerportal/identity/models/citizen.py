from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedJSONField


class AssuranceLevel(models.IntegerChoices):
    """How sure we are who somebody is; compared only by ``identity.levels``."""

    NONE = 0, _("no login")
    BASIC = 1, _("basic (user name and password)")
    LOW = 2, _("low")
    SUBSTANTIAL = 3, _("substantial")
    HIGH = 4, _("high (online ID card)")


class Citizen(models.Model):
    """A person who logs in to errands; never a Django user, so never near the admin.

    ``provider`` + ``subject`` name the account at its login provider ("local": the confirmed e-mail address's
    keyed hash). ``profile`` holds name and address as last confirmed, encrypted. Logins from before
    ``logged_out_at`` count no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=40)
    subject = models.CharField(max_length=128)
    profile = EncryptedJSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_login_at = models.DateTimeField(null=True, blank=True)
    logged_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("citizen account")
        verbose_name_plural = _("citizen accounts")
        constraints = [models.UniqueConstraint(fields=["provider", "subject"], name="identity_citizen_subject")]

    def __str__(self) -> str:
        return f"{self.provider}:{self.pk}"
