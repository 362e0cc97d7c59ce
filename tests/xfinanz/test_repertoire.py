"""The repertoires of the XÖV world, held against lxml and the published schemas themselves."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import wagtail_xfinanz
from wagtail_xfinanz.repertoire import OF_TENANTS, Repertoire, outside, with_search_forms
from wagtail_xfinanz.text import TextNotWritable, plain, unwritable, writable, written

VENDORED = Path(wagtail_xfinanz.__file__).parent / "vendored"
PUBLISHED = [kind for kind in Repertoire if kind != Repertoire.KASSENBUCH]
DIN = "urn:xoev-de:kosit:xoev:datentyp:din-91379_2022-08"
LATIN = "http://xoev.de/latinchars/1_1/datatypes"


@lru_cache
def schema(kind):
    namespace, filename, name = (
        (LATIN, "latinchars.xsd", "String.Latin")
        if kind == Repertoire.STRING_LATIN
        else (DIN, "din-norm-91379-datatypes.xsd", kind.value)
    )
    text = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="{namespace}">
      <xs:import namespace="{namespace}" schemaLocation="{(VENDORED / filename).as_uri()}"/>
      <xs:element name="x" type="t:{name}"/></xs:schema>"""
    return etree.XMLSchema(etree.fromstring(text))


def lxml_takes(kind, text):
    element = etree.Element("x")
    element.text = text
    return schema(kind).validate(element)


XML_TEXT = st.text(
    st.one_of(
        st.sampled_from("aeouAKHkhz \u0301\u0308\u030b\u035f\u0302MNĝßẞ€„“’–½½αЖ•0/"),
        st.characters(min_codepoint=0x20, max_codepoint=0x2FF),
    ),
    max_size=12,
)


@pytest.mark.parametrize("kind", PUBLISHED)
@settings(max_examples=150)
@given(text=XML_TEXT)
def test_we_say_of_every_text_what_the_schema_says(kind, text):
    text = unicodedata.normalize("NFC", text)
    assert (not outside(text, kind)) == lxml_takes(kind, text)


@pytest.mark.parametrize(
    ("text", "takers"),
    [
        ("Müller, Łódź, Șerban, ẞ, M̂", "LABCDE"),
        ("12 / (a) @", "LBCDE"),
        ("½", "LCDE"),
        ("O’Brien", "ABCDE"),
        ("„so“", "DE"),
        ("Αθήνα", "DE"),
        ("София", "E"),
        ("Київ", ""),
        ("–", ""),
        ("😀", ""),
        ("ĝ", "ABCDE"),
    ],
)
def test_who_takes_what(text, takers):
    letters = dict(zip("LABCDE", PUBLISHED, strict=True))
    assert "".join(letter for letter, kind in letters.items() if not outside(text, kind)) == takers


def test_letters_string_latin_does_not_have_get_their_search_form():
    assert written("Ĝandalf Şükrü Ǖ k͟han", Repertoire.STRING_LATIN) == "Gandalf Şükrü UE khan"
    assert written("Ĝandalf", Repertoire.DIN_C) == "Ĝandalf"


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=20))
def test_search_forms_leave_alone_what_string_latin_has(text):
    text = unicodedata.normalize("NFC", text)
    if not outside(text, Repertoire.STRING_LATIN):
        assert with_search_forms(text) == text


@pytest.mark.parametrize("kind", OF_TENANTS)
@settings(max_examples=150)
@given(text=XML_TEXT)
def test_what_a_tenant_may_ask_for_the_kassenbuch_can_write(kind, text):
    result = written(text, kind)
    if not unwritable(result, kind):
        assert not unwritable(plain(result))


def test_a_letter_with_its_marks_is_named_as_one():
    (found,) = outside("x\u030b", Repertoire.DIN_C)
    assert found == "x\u030b"
    with pytest.raises(TextNotWritable, match=r"U\+0078 U\+030B, LATIN SMALL LETTER X, COMBINING DOUBLE ACUTE"):
        writable("x\u030b", record="r", field="f", repertoire=Repertoire.DIN_C)
