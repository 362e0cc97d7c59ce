from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from .columns import ColumnFormat, option_fields
from .registry import formats

#: Names many online banks give the columns of their export. No bank publishes them, so they are *unverified*:
#: compare them with an export of yours and adapt them in the form.
_DEFAULTS = {
    "column_amount": "Betrag",
    "column_currency": "Waehrung",
    "column_booked_on": "Buchungstag",
    "column_merchant_tx_id": "Kundenreferenz (End-to-End)",
    "column_text": "Verwendungszweck",
    "decimal": ",",
}


@formats.register("bank_csv")
class BankCsvFormat(ColumnFormat):
    """The export of an online bank, for communes whose bank delivers no camt file. The sign says what came and went."""

    label = _("Bank account, CSV export of online banking")
    is_of_bank = True
    option_fields: ClassVar[Mapping[str, forms.Field]] = option_fields(**_DEFAULTS)
