"""A kassenbuch file of a million postings, written and validated, against lxml doing the same."""

from __future__ import annotations

from typing import Any, BinaryIO

from benchmarks import harness


def main() -> None:
    harness.site()
    from benchmarks import writing
    from wagtail_xfinanz.formats.kassenbuch.adapter import NAMESPACE, schema
    from wagtail_xfinanz.formats.registry import formats

    kassenbuch = formats.get("kassenbuch")
    record = f"{{{NAMESPACE}}}buchung"
    harness.report(*writing.rows("kassenbuch", kassenbuch, plain, schema=schema(), record=record))


def plain(out: BinaryIO, count: int) -> None:
    from lxml import etree

    from wagtail_xfinanz.formats.kassenbuch.adapter import NAMESPACE

    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{NAMESPACE}}}kassenbuch", nsmap={None: NAMESPACE}):
            _body(etree, xml, NAMESPACE, count)


def _body(etree: Any, xml: Any, namespace: str, count: int) -> None:
    def element(tag: str, **attributes: str) -> Any:
        return etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap={None: namespace})

    head = element("kopf")
    for tag, text in (
        ("mandant", "008"), ("mandantName", "Musterstadt"), ("haushaltsjahr", "2026"), ("nummer", "1"),
        ("waehrung", "EUR"), ("erstelltAm", "2026-11-25T00:00:00Z"), ("festgestelltVon", "A"),
        ("festgestelltAm", "2026-11-25T00:00:00Z"), ("freigegebenVon", "B"), ("freigegebenAm", "2026-11-25T00:00:00Z"),
    ):  # fmt: skip
        etree.SubElement(head, f"{{{namespace}}}{tag}").text = text
    xml.write(head, pretty_print=True)
    with xml.element(f"{{{namespace}}}buchungen"):
        for number in range(1, count + 1):
            record = element("buchung", nr=str(number), art="payment", teil="item")
            for tag, text in (
                ("betrag", "8.50"), ("kassenzeichen", f"26{number:011d}"), ("buchungstag", "2026-11-25"),
                ("grund", "Sperrgut abholen lassen"), ("text", "Abholung je Stück"), ("einzahler", "Łukasz O'Brien"),
            ):  # fmt: skip
                etree.SubElement(record, f"{{{namespace}}}{tag}").text = text
            account = element("buchungsstelle", schluessel="sperrgut")
            etree.SubElement(account, f"{{{namespace}}}produkt").text = "11.01.02"
            etree.SubElement(account, f"{{{namespace}}}sachkonto").text = "432100"
            record.append(account)
            for tag, text in (
                ("beleg", str(number)), ("zahlart", "card"), ("zahldienst", "sandbox"),
                ("zahldienstBeleg", f"tr_{number}"),
            ):  # fmt: skip
                etree.SubElement(record, f"{{{namespace}}}{tag}").text = text
            xml.write(record, pretty_print=True)
    end = element("kontrollsatz")
    etree.SubElement(end, f"{{{namespace}}}anzahl").text = str(count)
    total = f"{count * 850 // 100}.{count * 850 % 100:02d}"
    etree.SubElement(end, f"{{{namespace}}}summe").text = total
    etree.SubElement(end, f"{{{namespace}}}summeJeArt", art="payment").text = total
    xml.write(end, pretty_print=True)


if __name__ == "__main__":
    main()
