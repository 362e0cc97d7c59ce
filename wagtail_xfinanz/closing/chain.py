"""The hash that ties a closing to its figures, its people and the closing before it."""

from __future__ import annotations

import datetime
import hashlib
import json

from ..models import DailyClosing


def content_hash(closing: DailyClosing) -> str:
    """SHA-256 of the canonical JSON (keys sorted, no blanks, UTF-8); instants as ISO 8601 in UTC."""
    content = {
        "tenant": closing.tenant.number,
        "day": closing.day.isoformat(),
        "figures": closing.figures,
        "note": closing.note,
        "prepared_by": closing.prepared_by_id,
        "prepared_at": _utc(closing.prepared_at),
        "signed_by": closing.signed_by_id,
        "signed_at": _utc(closing.signed_at) if closing.signed_at else None,
        "previous_hash": closing.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _utc(instant: datetime.datetime) -> str:
    return instant.astimezone(datetime.UTC).isoformat()
