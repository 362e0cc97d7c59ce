"""Writing a booking file, against lxml writing elements of the same number and depth without knowing anything."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator

from benchmarks import harness

COUNT = 20_000


def main() -> None:
    harness.site()
    from lxml import etree

    from wagtail_xfinanz.formats.base import Header, Line
    from wagtail_xfinanz.formats.registry import formats
    from wagtail_xfinanz.posting import Posting

    at = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)
    header = Header("008", "Musterstadt", 2026, 1, at, "A", at, "B", at, "")
    posting = Posting(
        kind="payment", part="item", amount_cents=850, reference="2600800000016", booked_on=at.date(),
        reason="Sperrgut abholen lassen", label="Abholung je Stück", posting_key="sperrgut", entry_id=1, order_id="1",
        product="11.01.02", account="432100", provider="sandbox", provider_ref="tr_1", payer="Łukasz O'Brien",
    )  # fmt: skip
    kassenbuch = formats.get("kassenbuch")

    def lines() -> Iterator[Line]:
        return (Line(number, posting) for number in range(1, COUNT + 1))

    def ours() -> int:
        kassenbuch.write(io.BytesIO(), header=header, lines=lines())
        return COUNT

    names = ("betrag", "kassenzeichen", "buchungstag", "grund", "text", "einzahler", "zahlart", "zahldienst", "beleg")

    def plain() -> int:
        with etree.xmlfile(io.BytesIO(), encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element("kassenbuch"), xml.element("buchungen"):
                for number in range(COUNT):
                    record = etree.Element("buchung", nr=str(number))
                    for name in names:
                        etree.SubElement(record, name).text = "Abholung je Stück"
                    account = etree.SubElement(record, "buchungsstelle", schluessel="sperrgut")
                    etree.SubElement(account, "produkt").text = "11.01.02"
                    etree.SubElement(account, "sachkonto").text = "432100"
                    xml.write(record, pretty_print=True)
        return COUNT

    harness.report(
        harness.compare("postings written as kassenbuch XML", ours, plain, unit="x/s", against="bare lxml xmlfile")
    )


if __name__ == "__main__":
    main()
