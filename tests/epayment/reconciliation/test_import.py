from __future__ import annotations

import pytest

from tests.epayment.reconciliation.conftest import line
from wagtail_epayment.errors import NotUnderstood
from wagtail_epayment.models import LedgerEntry, MatchClass, ProviderMessage, SettlementLine, SettlementReport, WhyOpen

pytestmark = pytest.mark.django_db


def test_a_payment_both_sides_know_is_settled(town):
    entry = town.paid()
    imported = town.reports(f"t1;57.50;{entry.attempt.merchant_tx_id};;20.11.2026;payment")
    assert (imported.lines, imported.new, imported.not_adding_up) == (1, 1, [])
    assert line().match == MatchClass.MATCHED
    assert line().entry == entry


def test_a_payment_only_the_provider_knows_is_booked_from_the_report_once(town):
    attempt = town.attempt()
    row = f"t1;57.50;{attempt.merchant_tx_id};;20.11.2026;payment"
    town.reports(row)
    entry = LedgerEntry.objects.get()
    assert (entry.attempt, entry.amount_cents, entry.kind) == (attempt, 5750, "payment")
    assert (line().match, line().entry) == (MatchClass.BOOKED, entry)
    town.reports(row, "t2;1.00;;;20.11.2026;payment")
    assert LedgerEntry.objects.count() == 1
    assert ProviderMessage.objects.filter(source="settlement").count() == 1


def test_the_same_file_twice_says_so_and_changes_nothing(town):
    row = "t1;57.50;;;20.11.2026;payment"
    assert not town.reports(row).is_repetition
    again = town.reports(row)
    assert again.is_repetition
    assert (SettlementReport.objects.count(), SettlementLine.objects.count()) == (1, 1)


def test_a_file_with_one_bad_line_imports_nothing_and_names_the_line(town):
    with pytest.raises(NotUnderstood, match=r"3.*zwölf"):
        town.reports("t1;57.50;;;20.11.2026;payment", "t2;zwölf;;;20.11.2026;payment")
    assert not SettlementReport.objects.exists()


def test_a_report_that_does_not_add_up_is_kept_and_says_so(town):
    imported = town.reports("t1;57.50;;;20.11.2026;payment", "total;60.00;;;;")
    [report] = imported.not_adding_up
    assert report.difference_cents == 250
    assert SettlementLine.objects.get().why == WhyOpen.NO_NAME
