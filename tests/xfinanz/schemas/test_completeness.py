"""Which files a package has to bring along, and which it need not."""

from __future__ import annotations

import io

import pytest
from lxml import etree

from tests.xfinanz.schemas.zips import ROOT, entity, files_of, including, package, schema, zipped
from wagtail_xfinanz.schemas import Limits, PackageRefused, load_package, open_package
from wagtail_xfinanz.schemas.tree import Tree


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


@pytest.mark.parametrize(
    "location",
    ["../für die Kasse/Typen 2.xsd", "..\\für die Kasse\\Typen 2.xsd", "../f%C3%BCr%20die%20Kasse/Typen%202.xsd"],
)
def test_files_may_be_named_as_people_name_them(location):
    files = {"haupt datei/a.xsd": including(location), "für die Kasse/Typen 2.xsd": ROOT}
    read = open_package(zipped(files))
    assert read.entries == ("haupt datei/a.xsd",)
    assert read.files["haupt datei/a.xsd"] == including(location)  # kept as it was published
    assert read.schema.validate(etree.fromstring('<r xmlns="urn:t">x</r>'))
