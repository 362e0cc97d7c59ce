"""What an operator's errors (``application/problem+json``) mean for the people who can do something about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

EXISTS = "PAYMENT_EXISTS"
#: Members of a request an error may speak of. Only these are repeated: its text may contain the payer's data.
_MEMBERS = (
    "requestId", "requestTimestamp", "currency", "grosAmount", "purpose", "description", "redirectUrl", "items",
    "requestor", "reference", "taxRate", "quantity", "totalNetAmount", "totalTaxAmount", "singleNetAmount",
    "singleTaxAmount", "bookingData", "name", "firstName", "organizationName", "address", "street", "houseNumber",
    "postalCode", "city", "country",
)  # fmt: skip


def explain(status: int, problem: Mapping[str, Any]) -> str:
    """One sentence with what to do; never the operator's own text."""
    code = str(problem.get("functionalCode") or "")
    match code:
        case "NO_VALID_ORIGINATOR_OR_ENDPOINT" | "NO_VALID_ORIGINATOR_OR_DESTINATION":
            text = _("The payment service does not know the originator ID or the endpoint ID of the contract.")
        case "CALCULATION_ERROR":
            text = _("The payment service comes to another sum than the items of the order.")
        case "BOOKING_DATA_MISSING":
            text = _("The payment service wants booking data the contract and the items do not have.")
        case "VALIDATION_ERROR":
            text = _("The payment service does not accept a value of the request.")
        case "FORBIDDEN":
            text = _("These credentials may not take payments for this originator ID and endpoint ID.")
        case _:
            text = _of_status(status)
    named = _named(problem)
    return f"{text} ({', '.join(named)})" if named else text


def _of_status(status: int) -> str:
    if status in {401, 403}:
        return _("The payment service does not accept the credentials of the contract.")
    if status == 404:
        return _("The payment service does not know this payment or this address.")
    return _("The payment service refused the request (%(status)s).") % {"status": status}


def _named(problem: Mapping[str, Any]) -> list[str]:
    words = set(re.findall(r"[A-Za-z]+", str(problem.get("detail") or "")))
    return [member for member in _MEMBERS if member in words]
