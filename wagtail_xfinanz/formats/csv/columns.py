from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..base import Line


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file; an ``int`` value is cents."""

    title: str
    value: Callable[[Line], str | int]


def _of(name: str) -> Callable[[Line], str | int]:
    return lambda line: getattr(line.posting, name)


def _tax(line: Line) -> str:
    permille = line.posting.tax_permille
    return f"{permille // 10},{permille % 10}" if permille else ""


def _due(line: Line) -> str:
    return line.posting.due_on.strftime("%d.%m.%Y") if line.posting.due_on else ""


COLUMNS: dict[str, Column] = {
    "sequence": Column("Nr", lambda line: str(line.sequence)),
    "kind": Column("Art", _of("kind")),
    "part": Column("Teil", _of("part")),
    "amount": Column("Betrag", _of("amount_cents")),
    "currency": Column("Währung", _of("currency")),
    "reference": Column("Kassenzeichen", _of("reference")),
    "booked_on": Column("Buchungstag", lambda line: line.posting.booked_on.strftime("%d.%m.%Y")),
    "due_on": Column("Fällig am", _due),
    "reason": Column("Grund", _of("reason")),
    "label": Column("Text", _of("label")),
    "payer": Column("Einzahler", _of("payer")),
    "posting_key": Column("Buchungsschlüssel", _of("posting_key")),
    "product": Column("Produkt", _of("product")),
    "account": Column("Sachkonto", _of("account")),
    "cost_centre": Column("Kostenstelle", _of("cost_centre")),
    "cost_unit": Column("Kostenträger", _of("cost_unit")),
    "internal_order": Column("Auftrag", _of("internal_order")),
    "budget_line": Column("Haushaltsstelle", _of("budget_line")),
    "tax": Column("Steuersatz", _tax),
    "entry": Column("Beleg", lambda line: str(line.posting.entry_id)),
    "method": Column("Zahlart", _of("method")),
    "provider": Column("Zahldienst", _of("provider")),
    "provider_ref": Column("Beleg des Zahldienstes", _of("provider_ref")),
    "reverses": Column("Storniert", _of("reverses")),
}
