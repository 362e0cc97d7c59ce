"""The booking file that works out of the box: own namespace, own documented schema, always validated."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from ...errors import FormatInvalid
from ...posting import Posting
from ...text import plain, unwritable, writable
from ..base import BaseFormat, Control, Header, Line, amount
from ..reading import forget
from ..registry import formats

NAMESPACE = "urn:wagtail-xfinanz:kassenbuch:1"
SCHEMA = Path(__file__).with_name("kassenbuch-1.xsd")
_NAMED = (f"{{{NAMESPACE}}}kassenbuch", f"{{{NAMESPACE}}}buchung")
"""The message, and the element that comes once for each posting."""
_ACCOUNT = (
    ("produkt", "product"),
    ("sachkonto", "account"),
    ("kostenstelle", "cost_centre"),
    ("kostentraeger", "cost_unit"),
    ("auftrag", "internal_order"),
    ("haushaltsstelle", "budget_line"),
)


@formats.register("kassenbuch")
class KassenbuchFormat(BaseFormat):
    """XML after kassenbuch-1.xsd: header, one element a posting, control record at the end."""

    label = gettext_lazy("Kassenbuch (XML)")
    extension = "xml"
    content_type = "application/xml"

    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        control = Control()
        with etree.xmlfile(out, encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element(_name("kassenbuch"), nsmap={None: NAMESPACE}):
                xml.write(_header(header), pretty_print=True)
                with xml.element(_name("buchungen")):
                    for line in control.counting(lines):
                        xml.write(_line(line), pretty_print=True)
                xml.write(_control(control, header), pretty_print=True)
        return control

    def validate(self, source: BinaryIO) -> None:
        last = ""
        try:
            for _event, element in etree.iterparse(
                source, schema=schema(), tag=_NAMED, resolve_entities=False, no_network=True, load_dtd=False
            ):
                last = element.tag
                if last == _NAMED[1]:
                    forget(element)
        except etree.XMLSyntaxError as error:
            raise FormatInvalid(_("The file breaks the kassenbuch schema: %(error)s") % {"error": error}) from error
        if last != _NAMED[0]:
            raise FormatInvalid(_("The file is cut off."))


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True, resolve_entities=False)))


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _parent(tag: str, **attributes: str) -> Any:
    return etree.Element(_name(tag), attributes, nsmap={None: NAMESPACE})  # type: ignore[dict-item]


def _add(parent: Any, tag: str, text: str) -> None:
    etree.SubElement(parent, _name(tag)).text = text


def _instant(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _header(header: Header) -> Any:
    kopf = _parent("kopf")
    for tag, value in (("mandant", header.tenant_number), ("mandantName", header.tenant_name)):
        _add(kopf, tag, writable(value, record=_("Header"), field=tag))
    _add(kopf, "haushaltsjahr", str(header.budget_year))
    _add(kopf, "nummer", str(header.number))
    _add(kopf, "waehrung", header.currency)
    _add(kopf, "erstelltAm", _instant(header.created_at))
    _add(kopf, "festgestelltVon", writable(header.certified_by, record=_("Header"), field="festgestelltVon"))
    _add(kopf, "festgestelltAm", _instant(header.certified_at))
    _add(kopf, "freigegebenVon", writable(header.released_by, record=_("Header"), field="freigegebenVon"))
    _add(kopf, "freigegebenAm", _instant(header.released_at))
    return kopf


def _line(line: Line) -> Any:
    posting = line.posting
    buchung = _parent("buchung", nr=str(line.sequence), art=posting.kind, teil=posting.part)
    _add(buchung, "betrag", amount(posting.amount_cents))
    _text(buchung, "kassenzeichen", posting.reference, line)
    _add(buchung, "buchungstag", posting.booked_on.isoformat())
    if posting.due_on:
        _add(buchung, "faelligAm", posting.due_on.isoformat())
    _text(buchung, "grund", posting.reason, line)
    _text(buchung, "text", posting.label, line)
    if posting.payer:
        _text(buchung, "einzahler", posting.payer, line)
    buchung.append(_account(posting, line))
    if posting.tax_permille:
        _add(buchung, "steuersatz", f"{posting.tax_permille // 10}.{posting.tax_permille % 10}")
    _add(buchung, "beleg", str(posting.entry_id))
    for tag, value in (("zahlart", posting.method), ("zahldienst", posting.provider)):
        if value:
            _text(buchung, tag, value, line)
    if posting.provider_ref:
        _text(buchung, "zahldienstBeleg", posting.provider_ref, line)
    if posting.reverses:
        _text(buchung, "storniert", posting.reverses, line)
    if posting.replaces:
        _text(buchung, "ersetzt", posting.replaces, line)
    for key, value in posting.extra:
        zusatz = etree.SubElement(buchung, _name("zusatz"), {"name": _checked(key, "zusatz", line)})
        zusatz.text = _checked(value, key, line)
    return buchung


def _account(posting: Posting, line: Line) -> Any:
    stelle = _parent("buchungsstelle", schluessel=_checked(posting.posting_key, "schluessel", line))
    for tag, name in _ACCOUNT:
        if value := getattr(posting, name):
            _text(stelle, tag, value, line)
    return stelle


def _control(control: Control, header: Header) -> Any:
    satz = _parent("kontrollsatz")
    _add(satz, "anzahl", str(control.count))
    _add(satz, "summe", amount(control.total_cents))
    for kind, cents in control.by_kind().items():
        etree.SubElement(satz, _name("summeJeArt"), {"art": kind}).text = amount(cents)
    if header.previous_hash:
        _add(satz, "vorherigeDatei", header.previous_hash)
    return satz


def _text(parent: Any, tag: str, value: str, line: Line) -> None:
    _add(parent, tag, _checked(value, tag, line))


def _checked(value: str, field: str, line: Line) -> str:
    text = plain(value)
    if unwritable(text):
        writable(text, record=_("Posting %(number)s") % {"number": line.sequence}, field=field)
    return text
