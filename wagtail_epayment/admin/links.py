"""Where other apps show more about an order: they register an address, its page here links it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from ..models import PaymentOrder


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    url: str


OrderLink = Callable[[Any, PaymentOrder], "Link | None"]
_order_links: list[OrderLink] = []


def register_order_link(link: OrderLink) -> None:
    """``link(user, order)`` gives a link, or None if this user may not see what it leads to. Twice changes nothing."""
    if link not in _order_links:
        _order_links.append(link)


def order_links(user: Any, order: PaymentOrder) -> list[Link]:
    return [found for link in _order_links if (found := link(user, order))]
