from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from .citizen import Citizen


class LocalAccount(models.Model):
    """E-mail and password of a citizen who has no state account. Found by a keyed hash of the address."""

    citizen = models.OneToOneField(Citizen, on_delete=models.CASCADE, related_name="local_account")
    email = EncryptedTextField(_("e-mail"))
    email_hash = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=128)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("local account")
        verbose_name_plural = _("local accounts")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
