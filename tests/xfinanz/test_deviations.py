"""Every text written differently is reported, with the rule that did it."""

from __future__ import annotations

import pytest

from tests.xfinanz.factories import pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.deviations import Rule, deviations
from wagtail_xfinanz.flows import collect, correct_texts
from wagtail_xfinanz.models import FinanceTenant
from wagtail_xfinanz.repertoire import Repertoire
from wagtail_xfinanz.text import TextNotWritable


def batch_of(tenant, later):
    (batch,) = collect(FinanceTenant.objects.get(pk=tenant.pk), by=None, cut_off=later).batches
    return batch


def told(batch):
    return {(found.field, found.original, found.written, found.rule) for found in deviations(batch)}


def test_dashes_and_quotes_are_told(tenant, paid, later):
    assert told(batch_of(tenant, later)) == {
        ("reason", "Sperrgutabfuhr – „Express“", 'Sperrgutabfuhr - "Express"', Rule.TABLE),
        ("payer", "Zoë O’Brien", "Zoë O'Brien", Rule.TABLE),
    }


def test_what_a_person_wrote_is_told_as_such(site, tenant, later, anna):
    order = create_order(
        site=site,
        purpose="Hund 😀",
        items=[NewItem(label="e\u0301", unit_cents=100, posting_key="sperrgut")],
    )
    pay(order, 100)
    correct_texts(order, texts={"Hund 😀": "Hund"}, by=anna)
    assert told(batch_of(tenant, later)) == {
        ("reason", "Hund 😀", "Hund", Rule.PERSON),
        ("label", "e\u0301", "é", Rule.COMPOSED),
    }


def test_a_tenant_with_string_latin_gets_search_forms_or_a_problem(site, tenant, later, anna):
    FinanceTenant.objects.update(repertoire=Repertoire.STRING_LATIN)
    for purpose in ("Ĝarten", "Αθήνα"):
        items = [NewItem(label="x", unit_cents=100, posting_key="sperrgut")]
        pay(create_order(site=site, purpose=purpose, items=items), 100)
    collected = collect(FinanceTenant.objects.get(), by=None, cut_off=later)
    assert collected.with_problems == 1
    assert told(collected.batches[0]) == {("reason", "Ĝarten", "Garten", Rule.TABLE)}


def test_a_replacement_must_fit_the_tenants_characters_too(site, tenant, anna):
    FinanceTenant.objects.update(repertoire=Repertoire.DIN_B)
    order = create_order(site=site, purpose="½", items=[NewItem(label="x", unit_cents=1, posting_key="sperrgut")])
    with pytest.raises(TextNotWritable):
        correct_texts(order, texts={"½": "¼"}, by=anna)
