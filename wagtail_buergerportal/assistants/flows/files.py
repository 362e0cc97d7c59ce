"""Reading the sealed files of a draft."""

from __future__ import annotations

import json
from typing import Any

from wagtail_sitekit import crypto

from ..models import Draft, DraftUpload


def files_of(row: Draft, key: bytes) -> dict[str, list[dict[str, Any]]]:
    """The uploaded files by field as the engine knows them, without their bytes. One query."""
    found: dict[str, list[dict[str, Any]]] = {}
    for upload in row.uploads.defer("sealed"):
        described = json.loads(crypto.unseal(bytes(upload.sealed_name), key=key, context=f"name:{upload.pk}"))
        entry = {"id": str(upload.pk), "name": described["name"], "type": described["type"], "size": upload.size}
        found.setdefault(upload.field_key, []).append(entry)
    return found


def bytes_of(upload: DraftUpload, key: bytes) -> bytes:
    return crypto.unseal(bytes(upload.sealed), key=key, context=f"upload:{upload.pk}")


def seal_into(upload: DraftUpload, key: bytes, *, name: str, content_type: str, data: bytes) -> None:
    described = json.dumps({"name": name, "type": content_type}, ensure_ascii=False).encode()
    upload.sealed_name = crypto.seal(described, key=key, context=f"name:{upload.pk}")
    upload.sealed = crypto.seal(data, key=key, context=f"upload:{upload.pk}")
    upload.size = len(data)
