"""What a placement needs before it may be offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_buergerportal.services.fees import amounts

from ..definition import from_json
from ..models import PaymentPolicy


def problems_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field name and sentence for everything that speaks against these values of a placement."""
    assistant, site, department = values.get("assistant"), values.get("site"), values.get("department")
    if department is not None and site is not None and department.site_id != site.pk:
        yield "department", _("This department belongs to another municipality.")
    if assistant is None or site is None:
        return
    if assistant.site_id not in (None, site.pk):
        yield "assistant", _("This assistant belongs to another municipality.")
        return
    if values.get("is_active"):
        yield from _not_ready(assistant, site, values.get("payment_policy"))


def _not_ready(assistant: Any, site: Any, payment_policy: Any) -> Iterator[tuple[str, str]]:
    newest = assistant.releases.first()
    if newest is None:
        yield "is_active", _("The assistant has not been published yet. Publish it first, or do not offer it yet.")
        return
    keys = from_json(newest.definition).fee_keys()
    if payment_policy == PaymentPolicy.NONE or not keys:
        return
    known = amounts(site=site, keys=keys, on=timezone.localdate())
    if lacking := sorted(keys - set(known)):
        sentence = _("These fees are missing in the fee schedule valid today: %(keys)s.")
        yield "is_active", sentence % {"keys": ", ".join(lacking)}
