"""What people are told before they begin."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from wagtail_buergerportal.services.fees import FeeAmount, amounts

from .compile import lines_of
from .definition import Definition, from_json
from .models import AssistantPlacement, PaymentPolicy
from .releases import current_release


@dataclass(frozen=True, slots=True)
class Offer:
    """A placed assistant in the active language, with today's fees of its commune."""

    title: str
    intro: str
    needed: tuple[str, ...]
    fees: tuple[FeeAmount, ...]
    has_fees: bool
    duration_minutes: int
    processing_time: str
    confirmation: str
    min_level: int
    is_open: bool
    url: str

    @property
    def needs_login(self) -> bool:
        return self.min_level > 0


def offer_of(placement: AssistantPlacement) -> Offer:
    """Two queries: the release and the fees (none of them if there are no fees)."""
    release = current_release(placement)
    definition = from_json(release.definition) if release else Definition(placement.assistant.title, ())
    return describe(placement, definition, is_open=placement.is_active and release is not None)


def describe(placement: AssistantPlacement, definition: Definition, *, is_open: bool = True) -> Offer:
    """The offer of a given release. A commune's own words win, but only in the language they are written in."""
    keys = fee_keys(placement, definition)
    known = amounts(site=placement.site, keys=keys, on=timezone.localdate()) if keys else {}
    labels = {fee.key: fee.label for fee in definition.fees}
    return Offer(
        title=definition.title,
        intro=definition.intro,
        needed=lines_of(own_words(placement, definition, "needed")) or definition.needed,
        fees=tuple(_labelled(known[key], labels[key]) for key in labels if key in known),
        has_fees=bool(keys),
        duration_minutes=placement.duration_minutes,
        processing_time=own_words(placement, definition, "processing_time") or definition.processing_time,
        confirmation=own_words(placement, definition, "confirmation") or definition.confirmation,
        min_level=placement.min_level,
        is_open=is_open,
        url=reverse("buergerportal_assistants:start", args=[placement.slug]),
    )


def fee_keys(placement: AssistantPlacement, definition: Definition) -> frozenset[str]:
    """The fees that may fall due here: none where the commune takes no payment."""
    return frozenset() if placement.payment_policy == PaymentPolicy.NONE else definition.fee_keys()


def own_words(placement: AssistantPlacement, definition: Definition, name: str) -> str:
    """A text of the placement. A translated release keeps its own translation if it has one."""
    translated = definition.language != placement.assistant.locale.language_code
    if translated and getattr(definition, name):
        return ""
    return getattr(placement, name)


def _labelled(fee: FeeAmount, label: str) -> FeeAmount:
    return FeeAmount(fee.key, label or fee.label, fee.amount_cents, fee.tax_permille, fee.posting_key)


__all__ = ["Offer", "describe", "fee_keys", "offer_of", "own_words"]
