"""What strangers may put into a package, and the reason each is refused with."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from tests.xfinanz.schemas.zips import ROOT, entity, including, package, schema, zipped
from wagtail_xfinanz.flows import install_schema
from wagtail_xfinanz.models import SchemaFile, SchemaPackage
from wagtail_xfinanz.schemas import Limits, PackageRefused, open_package

LAUGHS = b"".join(
    (
        b'<!DOCTYPE xs:schema [<!ENTITY a0 "ha">',
        *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 12)),
        b"]>",
        schema("<xs:annotation><xs:documentation>&a11;</xs:documentation></xs:annotation>"),
    )
)


def link(path):
    info = zipfile.ZipInfo(path)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


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
    "an address that is none": ({"a.xsd": including("http://[::1")}, r"::1"),
    "another base": (
        {"a.xsd": including("b.xsd").replace(b">", b' xml:base="file:///etc/">', 1), "b.xsd": ROOT},
        "xml:base",
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
