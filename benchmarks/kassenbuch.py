"""A booking file of a million postings, written and validated, against lxml writing the same bytes and reading them.

Memory is the growth of the process over its state at rest, time is compared in the same run, and the time per posting
must not grow with their number. ``BENCH_POSTINGS`` sets another largest number.
"""

from __future__ import annotations

import datetime
import os
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import harness, memory

LARGEST = int(os.environ.get("BENCH_POSTINGS", "1_000_000"))
SMALLEST = LARGEST // 100


def main() -> None:
    harness.site()
    from lxml import etree

    from wagtail_xfinanz.formats.base import Header, Line
    from wagtail_xfinanz.formats.kassenbuch.adapter import NAMESPACE, schema
    from wagtail_xfinanz.formats.registry import formats
    from wagtail_xfinanz.posting import Posting

    at = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)
    header = Header("008", "Musterstadt", 2026, 1, at, "A", at, "B", at, "")
    kassenbuch = formats.get("kassenbuch")

    def lines(count: int) -> Iterator[Line]:
        for number in range(1, count + 1):
            yield Line(number, Posting(
                kind="payment", part="item", amount_cents=850, reference=f"26{number:011d}", booked_on=at.date(),
                reason="Sperrgut abholen lassen", label="Abholung je Stück", posting_key="sperrgut", entry_id=number,
                order_id="1", product="11.01.02", account="432100", provider="sandbox", provider_ref=f"tr_{number}",
                payer="Łukasz O'Brien", method="card",
            ))  # fmt: skip

    def ours(count: int) -> int:
        with tempfile.TemporaryFile() as out:
            kassenbuch.write(out, header=header, lines=lines(count))  # type: ignore[arg-type]
            size = out.tell()
            out.seek(0)
            kassenbuch.validate(out)  # type: ignore[arg-type]
        return size

    def plain(count: int) -> int:
        """The same elements with the same texts, known beforehand, and one validating pass."""
        with tempfile.TemporaryFile() as out:
            with etree.xmlfile(out, encoding="utf-8") as xml:
                xml.write_declaration()
                with xml.element(f"{{{NAMESPACE}}}kassenbuch", nsmap={None: NAMESPACE}):
                    _plain_body(etree, xml, NAMESPACE, count)
            size = out.tell()
            out.seek(0)
            for _event, element in etree.iterparse(out, schema=schema()):
                if element.tag == f"{{{NAMESPACE}}}buchung":
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]  # type: ignore[union-attr]
        return size

    ours(1000), plain(1000)
    small = _timed(ours, SMALLEST)[0] / SMALLEST
    rest = memory.forget_peak()
    seconds, size = _timed(ours, LARGEST)
    grown = memory.peak_mb() - rest
    plain_seconds, plain_size = _timed(plain, LARGEST)
    if abs(size - plain_size) > 2000:
        raise AssertionError(f"{size} bytes against {plain_size}")
    harness.report(
        {
            "what": f"{LARGEST:,} postings as valid kassenbuch XML",
            "ours": LARGEST / seconds,
            "plain": LARGEST / plain_seconds,
            "unit": "x/s",
            "ratio": seconds / plain_seconds,
            "against": "the same bytes by xmlfile + validating iterparse",
        },
        {
            "what": f"time per posting, {SMALLEST:,} and {LARGEST:,}",
            "ours": seconds / LARGEST * 1e6,
            "plain": small * 1e6,
            "unit": "µs",
            "ratio": seconds / LARGEST / small,
            "against": "ours with a hundredth of them",
        },
        {
            "what": f"memory for {LARGEST:,} postings",
            "ours": grown,
            "plain": rest,
            "unit": "MB",
            "ratio": grown / 100,
            "against": "process at rest; ratio is to the limit of 100 MB",
        },
    )


def _plain_body(etree: Any, xml: Any, namespace: str, count: int) -> None:
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


def _timed(work: Any, count: int) -> tuple[float, int]:
    start = time.perf_counter()
    size = work(count)
    return time.perf_counter() - start, size


if __name__ == "__main__":
    main()
