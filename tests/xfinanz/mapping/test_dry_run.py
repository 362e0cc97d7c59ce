"""The file for yesterday's postings, before anybody releases the mapping."""

from __future__ import annotations

import datetime

import pytest

from tests.xfinanz.factories import pay
from tests.xfinanz.mapping.pages import MAPPINGS, text
from tests.xfinanz.mapping.samples import ORDER, ao
from wagtail_xfinanz.flows import (
    change_mapping,
)
from wagtail_xfinanz.mapping import Entry, Source, SourceKind

pytestmark = pytest.mark.django_db


def test_yesterdays_postings_beside_the_file(log_in, client, full, paid, anna):
    log_in(anna, "auditor")
    shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
    assert "24.11.2026" in shown
    assert "57,50" in shown or "37,50" in shown
    assert "&lt;ao:betrag&gt;37.50&lt;/ao:betrag&gt;" in shown
    assert "help-success" in shown


def test_examples_where_nobody_has_paid_yet(log_in, client, full, anna):
    log_in(anna, "certifier")
    shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
    assert "2600012345678" in shown
    assert "help-success" in shown


def test_what_goes_wrong_is_told(log_in, client, full, site, paid, anna):
    log_in(anna, "certifier")
    change_mapping(full, entries=[Entry(ao(f"{ORDER}/kassenzeichen"), Source(SourceKind.POSTING, "product"))], by=anna)
    full.tenant.accounts.update(product="1")
    shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
    assert "help-critical" in shown
    assert "kassenzeichen" in shown


def test_problems_of_the_mapping_come_first(log_in, client, empty, anna):
    log_in(anna, "certifier")
    assert "help-critical" in text(client.get(f"{MAPPINGS}{empty.pk}/dry-run/"))


def test_payments_of_today_wait_for_tomorrow(log_in, client, full, paid, anna):
    pay(paid, 1, at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1))
    log_in(anna, "certifier")
    assert "24.11.2026" in text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))


def test_who_sees_no_batches_sees_no_payments_here_either(log_in, client, full, paid, anna):
    log_in(anna, "portal_admin")
    shown = text(client.get(f"{MAPPINGS}{full.pk}/dry-run/"))
    assert paid.reference not in shown
    assert "2600012345678" in shown
    assert "help-success" in shown
