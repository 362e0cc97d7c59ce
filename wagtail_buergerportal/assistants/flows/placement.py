"""What a placement needs before it may be offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_buergerportal.services.fees import amounts

from ..definition import from_json
from ..models import Assistant, AssistantRelease, PaymentPolicy


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
    if lacking := missing_fees(newest, site, payment_policy):
        sentence = _("These fees are missing in the fee schedule valid today: %(keys)s.")
        yield "is_active", sentence % {"keys": ", ".join(lacking)}


def missing_fees(release: AssistantRelease, site: Site, payment_policy: str) -> list[str]:
    """The fees a release may charge that the commune's schedule does not know today."""
    keys = from_json(release.definition).fee_keys()
    if payment_policy == PaymentPolicy.NONE or not keys:
        return []
    return sorted(keys - set(amounts(site=site, keys=keys, on=timezone.localdate())))


def fee_warnings(assistant: Assistant) -> Iterator[str]:
    """For the editor: which communes that offer the assistant lack a fee of its newest release."""
    newest = assistant.releases.first()
    if newest is None:
        return
    for placement in assistant.placements.filter(is_active=True).select_related("site"):
        if lacking := missing_fees(newest, placement.site, placement.payment_policy):
            sentence = _("The fee schedule of %(site)s lacks: %(keys)s. Until it is mended nobody there can send this.")
            yield sentence % {"site": placement.site.site_name, "keys": ", ".join(lacking)}
