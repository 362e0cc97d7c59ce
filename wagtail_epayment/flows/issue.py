from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_sitekit.money import format_money
from wagtail_sitekit.pdf import render_pdf

from ..models import EntryKind, LedgerEntry, Receipt, ReceiptNumberRange

_TEMPLATE = Path(__file__).parent.parent / "documents" / "receipt.typ"


@transaction.atomic
def issue_receipt(entry: LedgerEntry) -> Receipt:
    """The receipt of one payment, made at the first call and the same bytes ever after.

    Locks the commune's number range, so that numbers have no gaps. Raises ValueError for other entries.
    """
    if entry.kind != EntryKind.PAYMENT:
        raise ValueError("Only a payment has a receipt.")
    site, year = entry.order.site, timezone.localdate(entry.occurred_at).year
    ReceiptNumberRange.objects.get_or_create(site=site, year=year)
    numbers = ReceiptNumberRange.objects.select_for_update().get(site=site, year=year)
    if issued := Receipt.objects.filter(entry=entry).first():
        return issued
    numbers.last += 1
    numbers.save(update_fields=["last"])
    receipt = Receipt(site=site, entry=entry, year=year, serial=numbers.last)
    with translation.override(entry.order.language):
        receipt.pdf = render_pdf(_TEMPLATE, receipt_data(receipt))
    receipt.save()
    return receipt


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """What stands on a receipt, in the active language: labels beside values, so that the template has no words."""
    entry, order = receipt.entry, receipt.entry.order
    paid_at = timezone.localtime(entry.occurred_at)
    return {
        "language": order.language,
        "title": _("Receipt %(number)s") % {"number": receipt},
        "authority": order.site.site_name or order.site.hostname,
        "facts": [
            [_("Payment reference"), order.reference],
            [_("Purpose"), order.purpose],
            [_("Paid on"), date_format(paid_at, "DATETIME_FORMAT")],
            [_("Way of payment"), str(entry.attempt.contract.label)],
            [_("Reference of the payment service"), entry.provider_ref],
        ],
        "head": [_("Item"), _("Quantity"), _("Amount")],
        "items": [
            [item.label, str(item.quantity), format_money(item.total_cents, order.currency)]
            for item in order.items.all()
        ],
        "total": [_("Paid"), format_money(entry.amount_cents, entry.currency)],
        "note": _("This receipt was made by machine and is valid without signature."),
    }
