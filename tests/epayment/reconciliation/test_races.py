"""Many at once, on a database where that is real: run through tests/postgres, or with DATABASE_URL set."""

from __future__ import annotations

import pytest
from django.db import connection

from example_site.bank_statement import Statement, credit
from tests.races import at_once
from wagtail_epayment.errors import DecisionNotPossible
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import DecisionKind, LedgerEntry, SettlementLine, SettlementReport

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway"),
]


def rows(attempts):
    return [f"t{place};57.50;{each.merchant_tx_id};;20.11.2026;payment" for place, each in enumerate(attempts)]


def test_the_same_file_imported_by_six_at_once_counts_once(town):
    attempts = [town.attempt() for _ in range(8)]
    results = at_once(6, lambda index: town.reports(*rows(attempts)))
    assert sorted(result.is_repetition for result in results) == [False] + [True] * 5
    assert (SettlementReport.objects.count(), SettlementLine.objects.count()) == (1, 8)
    assert LedgerEntry.objects.count() == 8


def test_report_bank_notification_and_nightly_run_at_once_book_each_payment_once(town, site):
    attempts = [town.attempt() for _ in range(12)]

    def work(index):
        match index % 4:
            case 0:
                town.reports(*rows(attempts), f"x{index};1.00;;;20.11.2026;payment")
            case 1:
                for attempt in reversed(attempts):
                    town.paid(attempt)
            case 2:
                bookings = [
                    credit(5750, text=each.order.reference, ref=f"C{place}") for place, each in enumerate(attempts)
                ]
                town.bank_says(Statement(bookings, number=f"{index}").camt053())
            case 3:
                reconcile_site(site.pk)

    at_once(8, work)
    reconcile_site(site.pk)
    assert LedgerEntry.objects.count() == 12
    of_payments = SettlementLine.objects.exclude(amount_cents=100)
    assert of_payments.count() == 24
    assert set(of_payments.values_list("match", flat=True)) <= {"matched", "booked"}


def test_two_people_assign_one_line_to_two_orders_and_it_is_booked_once(town, django_user_model):
    people = [django_user_model.objects.create_user(f"kasse{number}") for number in range(2)]
    attempts = [town.attempt(), town.attempt()]
    town.reports("t1;57.50;;;20.11.2026;payment")
    line = SettlementLine.objects.get()

    def assign(index):
        return decide(
            line, kind=DecisionKind.ASSIGN, reason="gehört dorthin", user=people[index], order=attempts[index].order
        )

    results = at_once(2, assign, expected=DecisionNotPossible)
    assert sum(isinstance(result, DecisionNotPossible) for result in results) == 1
    assert LedgerEntry.objects.count() == 1
