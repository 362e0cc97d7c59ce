from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wagtail_xfinanz.formats.kassenbuch.adapter import SCHEMA
from wagtail_xfinanz.text import TextNotWritable, plain, unwritable, writable


def accepts(text):
    return not unwritable(plain(text))


@pytest.mark.parametrize(
    "text",
    ["Müller", "Łódź", "Șerban", "ẞ", "'", "M̂", '0123/()@&<>#"\\`§«»€', "Gebühr € 12,50", "½¼¤¦", "ĝ", "ḍ", "ĳ"],
)
def test_latin_text_is_written_as_it_is(text):
    assert plain(text) == text
    assert accepts(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Gebühr – „Sperrgut“", 'Gebühr - "Sperrgut"'),
        ("O’Brien", "O'Brien"),
        ("e\u0301", "é"),
        ("u\u0308", "ü"),
        ("\u212bngström", "Ångström"),
        ("‚so‘ … — ‐ − •", "'so' ... - - - -"),
        ("12\u00a0€\u202f!", "12 € !"),
        ("Mus\u00adter\u200bstadt", "Musterstadt"),
        ("a\tb\r\nc", "a b  c"),
        ("ﬁx", "fix"),
    ],
)
def test_typographic_characters_are_written_plainly(text, written):
    assert plain(text) == written
    assert accepts(text)


@pytest.mark.parametrize("text", ["Αθήνα", "София", "Москва", "Київ", "😀", "™", "‰", "≤", "\u0301", "\x00", "\u202e"])
def test_what_cannot_be_written_is_told_not_dropped(text):
    assert not accepts(text)


def test_the_message_names_record_field_and_character():
    with pytest.raises(TextNotWritable) as caught:
        writable("Ки", record="26000019", field="Einzahler")
    first, second = caught.value.problems
    assert (first.record, first.field, first.character, second.character) == ("26000019", "Einzahler", "К", "и")
    assert "26000019, Feld „Einzahler“: Das Zeichen „К“ (U+041A, CYRILLIC CAPITAL LETTER KA)" in str(caught.value)


@given(st.text(max_size=40))
def test_plain_text_is_stable(text):
    once = plain(text)
    assert plain(once) == once
    assert unicodedata.is_normalized("NFC", once)


XSD = etree.XMLSchema(
    etree.fromstring(
        re.sub(
            rb'<xs:element name="kassenbuch">.*?</xs:element>\s*(?=<xs:complexType name="Kopf">)',
            b'<xs:element name="t" type="Zeichen"/>',
            SCHEMA.read_bytes(),
            flags=re.DOTALL,
        )
    )
)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20))
def test_rule_and_schema_accept_the_same(text):
    text = plain(text)
    element = etree.Element("{urn:wagtail-xfinanz:kassenbuch:1}t")
    try:
        element.text = text
    except ValueError:
        assert unwritable(text)
        return
    assert XSD.validate(element) == (not unwritable(text))
