from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from .columns import ColumnFormat, option_fields
from .registry import formats

#: The columns of GiroCockpit's export are not public. These names follow the labels of the public API
#: documentation and are *unverified*: compare them with an export of yours and adapt them in the form.
_DEFAULTS = {
    "column_key": "Transaktions-ID",
    "column_amount": "Betrag",
    "column_currency": "Währung",
    "column_kind": "Transaktionstyp",
    "column_status": "Status",
    "column_booked_on": "Datum",
    "column_provider_ref": "Transaktions-ID",
    "column_merchant_tx_id": "Händler-Transaktions-ID",
    "column_reference": "Kassenzeichen",
    "column_text": "Verwendungszweck",
    "words_payment": "SALE, CAPTURE, Zahlung",
    "words_refund": "REFUND, Erstattung",
    "words_chargeback": "Rücklastschrift, Chargeback",
    "words_fee": "Gebühr, Entgelt",
    "words_payout": "Auszahlung",
    "words_done": "4000, erfolgreich, bezahlt",
    "words_total": "Summe, Gesamt",
    "decimal": ",",
}


@formats.register("girocockpit")
class GiroCockpitFormat(ColumnFormat):
    """The transaction export of GiroCockpit as CSV."""

    label = _("GiroCockpit export (CSV)")
    option_fields: ClassVar[Mapping[str, forms.Field]] = option_fields(**_DEFAULTS)
