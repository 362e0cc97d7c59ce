"""Large files: memory stays flat, and what is wrong is found wherever it stands."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from tests.xfinanz.mapping.samples import BOOK, ORDERS, header_for, loaded, plan_of, posting, written
from wagtail_xfinanz.errors import FormatInvalid
from wagtail_xfinanz.flows.equip import equipment_of
from wagtail_xfinanz.flows.load_schema import LoadedSchema
from wagtail_xfinanz.formats.base import Line
from wagtail_xfinanz.formats.xfinanz.adapter import XFinanzFormat


def format_of(mapping, name):
    return XFinanzFormat(equipment_of(plan_of(mapping, name), LoadedSchema(*loaded(name))))


class Nowhere(io.RawIOBase):
    """Counts bytes and keeps none."""

    size = 0

    def writable(self):
        return True

    def write(self, data):
        self.size += len(data)
        return len(data)


def many(count):
    return (Line(number, posting(entry_id=number // 2)) for number in range(1, count + 1))


@pytest.mark.parametrize(("mapping", "name"), [(ORDERS, "anordnung"), (BOOK, "ledger")])
def test_memory_does_not_grow_with_the_postings(mapping, name):
    file_format, peaks = format_of(mapping, name), []
    for count in (1_000, 12_000):
        header = header_for([], count=count, payments=count // 2 + 1, total_cents=1250 * count)
        tracemalloc.start()
        file_format.write(Nowhere(), header=header, lines=many(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000  # a tenth of what the postings themselves would take


@pytest.mark.parametrize(
    "damage",
    [
        (b"<ao:betrag>12.50<", b"<ao:betrag>12,50<"),
        (b"<ao:betrag>12.50<", b"<ao:betrag>12.505<"),
        (b"<code>AN</code>", b"<ao:code>AN</ao:code>"),
        (b"<code>AN</code>", b"<code>XX</code>"),
        (b' listVersionID="3"', b""),
        (b"codeliste:anordnungsart", b"codeliste:andere"),
        (b' fassung="1.4.0"', b' fassung="1.3.0"'),
        (b"<ao:sachkonto>432100</ao:sachkonto>", b""),
        (b"</ao:anordnung.Liste.001>", b""),
    ],
)
def test_a_damaged_file_is_found(damage):
    content = written(ORDERS, "anordnung", [posting()])
    file_format = format_of(ORDERS, "anordnung")
    file_format.validate(io.BytesIO(content))
    assert damage[0] in content
    with pytest.raises(FormatInvalid):
        file_format.validate(io.BytesIO(content.replace(*damage)))


def test_the_record_is_named():
    content = written(
        ORDERS, "anordnung", [posting(entry_id=number, reference=f"26{number}") for number in range(1, 6)]
    )
    with pytest.raises(FormatInvalid, match=r"4.*kassenzeichen"):
        format_of(ORDERS, "anordnung").validate(io.BytesIO(content.replace(b">264<", b"><")))


def test_another_message_of_the_same_schema_is_not_taken_for_it():
    other = (
        b'<ao:anordnung.Quittung.002 xmlns:ao="urn:example:anordnung:1" produkt="x" fassung="1.4.0">'
        b"<ao:kopf/></ao:anordnung.Quittung.002>"
    )
    with pytest.raises(FormatInvalid):
        format_of(ORDERS, "anordnung").validate(io.BytesIO(other))


def test_identities_hold_across_the_whole_file():
    content = written(BOOK, "ledger", [posting() for _number in range(5)])
    with pytest.raises(FormatInvalid, match="b1"):
        format_of(BOOK, "ledger").validate(io.BytesIO(content.replace(b'id="b5"', b'id="b1"')))
