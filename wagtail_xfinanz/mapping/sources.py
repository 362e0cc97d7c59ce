"""What can be put into a message: fields of a posting and of the batch, with examples to check types by."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..formats.base import Header, Line
from ..posting import Part, PostingKind

_NAMES = uuid.UUID("a3b0f0a2-7f0e-5a53-9d3b-1f6f0c9d2c11")
"""Our own name space for UUIDs that are made of a batch or posting, so that equal input gives equal bytes."""


class ValueType(Enum):
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    CENTS = "cents"
    NUMBER = "number"
    PERMILLE = "permille"


@dataclass(frozen=True, slots=True)
class Field:
    """A field people can choose. ``values`` are all it can have, if they are few; ``is_exact`` texts have one shape."""

    label: str | Promise
    type: ValueType
    get: Callable[[Any], Any]
    examples: tuple[Any, ...]
    may_be_empty: bool = False
    values: tuple[str, ...] = ()
    is_exact: bool = False
    hints: tuple[str, ...] = ()


def _posting(name: str) -> Callable[[Line], Any]:
    return attrgetter(f"posting.{name}")


def _batch(name: str) -> Callable[[Header], Any]:
    return attrgetter(name)


def _text(label: Any, name: str, example: str, *hints: str, empty: bool = False) -> Field:
    return Field(label, ValueType.TEXT, _posting(name), (example,), may_be_empty=empty, hints=hints)


_DAY = datetime.date(2026, 11, 24)
_INSTANT = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)
_UUIDS = ("7b0f3c8e-52a1-5c6e-8a55-0d8f6f1f6a10",)
AMOUNT_EXAMPLES = (1250, -5)
COUNT_EXAMPLES = (1, 12)

POSTING_FIELDS: dict[str, Field] = {
    "amount": Field(
        _("amount"), ValueType.CENTS, _posting("amount_cents"), AMOUNT_EXAMPLES, hints=("betrag", "amount", "summe")
    ),
    "reference": _text(_("Kassenzeichen"), "reference", "2600012345678", "kassenzeichen", "reference", "zahlungsgrund"),
    "booked_on": Field(
        _("posting day"),
        ValueType.DATE,
        _posting("booked_on"),
        (_DAY,),
        hints=("buchungsdatum", "buchungstag", "belegdatum", "datum", "date"),
    ),
    "due_on": Field(
        _("due on"),
        ValueType.DATE,
        _posting("due_on"),
        (_DAY,),
        may_be_empty=True,
        hints=("faelligkeit", "faelligam", "faelligkeitsdatum", "due", "duedate"),
    ),
    "reason": _text(_("reason"), "reason", "Sperrgutabfuhr", "grund", "verwendungszweck", "zweck", "reason", "betreff"),
    "label": _text(
        _("text of the item"), "label", "Abholung", "text", "buchungstext", "bookingtext", "bezeichnung", "label"
    ),
    "payer": _text(
        _("payer"), "payer", "Zoe Beispiel", "name", "zahlungspflichtiger", "einzahler", "debitor", "payer", empty=True
    ),
    "product": _text(_("product"), "product", "537010", "produkt", "product", empty=True),
    "account": _text(_("account (Sachkonto)"), "account", "432100", "sachkonto", "konto", "account", empty=True),
    "cost_centre": _text(_("cost centre"), "cost_centre", "4711", "kostenstelle", empty=True),
    "cost_unit": _text(_("cost unit"), "cost_unit", "0815", "kostentraeger", empty=True),
    "internal_order": _text(_("order (Auftrag)"), "internal_order", "900123", "auftrag", "innenauftrag", empty=True),
    "budget_line": _text(_("budget line (Haushaltsstelle)"), "budget_line", "7200.1100", "haushaltsstelle", empty=True),
    "posting_key": _text(_("posting key"), "posting_key", "sperrgut", "buchungsschluessel"),
    "kind": Field(
        _("kind of posting"),
        ValueType.TEXT,
        _posting("kind"),
        tuple(PostingKind.values),
        values=tuple(PostingKind.values),
        hints=("art", "buchungsart", "anordnungsart", "kind"),
    ),
    "part": Field(
        _("part of the payment"), ValueType.TEXT, _posting("part"), tuple(Part.values), values=tuple(Part.values)
    ),
    "tax": Field(
        _("VAT rate in per cent"),
        ValueType.PERMILLE,
        _posting("tax_permille"),
        (190, 70),
        may_be_empty=True,
        hints=("steuersatz", "mwst", "ust"),
    ),
    "currency": Field(
        _("currency"), ValueType.TEXT, _posting("currency"), ("EUR",), values=("EUR",), hints=("waehrung", "currency")
    ),
    "method": _text(_("way of payment"), "method", "card", "zahlart", "zahlweg", empty=True),
    "provider": _text(_("payment provider"), "provider", "girocheckout", "zahldienst"),
    "provider_ref": _text(
        _("reference of the payment service"), "provider_ref", "4f2c0a", "transaktionsnummer", empty=True
    ),
    "reverses": _text(_("reversed posting"), "reverses", "2026/6/3", "storniert", "stornobezug", empty=True),
    "replaces": _text(_("rejected posting it replaces"), "replaces", "2026/6/3", "ersetzt", empty=True),
    "sequence": Field(
        _("number in the batch"), ValueType.NUMBER, lambda line: line.sequence, (1, 99_999),
        hints=("nr", "nummer", "positionsnummer", "satznummer", "laufendenummer"),
    ),
    "entry": Field(
        _("number of the payment"), ValueType.NUMBER, _posting("entry_id"), (1, 999_999), hints=("belegnummer", "beleg")
    ),
    "order": Field(_("number of the order (UUID)"), ValueType.TEXT, _posting("order_id"), _UUIDS, is_exact=True),
    "uuid": Field(
        _("UUID of the posting"),
        ValueType.TEXT,
        lambda line: str(uuid.uuid5(_NAMES, f"{line.posting.order_id}/{line.posting.entry_id}/{line.sequence}")),
        _UUIDS,
        is_exact=True,
    ),
}  # fmt: skip

BATCH_FIELDS: dict[str, Field] = {
    "tenant_number": Field(
        _("tenant number"), ValueType.TEXT, _batch("tenant_number"), ("4711",), hints=("mandant", "mandantennummer")
    ),
    "tenant_name": Field(
        _("name of the tenant"),
        ValueType.TEXT,
        _batch("tenant_name"),
        ("Stadt Musterstadt",),
        hints=("absender", "mandantname", "mandantenname", "behoerde", "town"),
    ),
    "budget_year": Field(
        _("budget year"), ValueType.NUMBER, _batch("budget_year"), (2026,), hints=("haushaltsjahr", "jahr", "year")
    ),
    "number": Field(
        _("number of the batch"), ValueType.NUMBER, _batch("number"), (1, 9_999), hints=("dateinummer", "number")
    ),
    "name": Field(
        _("year and number of the batch"),
        ValueType.TEXT,
        lambda header: f"{header.budget_year}-{header.number}",
        ("2026-7",),
    ),
    "created_at": Field(_("collected at"), ValueType.INSTANT, _batch("created_at"), (_INSTANT,), hints=("sammlung",)),
    "certified_by": Field(
        _("certified by"),
        ValueType.TEXT,
        _batch("certified_by"),
        ("Anna Muster",),
        hints=("bearbeiter", "festgestelltvon", "feststeller"),
    ),
    "certified_at": Field(
        _("certified at"), ValueType.INSTANT, _batch("certified_at"), (_INSTANT,), hints=("festgestelltam",)
    ),
    "released_by": Field(
        _("released by"),
        ValueType.TEXT,
        _batch("released_by"),
        ("Bernd Muster",),
        hints=("freigegebenvon", "anordner", "anordnungsberechtigter"),
    ),
    "released_at": Field(
        _("released at"),
        ValueType.INSTANT,
        _batch("released_at"),
        (_INSTANT,),
        hints=("erstelltam", "erstellungszeitpunkt", "anordnungsdatum", "freigegebenam", "zeitstempel"),
    ),
    "currency": Field(
        _("currency"), ValueType.TEXT, _batch("currency"), ("EUR",), values=("EUR",), hints=("waehrung", "currency")
    ),
    "previous_hash": Field(
        _("hash of the previous batch"), ValueType.TEXT, _batch("previous_hash"), ("0" * 64,), may_be_empty=True
    ),
    "uuid": Field(
        _("UUID of the batch"),
        ValueType.TEXT,
        lambda header: str(uuid.uuid5(_NAMES, f"{header.tenant_number}/{header.budget_year}/{header.number}")),
        _UUIDS,
        is_exact=True,
        hints=("nachrichtenid", "nachrichtid", "messageid", "uuid", "dateiid"),
    ),
}
EXTRA = "extra:"


def posting_field(name: str) -> Field | None:
    """A field of the posting; ``extra:<key>`` is one of the free keys a site books with."""
    if name.startswith(EXTRA) and len(name) > len(EXTRA):
        key = name.removeprefix(EXTRA)
        return Field(key, ValueType.TEXT, lambda line: dict(line.posting.extra).get(key, ""), ("x",), may_be_empty=True)
    return POSTING_FIELDS.get(name)


def batch_field(name: str) -> Field | None:
    return BATCH_FIELDS.get(name)
