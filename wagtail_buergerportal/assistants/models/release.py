from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .assistant import Assistant


class AssistantRelease(models.Model):
    """What citizens fill in: compiled, immutable, found by its hash; drafts and cases pin the one they began with."""

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("assistant release")
        verbose_name_plural = _("assistant releases")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["assistant", "number"], name="assistants_release_number"),
        ]

    def __str__(self) -> str:
        return f"{self.assistant_id}/{self.number}"
