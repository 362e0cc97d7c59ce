"""What strangers may put into a package, and the reason each is refused with."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.xfinanz.schemas.zips import files_of, package, schema, zipped
from wagtail_xfinanz.flows import install_schema
from wagtail_xfinanz.models import SchemaFile, SchemaPackage
from wagtail_xfinanz.schemas import Limits, PackageRefused, load_package, open_package
from wagtail_xfinanz.schemas.documents import parse_document
from wagtail_xfinanz.schemas.tree import Tree

ROOT = schema('<xs:element name="r" type="xs:string"/>', targetNamespace="urn:t")
LAUGHS = b"".join(
    (
        b'<!DOCTYPE xs:schema [<!ENTITY a0 "ha">',
        *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 12)),
        b"]>",
        schema("<xs:annotation><xs:documentation>&a11;</xs:documentation></xs:annotation>"),
    )
)


def entity(location):
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{location}">]>'.encode() + schema("<xs:annotation>&e;</xs:annotation>")


def link(path):
    info = zipfile.ZipInfo(path)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def including(location, tag="include", **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return schema(f'<xs:{tag} schemaLocation="{location}"{more}/>', targetNamespace="urn:t")


HOSTILE = {
    "entity expansion": ({"a.xsd": LAUGHS}, "amplification"),
    "external entity": ({"a.xsd": entity("file:///etc/passwd")}, r"DTD|Dokumenttyp"),
    "external entity on the web": ({"a.xsd": entity("http://127.0.0.1:9/x")}, r"DTD|Dokumenttyp"),
    "doctype in an included file": (
        {"a.xsd": including("b.xsd"), "b.xsd": b'<!DOCTYPE x [<!ENTITY e SYSTEM "c">]>' + ROOT},
        r"b\.xsd.*(DTD|Dokumenttyp)",
    ),
    "climbing out": ({"../a.xsd": ROOT}, r"\.\./a\.xsd"),
    "climbing out in the middle": ({"x/../../a.xsd": ROOT}, r"x/\.\./\.\./a\.xsd"),
    "absolute": ({"/etc/a.xsd": ROOT}, "/etc/a"),
    "another drive": ({"C:a.xsd": ROOT}, "C:a"),
    "backslashes": ({"..\\a.xsd": ROOT}, "a.xsd"),
    "a link": ([(link("a.xsd"), b"/etc/passwd")], "a.xsd"),
    "twice": ([("a.xsd", ROOT), ("A.xsd", ROOT)], "A.xsd"),
    "10,000 files": ({f"{number}.xsd": b"x" for number in range(10_000)}, "10000|10,000|10.000"),
    "zip bomb": ({"a.xsd": b" " * 5_000_000}, "a.xsd"),
    "one very large file": ({"a.xsd": b"<!--" + bytes(range(33, 127)) * 100_000}, "a.xsd"),
    "no schema": ({"readme.txt": b"hello"}, r"\.xsd"),
    "packages in the package": ({"xfinanz.zip": zipped({"a.xsd": ROOT}).read()}, r"xfinanz\.zip"),
    "wrong root": ({"a.xsd": b"<html/>"}, r"html"),
    "wrong namespace of the root": ({"a.xsd": b'<schema xmlns="urn:x"/>'}, "schema"),
    "no XML": ({"a.xsd": b"\x00\x01"}, "a.xsd"),
    "cut off": ({"a.xsd": ROOT[:-12]}, "a.xsd"),
    "reading the disk": ({"a.xsd": including("file:///etc/hostname")}, "/etc/hostname"),
    "reading the disk by path": ({"a.xsd": including("/etc/hostname")}, "/etc/hostname"),
    "reading beside the package": ({"x/a.xsd": including("../../b.xsd")}, r"\.\./b\.xsd"),
    "another host": ({"a.xsd": including("//evil.example/b.xsd")}, "evil.example"),
    "fetching": ({"a.xsd": including("https://evil.example/b.xsd")}, "evil.example"),
    "importing from the network": (
        {"a.xsd": including("http://evil.example/b.xsd", "import", namespace="urn:o")},
        "evil.example",
    ),
    "missing include": ({"a.xsd": including("b.xsd")}, r"b\.xsd"),
    "missing import, unused": ({"a.xsd": including("b.xsd", "import", namespace="urn:o")}, r"b\.xsd"),
    "redefine": ({"a.xsd": including("a.xsd", "redefine")}, "redefine"),
    "include of another namespace": (
        {"a.xsd": including("b.xsd"), "b.xsd": schema(targetNamespace="urn:o")},
        r"b\.xsd",
    ),
    "one namespace in two differing copies": (
        {
            "a.xsd": including("x/code.xsd", "import", namespace="urn:c"),
            "b.xsd": including("y/code.xsd", "import", namespace="urn:c"),
            "x/code.xsd": schema('<xs:element name="one"/>', targetNamespace="urn:c"),
            "y/code.xsd": schema('<xs:element name="two"/>', targetNamespace="urn:c"),
        },
        r"urn:c.*x/code\.xsd, y/code\.xsd",
    ),
    "XSD 1.1": (
        {
            "a.xsd": schema(
                '<xs:element name="r"><xs:complexType><xs:assert test="true()"/></xs:complexType></xs:element>'
            )
        },
        r"XSD 1\.0",
    ),
    "a type that is nowhere": ({"a.xsd": schema('<xs:element name="r" type="Nowhere"/>')}, "Nowhere"),
    "types that extend each other in a circle": (
        {
            "a.xsd": schema(
                "".join(
                    f'<xs:complexType name="{one}"><xs:complexContent><xs:extension base="{other}"/>'
                    "</xs:complexContent></xs:complexType>"
                    for one, other in ("AB", "BA")
                )
            )
        },
        r"a\.xsd",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_it_is_refused_with_the_reason(case):
    files, reason = HOSTILE[case]
    with pytest.raises(PackageRefused, match=f"(?s){reason}"):
        open_package(zipped(files))


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["entity expansion", "zip bomb", "missing include", "XSD 1.1"])
def test_nothing_is_left_behind(case):
    with pytest.raises(PackageRefused):
        install_schema(zipped(HOSTILE[case][0]), name="x.zip", site=None, by=None)
    assert not SchemaPackage.objects.exists()
    assert not SchemaFile.objects.exists()


def test_what_is_no_zip_is_refused():
    with pytest.raises(PackageRefused):
        open_package(io.BytesIO(b"PK\x03\x04 and then nonsense"))


def test_a_zip_that_lies_about_its_sizes_is_refused():
    packed = bytearray(zipped({"a.xsd": b"\n" * 3_000_000}).read())
    for place in (packed.find((3_000_000).to_bytes(4, "little")), packed.rfind((3_000_000).to_bytes(4, "little"))):
        packed[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(PackageRefused):
        open_package(io.BytesIO(bytes(packed)))


def test_an_encrypted_file_is_refused():
    packed = bytearray(zipped({"a.xsd": ROOT}).read())
    packed[6] |= 1
    packed[packed.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(PackageRefused, match=r"a\.xsd"):
        open_package(io.BytesIO(bytes(packed)))


@pytest.mark.parametrize("limits", [Limits(zip_bytes=100), Limits(total_bytes=4_000), Limits(files=3)])
def test_limits_hold(limits):
    with pytest.raises(PackageRefused):
        open_package(package("anordnung"), limits=limits)


def test_files_that_include_each_other_are_as_xsd_allows():
    files = {
        "a.xsd": including("b.xsd"),
        "b.xsd": schema(
            '<xs:include schemaLocation="a.xsd"/><xs:element name="r" type="xs:string"/>', targetNamespace="urn:t"
        ),
    }
    assert open_package(zipped(files)).entries == ("a.xsd",)


def test_equal_copies_of_one_namespace_do_no_harm():
    code = files_of("anordnung")["fremd/code.xsd"]
    files = {**files_of("anordnung"), "fremd/nochmal/code.xsd": code}
    files["zusatz.xsd"] = including("fremd/nochmal/code.xsd", "import", namespace="urn:example:code:1")
    assert len(open_package(zipped(files)).entries) == 2


def test_a_file_the_package_answers_itself_is_not_fetched():
    read = open_package(package("anordnung"))
    assert "fremd/text.xsd" in read.files


def test_without_that_file_the_address_is_named():
    with pytest.raises(PackageRefused, match=r"https://example\.org/schemata/text\.xsd"):
        open_package(package("anordnung", text=None))


def test_two_versions_in_one_package_need_a_choice():
    files = {f"{version}/{path}": data for version in ("v1", "v2") for path, data in files_of("anordnung").items()}
    with pytest.raises(PackageRefused):
        open_package(zipped(files))
    chosen = open_package(zipped(files), main="v2/nachrichten/anordnung-nachrichten.xsd")
    assert all(path.startswith("v2/") for path in chosen.files)


CODE = '<xs:import namespace="http://xoev.de/schemata/code/1_0" schemaLocation="{location}"/>' + (
    '<xs:element name="r" type="c:Code"/>'
)


@pytest.mark.parametrize(
    "location",
    ["xoev-code.xsd", "../x/xoev-code.xsd", "https://xoev.de/schemata/code/1_0/code.xsd"],
)
def test_the_published_files_every_standard_imports_may_be_left_out(location):
    body = CODE.format(location=location)
    main = schema(body, targetNamespace="urn:t", **{"xmlns:c": "http://xoev.de/schemata/code/1_0"})
    read = open_package(zipped({"a/main.xsd": main}))
    assert sorted(read.files) == ["a/main.xsd", "xoev.de/xoev-code.xsd"]
    assert load_package(read.files).entries == read.entries
    own = schema('<xs:complexType name="Code"/>', targetNamespace="http://xoev.de/schemata/code/1_0")
    files = {"a/main.xsd": main, "a/xoev-code.xsd": own, "x/xoev-code.xsd": own, "a/code.xsd": own}
    assert "xoev.de/xoev-code.xsd" not in open_package(zipped(files)).files


def test_a_published_file_may_have_stood_beside_the_folder_somebody_packed():
    body = CODE.format(location="../../x/xoev-code.xsd")
    main = schema(body, targetNamespace="urn:t", **{"xmlns:c": "http://xoev.de/schemata/code/1_0"})
    assert sorted(open_package(zipped({"a/main.xsd": main})).files) == ["a/main.xsd", "xoev.de/xoev-code.xsd"]
    with pytest.raises(PackageRefused, match="xoev-code"):
        open_package(
            zipped({"a/main.xsd": main, "b/code.xsd": schema(targetNamespace="http://xoev.de/schemata/code/1_0")})
        )


@pytest.mark.parametrize("location", ["https://www.w3.org/2001/03/xml.xsd", "xml.xsd"])
def test_the_language_of_a_text_needs_no_file(location):
    place = f'<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="{location}"/>'
    body = f'{place}<xs:element name="r"><xs:complexType><xs:attribute ref="xml:lang"/></xs:complexType></xs:element>'
    read = open_package(zipped({"main.xsd": schema(body)}))
    assert read.schema.validate(etree.fromstring('<r xml:lang="de-DE"/>'))
    assert not read.schema.validate(etree.fromstring('<r xml:lang="d e"/>'))
    (attribute,) = Tree(read).root("r").attributes
    assert attribute.name == "{http://www.w3.org/XML/1998/namespace}lang"


def test_all_missing_files_are_named_at_once():
    files = {"a.xsd": schema(f"{include('b.xsd')}{include('teile/c.xsd')}"), "b.xsd": schema(include("d.xsd"))}
    with pytest.raises(PackageRefused) as refused:
        open_package(zipped(files))
    assert all(name in str(refused.value) for name in ("teile/c.xsd", "d.xsd"))


def include(location):
    return f'<xs:include schemaLocation="{location}"/>'


def test_what_a_mac_packs_beside_the_files_is_left_out():
    read = open_package(zipped({"paket/a.xsd": ROOT, "__MACOSX/paket/._a.xsd": b"\x00\x05\x16\x07"}))
    assert list(read.files) == ["paket/a.xsd"]


def test_a_schema_of_one_file_is_a_package():
    assert list(open_package(io.BytesIO(ROOT), name="pain.xsd").files) == ["pain.xsd"]
    with pytest.raises(PackageRefused, match="zip"):
        open_package(io.BytesIO(ROOT), name="pain.zip")
    with pytest.raises(PackageRefused, match="DTD"):
        open_package(io.BytesIO(entity("file:///etc/passwd")), name="pain.XSD")
    with pytest.raises(PackageRefused):
        open_package(io.BytesIO(ROOT), name="pain.xsd", limits=Limits(file_bytes=10))


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
        ("<!DOCTYPE x>" + ROOT.decode()).encode("utf-16"),
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
