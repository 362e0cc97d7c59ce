"""What was sent, as a tagged PDF in the language it was sent in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from wagtail_buergerportal.communes.models import CommuneSettings
from wagtail_sitekit.money import format_money
from wagtail_sitekit.pdf import render_pdf

from .models import Case

_TEMPLATE = Path(__file__).parent / "documents" / "case.typ"


def case_pdf(case: Case) -> bytes:
    with translation.override(case.language):
        return render_pdf(_TEMPLATE, document_data(case))


def document_data(case: Case) -> dict[str, Any]:
    """What the template prints, in the active language."""
    name = CommuneSettings.objects.filter(site=case.site_id).values_list("name", flat=True).first()
    return {
        "language": case.language.partition("-")[0],
        "authority": name or case.site.site_name or case.site.hostname,
        "title": case.title,
        "facts": _facts(case),
        "sections": [
            {"title": section["title"], "rows": [[row["label"], str(row["value"])] for row in section["rows"]]}
            for section in case.summary
        ],
        "files_title": _("Files"),
        "files": list(case.uploads.order_by("field_key", "pk").values_list("filename", flat=True)),
    }


def _facts(case: Case) -> list[list[str]]:
    facts = [
        [_("Case number"), case.number],
        [_("Received at"), date_format(localtime(case.created_at), "DATETIME_FORMAT")],
        [_("Department"), case.department.name],
    ]
    if case.fee_cents:
        facts.append([_("Fee"), format_money(case.fee_cents)])
    return facts
