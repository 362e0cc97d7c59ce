from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_sitekit.crypto import unseal_for_site

from .batch import Batch
from .posting_record import PostingRecord
from .tenant import FinanceTenant

_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "null": True, "related_name": "+"}


class AcknowledgementImport(models.Model):
    """A file in which the finance system answers to a batch, as it came; its bytes are encrypted at rest."""

    tenant = models.ForeignKey(FinanceTenant, on_delete=models.PROTECT, related_name="acknowledgements")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="acknowledgements")
    format = models.CharField(_("format"), max_length=40)
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    sealed = models.BinaryField()
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    repeated = models.PositiveIntegerField(_("known already"), default=0)
    contradicting = models.PositiveIntegerField(_("contradicting"), default=0)
    imported_by = models.ForeignKey(**_USER, verbose_name=_("imported by"))
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer of the finance system")
        verbose_name_plural = _("answers of the finance system")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tenant", "sha256"], name="xfinanz_answer_imported_once")]

    def __str__(self) -> str:
        return self.filename

    @property
    def raw(self) -> bytes:
        """The bytes as they came."""
        return unseal_for_site(bytes(self.sealed), context=seal_context(self.sha256))


def seal_context(sha256: str) -> str:
    return f"xfinanz acknowledgement {sha256}"


class PostingAcknowledgement(models.Model):
    """What the finance system, or a person who decided between its answers, says of a posting. Append-only.

    The newest one that ``counts`` holds. One that does not count contradicts it and waits for a decision, which is a
    further one, with ``decides``.
    """

    record = models.ForeignKey(PostingRecord, on_delete=models.PROTECT, related_name="acknowledgements")
    source = models.ForeignKey(
        AcknowledgementImport, on_delete=models.PROTECT, null=True, related_name="answers", verbose_name=_("file")
    )
    line = models.PositiveIntegerField(_("line"), default=0)
    accepted = models.BooleanField(_("accepted"))
    code = models.CharField(_("code"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=300, blank=True)
    counts = models.BooleanField(default=True)
    decides = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="decision")
    decided_by = models.ForeignKey(**_USER)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a posting")
        verbose_name_plural = _("answers to postings")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(counts=True, decides=None), name="xfinanz_first_answer_counts"
            ),
            models.UniqueConstraint(fields=["source", "record"], name="xfinanz_one_answer_per_file_and_posting"),
            models.CheckConstraint(
                condition=Q(source__isnull=False, decides=None)
                | Q(source=None, decides__isnull=False, decided_by__isnull=False) & ~Q(reason=""),
                name="xfinanz_decision_has_person_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {'+' if self.accepted else '-'}"
