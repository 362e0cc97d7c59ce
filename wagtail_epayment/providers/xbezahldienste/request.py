"""An attempt as a PaymentRequest of XBezahldienste 1.0.0; limits as in its API description and in GOVER."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wagtail_sitekit.money import to_decimal

from ...errors import ProviderRefused
from ..base import AttemptView, ItemView
from .amounts import LARGEST_CENTS, split
from .text import as_description, as_name, as_purpose, is_name

_MOST_ITEMS = 99
_LONGEST_URL = 2082


def payment_request(attempt: AttemptView, *, back_url: str, booking_data: Mapping[str, str]) -> dict[str, Any]:
    """Raises ProviderRefused for what the standard cannot carry: nothing is sent then."""
    _check(attempt, back_url)
    request = {
        "requestId": attempt.merchant_tx_id,
        "requestTimestamp": _instant(attempt.created_at or timezone.now()),
        "currency": attempt.currency,
        "grosAmount": to_decimal(attempt.amount_cents),
        "purpose": as_purpose(attempt.purpose) or as_purpose(attempt.reference),
        "description": as_description(attempt.purpose) or as_description(attempt.reference),
        "redirectUrl": back_url,
        "items": _items(attempt, booking_data),
    }
    requestor = _requestor(attempt.payer)
    return {**request, "requestor": requestor} if requestor else request


def _check(attempt: AttemptView, back_url: str) -> None:
    if attempt.currency != "EUR":
        raise ProviderRefused(f"XBezahldienste takes EUR only, not {attempt.currency}.")
    if not 0 < attempt.amount_cents <= LARGEST_CENTS:
        raise ProviderRefused("XBezahldienste takes amounts up to 999999 EUR.")
    if not is_name(attempt.merchant_tx_id) or len(back_url) > _LONGEST_URL:
        raise ProviderRefused("The transaction id or the return address does not fit into XBezahldienste.")


def _instant(instant: datetime.datetime) -> str:
    return instant.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _items(attempt: AttemptView, booking_data: Mapping[str, str]) -> list[dict[str, Any]]:
    """The order's lines if they are what is paid and the standard can carry them, else one line."""
    items = attempt.items
    adds_up = sum(item.total_cents for item in items) == attempt.amount_cents
    if not adds_up or not 1 <= len(items) <= _MOST_ITEMS or any(item.unit_cents < 0 for item in items):
        items = (_whole(attempt),)
    return [_item(item, position, attempt, booking_data) for position, item in enumerate(items, start=1)]


def _whole(attempt: AttemptView) -> ItemView:
    """The attempt as one line; with tax and booking data only where all lines agree about them."""
    first = attempt.items[0] if attempt.items else None
    rates = {item.tax_permille for item in attempt.items}
    agreed = first is not None and all(item.booking_data == first.booking_data for item in attempt.items)
    keys = {item.posting_key for item in attempt.items}
    return ItemView(
        label=attempt.purpose,
        quantity=1,
        unit_cents=attempt.amount_cents,
        tax_permille=rates.pop() if len(rates) == 1 else 0,
        posting_key=keys.pop() if len(keys) == 1 else "",
        booking_data=first.booking_data if first and agreed else {},
    )


def _item(item: ItemView, position: int, attempt: AttemptView, booking_data: Mapping[str, str]) -> dict[str, Any]:
    single = split(item.unit_cents, tax_permille=item.tax_permille)
    total = split(item.unit_cents, tax_permille=item.tax_permille, times=item.quantity)
    return {
        "id": str(position),
        "reference": as_name(item.posting_key) or as_name(attempt.reference),
        "description": as_description(item.label) or as_description(attempt.reference),
        "taxRate": Decimal(item.tax_permille).scaleb(-1),
        "quantity": item.quantity,
        "totalNetAmount": total.net,
        "totalTaxAmount": total.tax,
        "singleNetAmount": single.net,
        "singleTaxAmount": single.tax,
        "bookingData": _booking_data(item, attempt, booking_data),
    }


def _booking_data(item: ItemView, attempt: AttemptView, usual: Mapping[str, str]) -> dict[str, str]:
    filled = {
        name: value.replace("{posting_key}", item.posting_key).replace("{reference}", attempt.reference)
        for name, value in usual.items()
    }
    own = {str(name): str(value) for name, value in item.booking_data.items()}
    return {name: as_description(value) for name, value in {**filled, **own}.items()}


def _requestor(payer: Mapping[str, Any]) -> dict[str, Any]:
    """Who pays, as far as it is known; empty without a name."""
    last, first = _text(payer, "last_name") or _text(payer, "name"), _text(payer, "first_name")
    organisation = _text(payer, "organisation")
    if not last and not organisation:
        return {}
    found = {"name": last, "firstName": first, "organizationName": organisation}
    requestor: dict[str, Any] = {name: text for name, text in found.items() if text}
    requestor["isOrganization"] = bool(organisation)
    address = _address(payer)
    return {**requestor, "address": address} if address else requestor


def _address(payer: Mapping[str, Any]) -> dict[str, str]:
    postal_code = str(payer.get("postal_code") or "").strip()
    country = str(payer.get("country") or "").strip().upper() or "DE"
    address = {
        "street": _text(payer, "street"),
        "houseNumber": _text(payer, "house_number").replace(" ", "")[:20],
        "postalCode": postal_code if re.fullmatch(r"[0-9]{5}", postal_code) else "",
        "city": _text(payer, "city"),
        "country": country if re.fullmatch(r"[A-Z]{2}", country) else "",
    }
    if not address["street"] and not address["city"]:
        return {}
    return {name: text for name, text in address.items() if text}


def _text(payer: Mapping[str, Any], name: str) -> str:
    return as_description(str(payer.get(name) or ""))
