"""Reports on the ledger: sums the database adds up, as table, chart and spreadsheet."""

from __future__ import annotations

import csv
import datetime
import io
from xml.etree import ElementTree

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import EntryKind, LedgerEntry, PaymentAttempt, PaymentContract
from wagtail_epayment.reporting import Grouping, entries_between, grouped, totals

pytestmark = pytest.mark.django_db
PAGE = "/admin/epayment_reports/"


@pytest.fixture
def booked(contract, other_site):
    """Makes ledger entries as they stand after payments."""

    def book(cents, *, kind=EntryKind.PAYMENT, purpose="Hundesteuer", day=None, of=contract, method="card"):
        order = create_order(site=of.site, purpose=purpose, items=[NewItem(label=purpose, unit_cents=abs(cents))])
        attempt = PaymentAttempt.objects.create(
            order=order, contract=of, provider=of.provider, method=method, amount_cents=abs(cents), currency="EUR",
            merchant_tx_id=order.token[:40],
        )  # fmt: skip
        entry = LedgerEntry(
            order=order, attempt=attempt, kind=kind, amount_cents=cents, currency="EUR", method=method,
            provider_ref=order.token[:40], occurred_at=timezone.now(),
        )  # fmt: skip
        if day is None:
            entry.save()
            return entry
        at = timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 30)))
        entry.created_at = at
        LedgerEntry.created_at.field.auto_now_add = False
        try:
            entry.save()
        finally:
            LedgerEntry.created_at.field.auto_now_add = True
        return entry

    return book


def download(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_day_ends_at_local_midnight(booked, site, staff):
    """23:30 in Berlin is the same day here, whatever the day is in UTC."""
    booked(1000, day=datetime.date(2026, 7, 1))
    booked(250, day=datetime.date(2026, 7, 2))
    page = staff(site, "certifier").get(PAGE + "?first=2026-07-01&last=2026-07-02&by=day")
    assert [(row.label, row.paid) for row, __ in page.context["rows"]] == [("01.07.2026", 1000), ("02.07.2026", 250)]
    page = staff(site, "certifier").get(PAGE + "?first=2026-07-01&last=2026-07-01&by=day")
    assert [row.paid for row, __ in page.context["totals"]] == [1000]


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("service", ["Hundesteuer", "Sperrgut"]),
        ("method", ["card", "paypal"]),
        ("contract", ["Testzahlung"]),
    ],
)
def test_sums_by_group_add_up_to_the_total(booked, site, by, labels):
    booked(1000)
    booked(-300, kind=EntryKind.REFUND)
    booked(-1000, kind=EntryKind.CHARGEBACK, purpose="Sperrgut", method="paypal")
    booked(2000, purpose="Sperrgut", method="paypal")
    booked(-35, kind=EntryKind.FEE, purpose="Sperrgut")
    day = timezone.now()
    entries = entries_between(
        type(site).objects.all(), first=day - datetime.timedelta(1), end=day + datetime.timedelta(1)
    )
    rows = grouped(entries, Grouping(by))
    (total,) = totals(rows)
    assert [row.label for row in rows] == labels
    for name in ("payments", "paid", "refunded", "charged_back", "fees", "kept"):
        assert sum(getattr(row, name) for row in rows) == getattr(total, name)
    assert (total.payments, total.paid, total.refunded, total.charged_back, total.fees) == (2, 3000, -300, -1000, -35)
    assert total.kept == 1700


def test_two_currencies_are_never_added(booked, contract, site):
    booked(1000)
    entry = booked(500)
    LedgerEntry(
        order=entry.order, attempt=entry.attempt, kind=EntryKind.PAYMENT, amount_cents=700, currency="CHF",
        provider_ref="chf", occurred_at=timezone.now(),
    ).save()  # fmt: skip
    now = timezone.now()
    entries = entries_between(
        type(site).objects.all(), first=now - datetime.timedelta(1), end=now + datetime.timedelta(1)
    )
    assert [(row.currency, row.paid) for row in totals(grouped(entries, Grouping.DAY))] == [("CHF", 700), ("EUR", 1500)]


def test_a_town_reads_its_own_money_only(booked, site, other_site, staff):
    foreign = PaymentContract.objects.create(site=other_site, provider="sandbox", label="Neustadt zahlt")
    booked(1000)
    booked(99900, of=foreign)
    page = staff(site, "auditor").get(PAGE + "?by=contract")
    assert [row.paid for row, __ in page.context["totals"]] == [1000]
    assert "Neustadt" not in page.content.decode()
    answer = staff(site, "auditor").get(PAGE + f"?site={other_site.pk}")
    assert "999,00" not in answer.content.decode()


def test_the_chart_is_an_image_with_a_name_beside_the_table(booked, site, staff):
    booked(1000)
    booked(500, purpose="Sperrgut")
    page = staff(site, "certifier").get(PAGE + "?by=service").content.decode()
    begin = page.index('<svg role="img"')
    svg = ElementTree.fromstring(page[begin : page.index("</svg>", begin)] + "</svg>")
    named = {element.get("id") for element in svg if element.tag in {"title", "desc"}}
    assert set(svg.get("aria-labelledby").split()) == named
    assert [int(bar.get("width")) for bar in svg.iter("rect")] == [500, 250]
    assert '<th scope="row">Sperrgut</th>' in page


def test_the_same_numbers_go_into_csv_and_xlsx(booked, site, staff):
    booked(123456)
    booked(500, purpose="=2+5")
    client = staff(site, "auditor")
    text = download(client.get(PAGE + "?by=service&export=csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [(row[0], row[3]) for row in rows[1:]] == [("'=2+5", "5.00"), ("Hundesteuer", "1234.56")]
    sheet = openpyxl.load_workbook(io.BytesIO(download(client.get(PAGE + "?by=service&export=xlsx")))).active
    assert [sheet.cell(row, 4).value for row in (2, 3)] == [5, 1234.56]


@pytest.mark.parametrize("query", ["first=x", "by=nothing", "first=2026-02-01&last=2026-01-01", "p=99", "site=0"])
def test_senseless_questions_get_an_answer_not_an_error(booked, site, staff, query):
    booked(1000)
    assert staff(site, "certifier").get(f"{PAGE}?{query}").status_code == 200
    assert staff(site, "certifier").get(f"{PAGE}?{query}&export=csv").status_code == 200


@pytest.mark.parametrize("by", Grouping.values)
def test_a_report_costs_the_same_few_queries_for_one_entry_and_many(booked, site, staff, by):
    client = staff(site, "certifier")
    booked(1)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{PAGE}?by={by}")
    for number in range(12):
        booked(100, purpose=f"P{number}", method=f"m{number}")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{PAGE}?by={by}")
    assert len(many) == len(few) <= 20


@pytest.mark.parametrize("role", ["clerk", "editor", "portal_admin"])
def test_who_has_no_business_with_money_gets_no_report(booked, site, staff, role):
    booked(1000)
    answer = staff(site, role).get(PAGE)
    assert answer.status_code == 302
    assert answer.url == "/admin/"
