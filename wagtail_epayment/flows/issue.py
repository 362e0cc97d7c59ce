from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import segno
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_sitekit.money import format_money
from wagtail_sitekit.pdf import render_pdf

from ..models import EntryKind, LedgerEntry, PaymentOrder, Receipt, ReceiptNumberRange
from ..ways import ways_of

_TEMPLATE = Path(__file__).parent.parent / "documents" / "receipt.typ"

#: Entries that have a receipt.
RECEIPT_KINDS = (EntryKind.PAYMENT, EntryKind.REFUND)


@transaction.atomic
def issue_receipt(entry: LedgerEntry) -> Receipt:
    """The receipt of one payment or refund, made at the first call and the same bytes ever after.

    Locks the commune's number range, so that numbers have no gaps. Raises ValueError for other entries.
    """
    if entry.kind not in RECEIPT_KINDS:
        raise ValueError("Only payments and refunds have a receipt.")
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
    is_refund = entry.kind == EntryKind.REFUND
    head, when, total = (
        (_("Refund receipt %(number)s"), _("Given back on"), _("Given back"))
        if is_refund
        else (_("Receipt %(number)s"), _("Paid on"), _("Paid"))
    )
    moved_at = timezone.localtime(entry.occurred_at)
    return {
        "language": order.language,
        "title": head % {"number": receipt},
        "authority": order.site.site_name or order.site.hostname,
        "facts": [
            [_("Payment reference"), order.reference],
            [_("Purpose"), order.purpose],
            [when, date_format(moved_at, "DATETIME_FORMAT")],
            [_("Way of payment"), _way(entry)],
            [_("Reference of the payment service"), entry.provider_ref],
        ],
        "head": [_("Item"), _("Quantity"), _("Amount")],
        "items": [] if is_refund else _items(order),
        "total": [total, format_money(entry.moved_cents, entry.currency)],
        "note": _("This receipt was made by machine and is valid without signature."),
        "code": _qr_code(order.reference),
        "code_label": _("QR code with the payment reference %(reference)s") % {"reference": order.reference},
    }


def _qr_code(text: str) -> str:
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", xmldecl=False, nl=False, border=2)
    return picture.getvalue().decode()


def _way(entry: LedgerEntry) -> str:
    contract, method = entry.attempt.contract, entry.attempt.method
    return next((way.label for way in ways_of(contract) if way.method == method), contract.label)


def _items(order: PaymentOrder) -> list[list[str]]:
    return [
        [item.label, str(item.quantity), format_money(item.total_cents, order.currency)] for item in order.items.all()
    ]
