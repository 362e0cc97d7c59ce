"""Who has to do what next with a batch, in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.permissions import policy_registry

from wagtail_sitekit.people import person_name

from ..models import ARRIVED, Batch, BatchState, DeliveryState

AWAITED = {BatchState.DRAFT.value: "certify", BatchState.CERTIFIED.value: "release"}


def next_step(batch: Batch) -> str:
    """One sentence, without queries if the certifier and the hand-overs are fetched."""
    if batch.state == BatchState.DRAFT:
        return _("Somebody has to check the postings and certify them.")
    if batch.state == BatchState.CERTIFIED and batch.certified_by:
        return _("Somebody other than %(person)s has to release it.") % {"person": person_name(batch.certified_by)}
    if batch.is_final and (step := _of_hand_over(batch)):
        return step
    if batch.state == BatchState.RELEASED:
        return _("The file has to reach the finance system: hand it over or download it.")
    if batch.state == BatchState.EXPORTED:
        return _("It is handed over. If the finance system answers, its answer is imported here.")
    if batch.state == BatchState.PARTLY:
        return some_rejected()
    if batch.state == BatchState.REJECTED:
        return _("The finance system rejected it: see below what becomes of its postings.")
    return _("Nothing more to do.")


def some_rejected() -> str:
    return _("The finance system rejected some postings: see below what becomes of them.")


def _of_hand_over(batch: Batch) -> str:
    last = max(batch.deliveries.all(), key=lambda delivery: delivery.pk, default=None)
    if last is None or last.state in ARRIVED:
        return ""
    if last.state in (DeliveryState.WAITING, DeliveryState.SENDING):
        return _("It is being handed over to the finance system.")
    if last.state == DeliveryState.FAILED:
        return _("The hand-over failed: see its trail and try again.")
    return _("Somebody has to see whether the finance system has it.")


def who_can(batch: Batch) -> list[str]:
    """The names of those who may do the awaited step; superusers aside, they administer."""
    action = AWAITED.get(batch.state)
    if action is None:
        return []
    users = policy_registry.get_by_type(Batch).users_with_permission_for_instance(action, batch)
    users = users.filter(is_superuser=False).exclude(pk=batch.certified_by_id).distinct()
    return sorted(person_name(user) for user in users)


def may(user: Any, action: str, batch: Batch) -> bool:
    return policy_registry.get_by_type(Batch).user_has_permission_for_instance(user, action, batch)
