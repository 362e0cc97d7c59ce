"""Old drafts go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from wagtail_buergerportal import conf

from ..models import Draft


def old_before() -> datetime:
    return timezone.now() - timedelta(days=conf.get().DRAFT_DAYS)


def purge_drafts(*, dry_run: bool = False) -> int:
    """Delete drafts nobody has touched for DRAFT_DAYS, sent ones included; returns how many."""
    rows = Draft.objects.filter(updated_at__lt=old_before())
    if dry_run:
        return rows.count()
    _total, by_model = rows.delete()
    return by_model.get(Draft._meta.label, 0)
