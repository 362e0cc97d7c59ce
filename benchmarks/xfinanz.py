"""A million postings through a mapping onto an installed schema, written and validated, against lxml doing the same.

Package and mapping are those of the tests: several files, codes with unqualified children, substitution, a choice.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from benchmarks import harness

UUID = "079b963a-9e37-5247-b616-fc5bf084d3f1"


def main() -> None:
    harness.site()
    from benchmarks import writing
    from tests.xfinanz.mapping.samples import AO, ORDERS, loaded, plan_of
    from wagtail_xfinanz.flows.equip import equipment_of
    from wagtail_xfinanz.flows.load_schema import LoadedSchema
    from wagtail_xfinanz.formats.xfinanz.adapter import XFinanzFormat

    package = LoadedSchema(*loaded("anordnung"))
    file_format = XFinanzFormat(equipment_of(plan_of(ORDERS, "anordnung"), package))
    schema = package.package.schema
    harness.report(*writing.rows("mapped", file_format, plain, schema=schema, record=f"{AO}anordnung"))


def plain(out: BinaryIO, count: int) -> None:
    from lxml import etree

    from benchmarks.writing import CENTS

    total = f"{count * CENTS // 100}.{count * CENTS % 100:02d}"
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        attributes = {"produkt": "Bürgerportal", "fassung": "1.4.0"}
        with xml.element(_ao("anordnung.Liste.001"), attributes, nsmap={"ao": _ao("")[1:-1]}):
            with xml.element(_ao("kopf")):
                for tag, text in (
                    ("nachrichtenID", UUID), ("erstelltAm", "2026-11-25T00:00:00Z"), ("mandant", "008"),
                    ("absender", "Musterstadt"),
                ):  # fmt: skip
                    _leaf(xml, _ao(tag), text)
                codes = {"listURI": "urn:example:codeliste:nachrichtentyp", "listVersionID": "1"}
                with xml.element(_ao("nachrichtentyp"), codes):
                    _leaf(xml, "code", "001")
            _leaf(xml, _ao("haushaltsjahr"), "2026")
            with xml.element(_ao("kontrolle")):
                _leaf(xml, _ao("summe"), total)
                _leaf(xml, _ao("anzahl"), str(count))
            for number in range(1, count + 1):
                _order(xml, number)


def _order(xml: Any, number: int) -> None:
    with xml.element(_ORDER):
        for tag, text in (
            (_DAY, "2026-11-25"), (_NUMBER, f"P-{number}"), (_COUNT, "1"), (_CLERK, "A"), (_TOTAL, "8.50"),
        ):  # fmt: skip
            _leaf(xml, tag, text)
        with xml.element(_KIND, {"listURI": "urn:example:codeliste:anordnungsart", "listVersionID": "3"}):
            _leaf(xml, "code", "AN")
        _leaf(xml, _REFERENCE, f"26{number:011d}")
        with xml.element(_PAYER):
            _leaf(xml, _NAME, "Łukasz O'Brien")
        with xml.element(_POSITION, {"nr": str(number)}):
            _leaf(xml, _AMOUNT, "8.50")
            _leaf(xml, _TEXT, "Abholung je Stück")
            with xml.element(_BOOKED):
                _leaf(xml, _PRODUCT, "11.01.02")
                _leaf(xml, _ACCOUNT, "432100")
    xml.write("\n")


def _leaf(xml: Any, tag: str, text: str) -> None:
    with xml.element(tag):
        xml.write(text)


def _ao(tag: str) -> str:
    return f"{{urn:example:anordnung:1}}{tag}"


_ORDER, _DAY, _NUMBER, _COUNT, _CLERK = map(
    _ao, ("anordnung", "anordnungsDatum", "anordnungsNummerExtern", "anzahlPositionen", "bearbeiter")
)
_TOTAL, _KIND, _REFERENCE, _PAYER, _NAME = map(
    _ao, ("gesamtbetrag", "art", "kassenzeichen", "zahlungspflichtiger", "name")
)
_POSITION, _AMOUNT, _TEXT, _BOOKED, _PRODUCT, _ACCOUNT = map(
    _ao, ("position", "betrag", "text", "doppisch", "produkt", "sachkonto")
)


if __name__ == "__main__":
    main()
