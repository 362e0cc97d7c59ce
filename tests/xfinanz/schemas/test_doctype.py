"""A document type that leads nowhere is cut out of a schema; every other one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.xfinanz.schemas.zips import ROOT, zipped
from wagtail_xfinanz.schemas import PackageRefused, load_package, open_package
from wagtail_xfinanz.schemas.documents import parse_document

HARMLESS = {
    "of the W3C's xml.xsd": b'<!DOCTYPE xs:schema PUBLIC "-//W3C//DTD XMLSCHEMA 200102//EN" "XMLSchema.dtd" >',
    "of the W3C's signatures": b"""<?xml version="1.0"?>
<!-- a > in a comment -->
<!DOCTYPE schema PUBLIC "-//W3C//DTD XMLSchema 200102//EN" "http://www.w3.org/2001/XMLSchema.dtd" [
  <!ATTLIST schema xmlns:ds CDATA #FIXED "http://www.w3.org/2000/09/xmldsig#]>">
  <!ENTITY dsig 'http://www.w3.org/2000/09/xmldsig#'> <!-- ]> -->
  <!ENTITY % p ''>
]>
""",
}


@pytest.mark.parametrize("case", HARMLESS)
def test_a_document_type_that_leads_nowhere_is_left_out(case):
    data = HARMLESS[case] + ROOT
    read = open_package(zipped({"a.xsd": data}))
    assert read.files["a.xsd"] == data  # kept as it was published
    assert read.documents["a.xsd"].root.getroottree().docinfo.doctype == ""
    assert load_package(read.files).schema.validate(etree.fromstring('<r xmlns="urn:t">x</r>'))


@pytest.mark.parametrize(
    "data",
    [
        HARMLESS["of the W3C's signatures"] + ROOT.replace(b"urn:t", b"&dsig;"),
        b"<!DOCTYPE x [<!ENTITY e '%p;'>]>" + ROOT,
        b"<!DOCTYPE x [<!ENTITY % e PUBLIC 'a' 'b'>]>" + ROOT,
        b"<!DOCTYPE x [" + ROOT,
        b"<!DOCTYPE x [" + b"<!--" * 5_000 + b"]>" + ROOT,
        b"<!DOCTYPE x><!DOCTYPE y>" + ROOT,
        *(("<!DOCTYPE x>" + ROOT.decode()).encode(encoding) for encoding in ("utf-16", "utf-32")),
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x+AD4-' + ROOT,
    ],
)
def test_no_other_document_type_is(data):
    with pytest.raises(PackageRefused, match=r"a\.xsd"):
        open_package(zipped({"a.xsd": data}))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_is_left_out_never_makes_a_parser_see_a_document_type(inside, after):
    try:
        document = parse_document("a.xsd", b"<!DOCTYPE x " + inside + b">" + after + ROOT)
    except PackageRefused:
        return
    assert document.root.getroottree().docinfo.doctype == ""
