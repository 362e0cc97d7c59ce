"""How fast a booking file is written and validated, beside lxml doing nothing but that with the same bytes."""

from __future__ import annotations

import datetime
import io
import json
import time

import django

django.setup()

from lxml import etree  # noqa: E402

from wagtail_xfinanz.formats.base import Header, Line  # noqa: E402
from wagtail_xfinanz.formats.kassenbuch.adapter import KassenbuchFormat, schema  # noqa: E402
from wagtail_xfinanz.posting import Posting  # noqa: E402

COUNT = 20_000
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
HEADER = Header("008", "Musterstadt", 2026, 1, NOW, "A", NOW, "B", NOW, "")


def lines() -> list[Line]:
    posting = {
        "kind": "payment", "part": "item", "reason": "Sperrgutabfuhr Müllerstraße", "label": "Abholung je Stück",
        "posting_key": "sperrgut", "order_id": "1", "product": "11.01.02", "account": "432100",
        "booked_on": NOW.date(), "payer": "Łukasz Müller", "provider": "sandbox", "provider_ref": "tr_1",
    }  # fmt: skip
    return [
        Line(number, Posting(amount_cents=1250, reference=f"2600{number:08}", entry_id=number, **posting))
        for number in range(1, COUNT + 1)
    ]


def ours(rows: list[Line]) -> tuple[float, bytes]:
    out, adapter = io.BytesIO(), KassenbuchFormat()
    began = time.perf_counter()
    adapter.write(out, header=HEADER, lines=rows)
    out.seek(0)
    adapter.validate(out)
    return time.perf_counter() - began, out.getvalue()


def plain(content: bytes) -> float:
    """Write the same elements with bare ``xmlfile`` and read them once with a validating ``iterparse``."""
    root = etree.fromstring(content)
    out = io.BytesIO()
    began = time.perf_counter()
    with etree.xmlfile(out, encoding="utf-8") as xml, xml.element(root.tag, nsmap=root.nsmap):
        for child in root:
            with xml.element(child.tag):
                for row in child:
                    xml.write(row)
    for _event, element in etree.iterparse(io.BytesIO(content), schema=schema()):
        element.clear()
    return time.perf_counter() - began


def main() -> None:
    rows = lines()
    ours(rows[:100])
    seconds, content = ours(rows)
    print(json.dumps({"plain": plain(content), "ours": seconds, "work": COUNT}))


if __name__ == "__main__":
    main()
