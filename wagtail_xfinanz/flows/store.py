from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _

from ..errors import FormatInvalid
from ..formats import BaseFormat, Header, Line
from ..models import CHUNK_BYTES, Batch, BatchFile, FileChunk

_IN_MEMORY = 4 * 1024 * 1024


def store_file(batch: Batch, file_format: BaseFormat, *, header: Header, lines: Iterable[Line]) -> BatchFile:
    """Render, count, validate and keep one file. Runs in the transaction of the release.

    Raises FormatInvalid if the file contradicts the batch or its own rules.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as out:
        control = file_format.write(out, header=header, lines=lines)  # type: ignore[arg-type]
        if (control.count, control.total_cents, control.by_kind()) != (batch.count, batch.total_cents, batch.sums):
            raise FormatInvalid(_("The file and the batch have different sums."))
        out.seek(0)
        file_format.validate(out)  # type: ignore[arg-type]
        return _keep(batch, file_format, header, out)  # type: ignore[arg-type]


def _keep(batch: Batch, file_format: BaseFormat, header: Header, source: BinaryIO) -> BatchFile:
    digest, size = _digest(source)
    kept = BatchFile.objects.create(
        batch=batch,
        format=file_format.name,
        filename=file_format.filename(header),
        content_type=file_format.content_type,
        size=size,
        sha256=digest,
        settings=file_format.settings(),
    )
    source.seek(0)
    for position, data in enumerate(iter(lambda: source.read(CHUNK_BYTES), b"")):
        FileChunk.objects.create(file=kept, position=position, data=data)
    return kept


def _digest(source: BinaryIO) -> tuple[str, int]:
    source.seek(0)
    digest, size = hashlib.sha256(), 0
    while data := source.read(CHUNK_BYTES):
        digest.update(data)
        size += len(data)
    return digest.hexdigest(), size
