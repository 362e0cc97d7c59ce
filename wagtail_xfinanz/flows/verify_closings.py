"""Do the signed days still say what was signed? Reads only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..closing import booked
from ..closing.chain import content_hash
from ..closing.days import ONE_DAY
from ..models import ClosingState, DailyClosing, FinanceTenant


def verify_closings(tenant: FinanceTenant) -> Iterator[str]:
    """Every contradiction in words: days left out, chain, figures, payments and documents."""
    previous: DailyClosing | None = None
    closings = DailyClosing.objects.filter(tenant=tenant, state=ClosingState.SIGNED).select_related("tenant")
    for closing in closings.order_by("day").iterator(chunk_size=50):
        words = {"day": date_format(closing.day, "SHORT_DATE_FORMAT")}
        if previous and closing.day != previous.day + ONE_DAY:
            yield _("Before the closing of %(day)s a day is missing.") % words
        if closing.previous_hash != (previous.content_hash if previous else ""):
            yield _("The closing of %(day)s does not follow on the one before it.") % words
        if content_hash(closing) != closing.content_hash:
            yield _("The closing of %(day)s is not what was signed.") % words
        if booked.digest(booked.entries_of(closing)) != closing.figures["ledger"]["digest"]:
            yield _("The ledger has other payments than the closing of %(day)s.") % words
        if hashlib.sha256(bytes(closing.pdf)).hexdigest() != closing.pdf_sha256:
            yield _("The document of the closing of %(day)s is not what was signed.") % words
        previous = closing
