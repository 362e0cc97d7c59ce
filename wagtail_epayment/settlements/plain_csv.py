from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from .columns import ColumnFormat, option_fields
from .registry import formats

#: Our own words, so that a file made by hand or by another program needs no options at all.
_DEFAULTS = {
    "column_key": "id",
    "column_amount": "amount",
    "column_merchant_tx_id": "merchant_tx_id",
    "column_reference": "reference",
    "column_booked_on": "date",
    "column_kind": "kind",
    "words_payment": "payment, Zahlung",
    "words_refund": "refund, Erstattung",
    "words_chargeback": "chargeback, Rücklastschrift",
    "words_fee": "fee, Gebühr",
    "words_payout": "payout, Auszahlung",
    "words_total": "total, Summe",
    "decimal": ".",
}


@formats.register("csv")
class PlainCsvFormat(ColumnFormat):
    """A table of any provider: the commune says which column is which."""

    label = _("CSV table (columns to choose)")
    option_fields: ClassVar[Mapping[str, forms.Field]] = option_fields(**_DEFAULTS)
