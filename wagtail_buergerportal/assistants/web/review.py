"""Check-your-answers: everything that will be sent, where to change it, what it costs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_buergerportal.identity.sessions import CurrentCitizen

from ..engine import summary
from ..fees import Bill, bill
from ..flows.drafts import OpenDraft
from ..flows.submit import fingerprint
from ..prefill import verified_keys
from .opening import step_url


def review_context(draft: OpenDraft, citizen: CurrentCitizen | None) -> dict[str, Any]:
    """Raises FeeUnknown."""
    due = bill(draft.placement, draft.evaluation, on=timezone.localdate())
    verified = verified_keys(draft.definition, draft.evaluation.answers, citizen)
    sections = [
        {
            "key": section.step_key,
            "title": section.title,
            "change_url": f"{step_url(draft, section.step_key)}?von=pruefen",
            "rows": [
                {
                    "label": row.label,
                    "value": row.value,
                    "is_verified": row.field.key in verified,
                    "is_recommended": not row.value and row.field.presence == "recommended",
                }
                for row in section.rows
            ],
        }
        for section in summary(draft.evaluation, blank=True)
    ]
    total = len(draft.evaluation.steps) + 1
    return {
        "draft": draft,
        "placement": draft.placement,
        "definition": draft.definition,
        "sections": sections,
        "bill": due,
        "seen": fingerprint(draft, due),
        "button": button_of(draft, due),
        "back_url": step_url(draft, draft.evaluation.steps[-1].key),
        "position": total,
        "total": total,
    }


def button_of(draft: OpenDraft, due: Bill) -> str:
    """What the last button says: whoever has to pay is told on the button itself."""
    if due.total_cents:
        return _("Order with obligation to pay")
    return draft.definition.submit_label or _("Send")
