"""Mappings as files that towns give each other."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from tests.xfinanz.mapping.pages import MAPPINGS, installed, text
from tests.xfinanz.mapping.samples import BOOK, ORDERS
from wagtail_xfinanz.errors import MappingInvalid
from wagtail_xfinanz.mapping import (
    CodeList,
    Condition,
    Entry,
    Mapping,
    Repeat,
    Source,
    SourceKind,
    Test,
    from_json,
    to_json,
)
from wagtail_xfinanz.mapping.codec import loads
from wagtail_xfinanz.models import MappingVersion

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
names = st.text("abcXYZäöü.-_0123456789", min_size=1, max_size=10)
steps = st.builds(lambda namespace, name: f"{{{namespace}}}{name}" if namespace else name, names | st.just(""), names)
entries = st.builds(
    Entry,
    path=st.lists(steps, min_size=1, max_size=4).map(lambda found: "/" + "/".join(found)),
    source=st.none() | st.builds(Source, st.sampled_from(SourceKind), texts),
    repeat=st.none() | st.sampled_from(Repeat),
    condition=st.none() | st.builds(Condition, names, st.sampled_from(Test), texts),
    code_list=st.none() | st.builds(CodeList, texts, texts),
    format=names | st.just(""),
    table=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    prefix=texts,
    cut=st.integers(0, 2000),
    fallback=texts,
)
mappings = st.builds(Mapping, message=steps, note=texts).flatmap(
    lambda mapping: st.lists(entries, max_size=5).map(mapping.having)
)


@given(mappings)
def test_a_mapping_survives_the_file(mapping):
    assert loads(json.dumps(to_json(mapping)).encode()) == mapping


@pytest.mark.parametrize("mapping", [ORDERS, BOOK])
def test_the_file_says_only_what_is_not_at_its_default(mapping):
    data = to_json(mapping)
    assert from_json(data) == mapping
    assert all("fallback" not in entry for entry in data["entries"])
    assert data["format"] == "wagtail-xfinanz-mapping/1"


GOOD = to_json(ORDERS)
ENTRY = GOOD["entries"][0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "JSON"),
        ({}, "format|message|entries"),
        ({**GOOD, "format": "2"}, "format"),
        ({**GOOD, "evil": 1}, "evil"),
        ({**GOOD, "entries": {}}, "entries"),
        ({**GOOD, "entries": [ENTRY] * 6000}, "entries"),
        ({**GOOD, "entries": [ENTRY, ENTRY]}, "."),
        ({**GOOD, "message": 1}, "message"),
        ({**GOOD, "entries": [{}]}, r"entries\[1\]\.path"),
        ({**GOOD, "entries": [{"path": "nix"}]}, r"entries\[1\]\.path"),
        ({**GOOD, "entries": [{**ENTRY, "source": "x"}]}, r"entries\[1\]\.source"),
        ({**GOOD, "entries": [{**ENTRY, "source": {"kind": "shell", "value": "rm"}}]}, "shell"),
        ({**GOOD, "entries": [{**ENTRY, "repeat": "forever"}]}, "forever"),
        ({**GOOD, "entries": [{**ENTRY, "condition": {"field": "x", "test": "eval"}}]}, "eval"),
        ({**GOOD, "entries": [{**ENTRY, "cut": -1}]}, "cut"),
        ({**GOOD, "entries": [{**ENTRY, "cut": True}]}, "cut"),
        ({**GOOD, "entries": [{**ENTRY, "table": [["a"]]}]}, "table"),
        ({**GOOD, "entries": [{**ENTRY, "table": "ab"}]}, "table"),
        ({**GOOD, "entries": [{**ENTRY, "table": [["a", "\x00"]]}]}, "table"),
        ({**GOOD, "entries": [{**ENTRY, "prefix": "x" * 3000}]}, "prefix"),
        ({**GOOD, "entries": [{**ENTRY, "prefix": "\x00"}]}, "prefix"),
    ],
)
def test_what_is_no_mapping_is_refused_and_named(data, told):
    with pytest.raises(MappingInvalid, match=told):
        from_json(data)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 3_000_000])
def test_what_is_no_json_is_refused(data):
    with pytest.raises(MappingInvalid):
        loads(data)


@pytest.mark.django_db
def test_a_mapping_goes_from_town_to_town(log_in, client, full, anna, other_tenant, other_site):
    log_in(anna, "certifier")
    file = client.get(f"{MAPPINGS}{full.pk}/file/")
    assert re.search(r'filename="kasse-1\.json"', file["Content-Disposition"])
    assert json.loads(file.content) == to_json(ORDERS)
    other = anna.__class__.objects.create_user("otto", password="x")
    log_in(other, "portal_admin", at=other_site)
    upload = SimpleUploadedFile("m.json", file.content, "application/json")
    data = {"tenant": other_tenant.pk, "message": f"{full.package_id}|{ORDERS.message}", "name": "Kasse"}
    client.post(f"{MAPPINGS}new/", {**data, "file": upload})
    taken = MappingVersion.objects.get(tenant=other_tenant)
    assert taken.mapping == ORDERS
    assert list(taken.editors.all()) == [other]


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"{}", b"PK", json.dumps(to_json(BOOK)).encode()])
def test_a_file_that_is_none_is_refused(log_in, client, tenant, anna, content):
    row = installed()
    log_in(anna, "portal_admin")
    upload = SimpleUploadedFile("m.json", content, "application/json")
    data = {"tenant": tenant.pk, "message": f"{row.pk}|{ORDERS.message}", "name": "x", "file": upload}
    text(client.post(f"{MAPPINGS}new/", data))
    assert not MappingVersion.objects.exists()
