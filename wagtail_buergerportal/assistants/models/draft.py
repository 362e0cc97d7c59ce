from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_buergerportal.identity.models import Citizen

from .placement import AssistantPlacement
from .release import AssistantRelease


class Draft(models.Model):
    """What somebody is filling in. ``sealed`` opens only with the key in their cookie (see flows/drafts.py)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    placement = models.ForeignKey(AssistantPlacement, on_delete=models.CASCADE, related_name="drafts")
    release = models.ForeignKey(AssistantRelease, on_delete=models.PROTECT, related_name="drafts")
    citizen = models.ForeignKey(Citizen, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    sealed = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return str(self.pk)


class DraftUpload(models.Model):
    """A file of a draft: its bytes and its name and type, each encrypted with the draft's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    field_key = models.CharField(max_length=60)
    sealed_name = models.BinaryField()
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("uploaded file of a draft")
        verbose_name_plural = _("uploaded files of drafts")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)
