"""New Year: what was paid in the old year is posted in the old year, as long as its books are open."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command

from tests.xfinanz.factories import account, pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.budget import budget_year, end_of
from wagtail_xfinanz.flows import collect
from wagtail_xfinanz.models import Batch

NEW_YEARS_EVE = datetime.datetime(2026, 12, 31, 22, 59, 59, tzinfo=datetime.UTC)
NEW_YEAR = datetime.datetime(2026, 12, 31, 23, 0, tzinfo=datetime.UTC)


@pytest.fixture
def payments(site, tenant):
    for moment in (NEW_YEARS_EVE, NEW_YEAR):
        order = create_order(site=site, purpose="p", items=[NewItem(label="x", unit_cents=100, posting_key="sperrgut")])
        pay(order, 100, at=moment)


def years(tenant, **options):
    return [(batch.budget_year, batch.count) for batch in collect(tenant, by=None, **options).batches]


def test_midnight_in_berlin_divides_the_years(tenant, payments, later):
    assert years(tenant, cut_off=later) == [(2026, 1), (2027, 1)]


def test_a_closed_year_takes_nothing_more(tenant, payments, later):
    tenant.closed_year = 2026
    tenant.save()
    assert years(tenant, cut_off=later) == [(2027, 2)]
    days = [record.posting.booked_on for record in Batch.objects.get().postings.all()]
    assert days == [datetime.date(2026, 12, 31), datetime.date(2027, 1, 1)], "the day of the payment stays"


def test_a_cut_off_leaves_the_day_whole(tenant, payments):
    assert years(tenant, cut_off=end_of(datetime.date(2026, 12, 31))) == [(2026, 1)]


def test_the_scheduled_command_takes_a_last_day(tenant, payments, capsys):
    call_command("xfinanz_collect", "--until", "2026-12-31")
    assert Batch.objects.get().budget_year == 2026


@pytest.mark.parametrize(("closed", "year"), [(None, 2026), (2025, 2026), (2026, 2027), (2030, 2031)])
def test_budget_years(closed, year):
    assert budget_year(NEW_YEARS_EVE, closed_year=closed) == year


def test_order_and_further_dimensions_of_an_account_stand_in_the_posting(site, tenant, later):
    account(tenant, "markt", internal_order="A-77", dimensions={"Kapitel": "0815", "Titel": "11101"})
    item = NewItem(label="Stand", unit_cents=100, posting_key="markt", booking_data={"Titel": "22202"})
    pay(create_order(site=site, purpose="p", items=[item]), 100)
    (batch,) = collect(tenant, by=None, cut_off=later).batches
    posting = batch.postings.get().posting
    assert posting.internal_order == "A-77"
    assert dict(posting.extra) == {"Kapitel": "0815", "Titel": "22202"}, "the item knows better"
