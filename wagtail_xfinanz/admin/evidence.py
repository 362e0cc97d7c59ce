"""The page on which a piece of evidence is seen."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

_PAGES = {
    "entry": "epayment_ledger:inspect",
    "line": "epayment_reconciliation:line",
    "message": "epayment_messages:inspect",
    "batch": "xfinanz_batches:inspect",
}


def address_of(row: dict[str, Any]) -> str:
    return reverse(_PAGES[row["kind"]], args=[row["pk"]])
