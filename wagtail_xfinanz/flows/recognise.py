from __future__ import annotations

import re
from collections.abc import Callable

from ..kassenzeichen import registry
from ..models import KassenzeichenRange


def recognise(*, site_id: int) -> Callable[[str], bool]:
    """Whether a text has the form of a Kassenzeichen from one of the site's ranges, also of one in use no more."""
    ranges = list(KassenzeichenRange.objects.filter(tenant__site_id=site_id))
    return lambda text: any(_is_of(found, text) for found in ranges)


def _is_of(found: KassenzeichenRange, text: str) -> bool:
    digits = len(text) - registry.get(found.algorithm).width
    counter = text[len(found.prefix) : digits]
    if len(text) != found.total_length or not text.startswith(found.prefix) or not re.fullmatch("[0-9]+", counter):
        return False
    return found.counter_start <= int(counter) < found.counter_next and found.reference(int(counter)) == text
