from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext_lazy as _

from .batch import Batch

CHUNK_BYTES = 512 * 1024


class BatchFile(models.Model):
    """The exact bytes of a released batch in one format; the database refuses to change or delete them."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(_("format"), max_length=40)
    filename = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    settings = models.JSONField(_("made with"), null=True)
    """What else decided how the file looks, e.g. the CSV profile as it was then."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("batch file")
        verbose_name_plural = _("batch files")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["batch", "format"], name="xfinanz_file_once")]

    def __str__(self) -> str:
        return self.filename

    def stream(self) -> Iterator[bytes]:
        """The bytes, a chunk at a time."""
        for data in self.chunks.order_by("position").values_list("data", flat=True).iterator(chunk_size=4):
            yield bytes(data)


class FileChunk(models.Model):
    """A piece of a file, so that memory does not grow with the file."""

    file = models.ForeignKey(BatchFile, on_delete=models.PROTECT, related_name="chunks")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="xfinanz_chunk_position")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.position}"
