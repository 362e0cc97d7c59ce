"""The closing as a document (PDF/UA) that two people have signed off."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wagtail_sitekit.pdf import render_pdf
from wagtail_sitekit.people import person_name

from ..models import DailyClosing
from .sections import Told, differences, sections

_TEMPLATE = Path(__file__).parent.parent / "documents" / "closing.typ"


def render(closing: DailyClosing) -> bytes:
    """The PDF in the active language. Needs the closing's tenant and people."""
    return render_pdf(_TEMPLATE, document_data(closing))


def document_data(closing: DailyClosing) -> dict[str, Any]:
    """What stands in the document; labels beside values, so that the template has no words."""
    found = sections(closing.figures)
    return {
        "language": get_language() or "de",
        "title": _("Daily closing of %(day)s") % {"day": date_format(closing.day, "DATE_FORMAT")},
        "authority": str(closing.tenant),
        "sections": [
            {
                "title": each.title,
                "head": each.head,
                "rows": each.rows,
                "empty": each.empty or "–",
                "texts": each.texts,
            }
            for each in found
        ],
        "differences_title": _("Differences"),
        "no_differences": _("Everything agrees."),
        "differences": [_told(each) for each in differences(closing.figures)],
        "note_title": _("Note"),
        "note": closing.note or "–",
        "signatures_title": _("Signed off by two people"),
        "signatures": [
            [_("Prepared"), person_name(closing.prepared_by) or "–", _at(closing.prepared_at)],
            [_("Signed"), person_name(closing.signed_by) or "–", _at(closing.signed_at)],
        ],
        "signatures_head": [_("Step"), _("Person"), _("Time")],
        "hashes": [
            [_("Hash of this closing"), closing.content_hash],
            [_("Hash of the closing before"), closing.previous_hash or "–"],
        ],
    }


def _told(told: Told) -> dict[str, Any]:
    rows = [[row["text"], row["amount"]] for row in told.evidence]
    if told.more:
        rows.append([_("and %(count)s more") % {"count": told.more}, ""])
    amount = f", {told.amount}" if told.amount else ""
    return {
        "title": f"{told.title} ({told.count}{amount})",
        "explanation": told.explanation,
        "head": [_("Evidence"), _("Amount")],
        "rows": rows,
    }


def _at(instant: datetime.datetime | None) -> str:
    return date_format(timezone.localtime(instant), "DATETIME_FORMAT") if instant else "–"
