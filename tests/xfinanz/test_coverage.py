"""The Kasse hears of a missing posting account before a citizen pays."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import CommandError, call_command

from tests.xfinanz.factories import account
from wagtail_epayment import posting_keys
from wagtail_epayment.posting_keys import KeyInUse
from wagtail_xfinanz.coverage import uncovered

TODAY = datetime.date(2026, 11, 25)
NEXT_YEAR = datetime.date(2027, 1, 1)


@pytest.fixture
def prices(monkeypatch):
    prices = []
    monkeypatch.setattr(posting_keys, "_sources", [lambda site_id: prices])
    return prices


@pytest.fixture
def complete(tenant):
    account(tenant, "anbietergebuehr")
    return tenant


def missing(tenant):
    return [(found.used.key, found.day) for found in uncovered(tenant, today=TODAY)]


def test_all_is_well(complete, prices):
    prices.append(KeyInUse("sperrgut", "Sperrgut", "Satzung 2026"))
    assert missing(complete) == []


def test_a_price_without_account_or_without_key_is_named(complete, prices):
    prices += [KeyInUse("hund", "Hundesteuer", "Satzung"), KeyInUse("", "Vergessen", "Satzung")]
    assert missing(complete) == [("hund", TODAY), ("", TODAY)]


def test_an_account_that_ends_before_its_price_is_named_with_the_first_day(complete, prices):
    account(complete, "markt", valid_until=datetime.date(2026, 12, 31))
    prices.append(KeyInUse("markt", "Marktstand", "Satzung", valid_from=TODAY, valid_until=datetime.date(2027, 6, 30)))
    assert missing(complete) == [("markt", NEXT_YEAR)]
    account(complete, "markt", valid_from=NEXT_YEAR)
    assert missing(complete) == []


def test_a_price_that_begins_later_is_looked_at_from_its_first_day(complete, prices):
    account(complete, "neu", valid_from=NEXT_YEAR)
    prices.append(KeyInUse("neu", "Neu", "Satzung 2027", valid_from=NEXT_YEAR))
    assert missing(complete) == []
    prices[0] = KeyInUse("neu", "Neu", "Satzung 2027", valid_from=datetime.date(2026, 12, 15))
    assert missing(complete) == [("neu", datetime.date(2026, 12, 15))]


def test_a_price_that_has_ended_needs_nothing(complete, prices):
    prices.append(KeyInUse("alt", "Alt", "Satzung 2020", valid_until=datetime.date(2026, 11, 24)))
    assert missing(complete) == []


def test_vat_needs_its_account(complete, prices):
    account(complete, "kurs", tax_account="")
    prices.append(KeyInUse("kurs", "Kurs", "Satzung", tax_permille=190))
    assert missing(complete) == [("kurs", TODAY)]


def test_every_tenant_needs_the_accounts_for_deposit_and_fees(other_tenant, prices):
    assert [key for key, _ in missing(other_tenant)] == ["verwahrung", "anbietergebuehr"]


def test_the_command_says_so_and_fails(complete, prices, capsys):
    call_command("xfinanz_accounts")
    prices.append(KeyInUse("hund", "Hundesteuer", "Satzung 2026"))
    with pytest.raises(CommandError, match="1 prices"):
        call_command("xfinanz_accounts")
    assert "Hundesteuer (Satzung 2026)" in capsys.readouterr().err
