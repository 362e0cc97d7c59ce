"""What can stand in a column, and in which kinds of records."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ...budget import local_day
from ...posting import PostingKind
from ..base import Control, Header, Line


class Kind(enum.Enum):
    """How a value is written."""

    TEXT = "text"
    """What people typed."""
    CODE = "code"
    NUMBER = "number"
    AMOUNT = "amount"
    """Signed cents."""
    SIGN = "sign"
    """Signed cents, of which only the sign is written."""
    DATE = "date"
    PERCENT = "percent"
    """Permille, empty for 0."""
    SUMS = "sums"
    """Kind and amount of each kind there is, in as many cells as it takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is taken from; ``control`` is complete only in the trailer."""

    header: Header
    control: Control
    line: Line
    extra_records: int = 0
    name: str = ""
    """What messages call the record, if its number says nothing yet."""


@dataclass(frozen=True, slots=True)
class Source:
    """``title`` heads the column in the file, which is German; ``label`` is for people in the admin."""

    label: str | Promise
    title: str
    kind: Kind
    records: frozenset[str]
    value: Callable[[Place], Any]


POSTING = frozenset({"posting"})
ENDS = frozenset({"header", "trailer"})
ALL = POSTING | ENDS


def _of_posting(label: str | Promise, title: str, name: str, kind: Kind = Kind.TEXT) -> Source:
    return Source(label, title, kind, POSTING, lambda place: getattr(place.line.posting, name))


def _of_batch(label: str | Promise, title: str, name: str, kind: Kind = Kind.TEXT) -> Source:
    return Source(label, title, kind, ALL, lambda place: getattr(place.header, name))


def _day_of_batch(label: str | Promise, title: str, name: str) -> Source:
    return Source(label, title, Kind.DATE, ALL, lambda place: local_day(getattr(place.header, name)))


def _sum_of(kind: PostingKind) -> Promise:
    return format_lazy("{what}: {kind}", what=_("sum of a kind"), kind=kind.label)


def _of_kind(kind: str) -> Callable[[Place], int]:
    return lambda place: place.control.sums.get(kind, 0)


def _total(place: Place) -> int:
    return place.control.total_cents


_OF_POSTINGS: dict[str, Source] = {
    "sequence": Source(_("number of the posting"), "Nr", Kind.NUMBER, POSTING, lambda place: place.line.sequence),
    "kind": _of_posting(_("kind"), "Art", "kind", Kind.CODE),
    "part": _of_posting(_("part"), "Teil", "part", Kind.CODE),
    "amount": _of_posting(_("amount"), "Betrag", "amount_cents", Kind.AMOUNT),
    "currency": Source(_("currency"), "Währung", Kind.CODE, ALL, lambda place: place.header.currency),
    "reference": _of_posting(_("Kassenzeichen"), "Kassenzeichen", "reference"),
    "booked_on": _of_posting(_("posting day"), "Buchungstag", "booked_on", Kind.DATE),
    "due_on": _of_posting(_("due on"), "Fällig am", "due_on", Kind.DATE),
    "reason": _of_posting(_("purpose"), "Grund", "reason"),
    "label": _of_posting(_("order item"), "Text", "label"),
    "payer": _of_posting(_("payer"), "Einzahler", "payer"),
    "posting_key": _of_posting(_("posting key"), "Buchungsschlüssel", "posting_key"),
    "product": _of_posting(_("product"), "Produkt", "product"),
    "account": _of_posting(_("account (Sachkonto)"), "Sachkonto", "account"),
    "cost_centre": _of_posting(_("cost centre"), "Kostenstelle", "cost_centre"),
    "cost_unit": _of_posting(_("cost unit"), "Kostenträger", "cost_unit"),
    "internal_order": _of_posting(_("order (Auftrag)"), "Auftrag", "internal_order"),
    "budget_line": _of_posting(_("budget line (Haushaltsstelle)"), "Haushaltsstelle", "budget_line"),
    "tax": _of_posting(_("rate of VAT"), "Steuersatz", "tax_permille", Kind.PERCENT),
    "entry": _of_posting(_("number of the ledger entry"), "Beleg", "entry_id", Kind.NUMBER),
    "method": _of_posting(_("way of payment"), "Zahlart", "method"),
    "provider": _of_posting(_("payment service"), "Zahldienst", "provider"),
    "provider_ref": _of_posting(_("reference of the payment service"), "Beleg des Zahldienstes", "provider_ref"),
    "reverses": _of_posting(_("posting it reverses"), "Storniert", "reverses"),
    "replaces": _of_posting(_("rejected posting it replaces"), "Ersetzt", "replaces"),
}
#: Columns of the standard profile, in order.
POSTING_NAMES = tuple(_OF_POSTINGS)

SOURCES: dict[str, Source] = {
    "constant": Source(_("constant text"), "", Kind.CODE, ALL, lambda _place: ""),
    **_OF_POSTINGS,
    "sign": _of_posting(_("sign of the amount"), "Vorzeichen", "amount_cents", Kind.SIGN),
    "extra": Source(_("further dimension"), "", Kind.TEXT, POSTING, lambda place: dict(place.line.posting.extra)),
    "tenant_number": _of_batch(_("tenant number"), "Mandant", "tenant_number"),
    "tenant_name": _of_batch(_("name of the tenant"), "Mandantenname", "tenant_name"),
    "budget_year": _of_batch(_("budget year"), "Haushaltsjahr", "budget_year", Kind.NUMBER),
    "batch_number": _of_batch(_("number of the batch"), "Stapel", "number", Kind.NUMBER),
    "created_on": _day_of_batch(_("collected on"), "Erstellt am", "created_at"),
    "certified_by": _of_batch(_("certified by"), "Festgestellt von", "certified_by"),
    "certified_on": _day_of_batch(_("certified on"), "Festgestellt am", "certified_at"),
    "released_by": _of_batch(_("released by"), "Freigegeben von", "released_by"),
    "released_on": _day_of_batch(_("released on"), "Freigegeben am", "released_at"),
    "previous_hash": _of_batch(_("hash of the previous batch"), "Vorherige Datei", "previous_hash", Kind.CODE),
    "count": Source(_("number of postings"), "Anzahl", Kind.NUMBER, ENDS, lambda place: place.control.count),
    "record_count": Source(
        _("number of records with header and trailer"),
        "Anzahl Sätze",
        Kind.NUMBER,
        ENDS,
        lambda place: place.control.count + place.extra_records,
    ),
    "total": Source(_("total"), "Summe", Kind.AMOUNT, ENDS, _total),
    "total_sign": Source(_("sign of the total"), "Vorzeichen", Kind.SIGN, ENDS, _total),
    "sums": Source(_("kinds with their sums"), "Summen", Kind.SUMS, ENDS, lambda place: place.control.by_kind()),
    **{f"sum_{kind.value}": Source(_sum_of(kind), "Summe", Kind.AMOUNT, ENDS, _of_kind(kind)) for kind in PostingKind},
}
