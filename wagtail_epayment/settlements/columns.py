"""A settlement file as a table: which column says what is a profile the commune can adapt."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..errors import NotUnderstood
from ..models import LineKind
from .base import BaseSettlementFormat, SettledLine, Settlement
from .table import Row, rows_of
from .values import cents_of, day_of

#: What a column may say, with its label; the options are called ``column_<name>``.
COLUMNS = {
    "key": gettext_lazy("Column: id of the movement"),
    "amount": gettext_lazy("Column: amount"),
    "currency": gettext_lazy("Column: currency"),
    "kind": gettext_lazy("Column: kind of movement"),
    "status": gettext_lazy("Column: state"),
    "booked_on": gettext_lazy("Column: day"),
    "provider_ref": gettext_lazy("Column: the provider's id of the payment page"),
    "payment_ref": gettext_lazy("Column: the provider's id of the payment"),
    "merchant_tx_id": gettext_lazy("Column: our transaction id"),
    "reference": gettext_lazy("Column: Kassenzeichen"),
    "text": gettext_lazy("Column: text"),
    "fee": gettext_lazy("Column: fee"),
}
#: The words for each kind; the options are called ``words_<kind>``, several with commas.
WORDS = {
    LineKind.PAYMENT: gettext_lazy("Words for a payment"),
    LineKind.REFUND: gettext_lazy("Words for a refund"),
    LineKind.CHARGEBACK: gettext_lazy("Words for a chargeback"),
    LineKind.FEE: gettext_lazy("Words for a fee"),
    LineKind.PAYOUT: gettext_lazy("Words for a payout"),
}
_NEGATIVE = {LineKind.REFUND, LineKind.CHARGEBACK, LineKind.FEE, LineKind.PAYOUT}
_LAYOUTS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y", "%Y%m%d")
_DECIMALS = [
    (",", "1.234,56"),
    (".", "1,234.56"),
    ("cents", gettext_lazy("123456 (cents)")),
]


def option_fields(**defaults: str) -> dict[str, forms.Field]:
    """The form fields of a profile with its defaults: names of columns, words, how amounts are written."""

    def text(label: Any, name: str, *, required: bool = False) -> forms.Field:
        return forms.CharField(label=label, required=required, max_length=200, initial=defaults.get(name, ""))

    fields: dict[str, forms.Field] = {
        f"column_{name}": text(label, f"column_{name}", required=name == "amount") for name, label in COLUMNS.items()
    }
    fields |= {f"words_{kind}": text(label, f"words_{kind}") for kind, label in WORDS.items()}
    fields["words_done"] = text(
        gettext_lazy("Words for the state “money moved” (empty: every row counts)"), "words_done"
    )
    fields["words_total"] = text(gettext_lazy("Words a total row begins with"), "words_total")
    fields["decimal"] = forms.ChoiceField(
        label=gettext_lazy("Amounts are written like"), choices=_DECIMALS, initial=defaults.get("decimal", ",")
    )
    fields["encoding"] = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        required=False,
        choices=[("", gettext_lazy("recognise")), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")],
    )
    fields["currency"] = forms.CharField(
        label=gettext_lazy("Currency, if no column says it"), max_length=3, initial=defaults.get("currency", "EUR")
    )
    return fields


class ColumnFormat(BaseSettlementFormat):
    """Base of the formats that are tables; subclasses give the defaults."""

    option_fields: ClassVar[Mapping[str, forms.Field]] = option_fields()

    def read(self, data: bytes) -> Iterator[Settlement]:
        named = {name: self._option(f"column_{name}") for name in COLUMNS}
        self._columns = {name: column for name, column in named.items() if column}
        self._seen: Counter[str] = Counter()
        lines: list[SettledLine] = []
        total: int | None = None
        needed = list(dict.fromkeys(self._columns.values()))
        for row in rows_of(data, needed=needed, encoding=self._option("encoding")):
            if row.first.casefold().rstrip(":") in self._words("total"):
                total = self._cents(row, "amount")
            elif self._is_done(row):
                lines.extend(self._lines(row))
        if not lines:
            raise NotUnderstood(_("The file has no movement of money."))
        yield _settlement(lines, total)

    def _option(self, name: str) -> str:
        field = self.option_fields[name]
        return str(self.options.get(name, field.initial or "") or "").strip()

    def _words(self, name: str) -> set[str]:
        return {word.strip().casefold() for word in self._option(f"words_{name}").split(",") if word.strip()}

    def _cell(self, row: Row, name: str) -> str:
        return row.cells.get(self._columns.get(name, "").casefold(), "")

    def _cents(self, row: Row, name: str) -> int:
        try:
            return cents_of(self._cell(row, name), decimal=self._option("decimal"))
        except NotUnderstood as error:
            raise row.wrong(error) from error

    def _is_done(self, row: Row) -> bool:
        done = self._words("done")
        return not done or "status" not in self._columns or self._cell(row, "status").casefold() in done

    def _lines(self, row: Row) -> Iterator[SettledLine]:
        kind = self._kind(row)
        amount = self._cents(row, "amount")
        line = SettledLine(
            key=self._key(row, kind),
            kind=kind,
            amount_cents=-abs(amount) if kind in _NEGATIVE else amount,
            currency=(self._cell(row, "currency") or self._option("currency")).upper(),
            provider_ref=self._cell(row, "provider_ref"),
            payment_ref=self._cell(row, "payment_ref"),
            merchant_tx_id=self._cell(row, "merchant_tx_id"),
            reference=self._cell(row, "reference"),
            text=self._cell(row, "text"),
            booked_on=self._day(row),
            details={"line": str(row.line)},
        )
        if len(line.currency) != 3 or not line.currency.isalpha():
            raise row.wrong(_("“%(text)s” is not a currency.") % {"text": line.currency[:20]})
        if amount:
            yield line
        if self._cell(row, "fee") and (fee := self._cents(row, "fee")):
            yield replace(line, key=f"{line.key}:fee", kind=LineKind.FEE, amount_cents=-abs(fee))

    def _kind(self, row: Row) -> LineKind:
        """Without a column for it the sign decides. A word nobody has explained is refused, never guessed."""
        said = self._cell(row, "kind")
        for kind in WORDS:
            if said.casefold() in self._words(kind):
                return kind
        if said:
            raise row.wrong(_("the kind “%(text)s” is not known: add it to the words above.") % {"text": said[:40]})
        return LineKind.PAYMENT if self._cents(row, "amount") >= 0 else LineKind.REFUND

    def _key(self, row: Row, kind: LineKind) -> str:
        """The source's own id of the movement; without one, the content and how often it was there before."""
        if own := self._cell(row, "key"):
            key = f"{kind}:{own}"[:120]
            if self._seen[key]:
                raise row.wrong(_("the id “%(id)s” was there before.") % {"id": own[:60]})
            self._seen[key] += 1
            return key
        content = "\x1f".join(f"{name}={cell}" for name, cell in sorted(row.cells.items()))
        digest = hashlib.sha256(content.encode()).hexdigest()[:40]
        self._seen[digest] += 1
        return f"{kind}:{digest}:{self._seen[digest]}"

    def _day(self, row: Row) -> date | None:
        text = self._cell(row, "booked_on")
        try:
            return day_of(text, layouts=_LAYOUTS) if text else None
        except NotUnderstood as error:
            raise row.wrong(error) from error


def _settlement(lines: list[SettledLine], total: int | None) -> Settlement:
    currencies = {line.currency for line in lines}
    if len(currencies) > 1:
        raise NotUnderstood(
            _("One report has one currency; this one has %(names)s.") % {"names": ", ".join(sorted(currencies))}
        )
    days = sorted(line.booked_on for line in lines if line.booked_on)
    first, last = (days[0], days[-1]) if days else (None, None)
    return Settlement(
        reference=f"{first:%Y-%m-%d} – {last:%Y-%m-%d}" if first and last else "",
        currency=currencies.pop(),
        lines=tuple(lines),
        total_cents=total,
        period_from=first,
        period_to=last,
    )
