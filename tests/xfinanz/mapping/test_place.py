"""The page on which everything about one place is said."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urljoin

import pytest

from tests.xfinanz.mapping.pages import MAPPINGS, map_of, page, text
from tests.xfinanz.mapping.samples import ORDER, ao
from wagtail_xfinanz.flows import submit_mapping
from wagtail_xfinanz.mapping import Condition, Entry, Source, SourceKind, Test

pytestmark = pytest.mark.django_db


def test_everything_about_a_place_is_kept(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/bemerkung")
    data = {
        "source": "posting:booked_on",
        "format": "german",
        "front": "vom ",
        "cut": "20",
        "fallback": "ohne Datum",
        "condition_field": "kind",
        "condition_test": "is",
        "condition_value": "payment",
    }
    client.post(f"{MAPPINGS}{full.pk}/place/?path={path}", data)
    full.refresh_from_db()
    assert full.mapping.at(path) == Entry(
        path,
        Source(SourceKind.POSTING, "booked_on"),
        condition=Condition("kind", Test.IS, "payment"),
        format="german",
        prefix="vom ",
        cut=20,
        fallback="ohne Datum",
    )
    again = page(client.get(f"{MAPPINGS}{full.pk}/place/?path={path}"))
    (form,) = (form for form in again.forms if form.xpath(".//select[@name='source']"))
    assert {name: value for name, value in form.form_values() if name in data} == data


def test_a_key_of_ones_own(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/bemerkung")
    client.post(f"{MAPPINGS}{full.pk}/place/?path={path}", {"extra": "psp"})
    full.refresh_from_db()
    assert full.mapping.at(path).source.value == "extra:psp"


def test_a_table_line_without_sign_is_refused(log_in, client, full, anna):
    log_in(anna, "certifier")
    before = full.mapping
    path = ao(f"{ORDER}/art")
    answer = client.post(f"{MAPPINGS}{full.pk}/place/?path={path}", {"source": "posting:kind", "table": "payment AN"})
    assert "payment AN" in text(answer)
    full.refresh_from_db()
    assert full.mapping == before


def test_the_page_of_a_place_leads_back_to_its_row(log_in, client, full, anna):
    log_in(anna, "certifier")
    at, path = ao(ORDER), ao(f"{ORDER}/bemerkung")
    shown = page(client.get(map_of(full), {"at": at}))
    (more,) = shown.xpath(f"//tr[@id='{path}']//a[starts-with(@href, '../place/')]/@href")
    more = urljoin(map_of(full), more)
    place = client.get(more)
    back = f"?{urlencode({'at': at})}#{quote(path, safe='')}"
    assert [link for link in page(place).xpath("//form//a/@href") if link.endswith(back)]
    saved = client.post(more, {"source": "posting:reason"})
    assert saved["Location"].endswith(back)


def test_what_is_pasted_along_unseen_is_left_out(log_in, client, full, anna):
    log_in(anna, "certifier")
    path = ao(f"{ORDER}/art")
    data = {"source": "posting:kind", "front": "A\x0b", "table": "payment = A\x1fN\nrefund = AB"}
    client.post(f"{MAPPINGS}{full.pk}/place/?path={quote(path)}", data)
    full.refresh_from_db()
    entry = full.mapping.at(path)
    assert (entry.prefix, entry.table) == ("A", (("payment", "AN"), ("refund", "AB")))


def test_what_cannot_be_saved_stays_in_its_fields(log_in, client, full, anna, bernd):
    log_in(anna, "certifier")
    path, before = ao(f"{ORDER}/bemerkung"), full.mapping
    address = f"{MAPPINGS}{full.pk}/place/?path={quote(path)}"
    submit_mapping(full, by=bernd)
    shown = page(client.post(address, {"source": "constant", "text": "lange überlegt"}))
    assert shown.xpath("//p[contains(@class, 'help-critical')]")
    assert shown.xpath("//input[@name='text']/@value") == ["lange überlegt"]
    full.refresh_from_db()
    assert full.mapping == before
