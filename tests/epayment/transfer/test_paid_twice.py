"""Who pays online and transfers the same fee as well has paid twice, in whichever order the reports come."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import clock, days_ago, line
from wagtail_epayment.flows import record_chargeback
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import AttemptState, DecisionKind, LedgerEntry, Refund, RefundState, WhyOpen
from wagtail_epayment.reconciliation.explain import explain_line
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(town, transfers):
    with clock(days_ago(20)):
        return town.order()


@pytest.fixture
def online(town, order):
    return town.attempt(order)


@pytest.fixture
def clara(db):
    return get_user_model().objects.create_user("clara")


def pays_out(town, online):
    """The provider's report: this payment, and the sum it sends."""
    town.reports(f"p1;57.50;{online.merchant_tx_id};;20.11.2026;payment", "po1;-57.50;;;20.11.2026;payout")


def transfers_too(town, order, **more):
    said = credit(5750, ref="TR", text=f"Gebuehr {order.reference}", day=f"{days_ago(5):%Y-%m-%d}", **more)
    town.bank_says(Statement([said], number="1").camt053())


def transferred():
    return line(key__contains="TR")


@pytest.mark.parametrize("is_report_first", [True, False])
def test_the_transfer_is_shown_and_given_back_if_a_person_says_so(town, order, online, clara, is_report_first):
    town.paid(online)
    steps = [lambda: pays_out(town, online), lambda: transfers_too(town, order)]
    for step in steps if is_report_first else reversed(steps):
        step()
    assert (transferred().why, transferred().entry, transferred().order) == (WhyOpen.NOTHING_DUE, None, order)
    assert order.reference in explain_line(transferred(), "unknown").what
    assert line(key="payment:p1").entry.attempt == online
    decide(transferred(), kind=DecisionKind.ASSIGN, reason="doppelt gezahlt", user=clara, order=order)
    assert (order_state(order), balance_cents(order)) == (OrderState.OVERPAID, 11500)
    assert (Refund.objects.get().state, Refund.objects.get().amount_cents) == (RefundState.PROPOSED, 5750)


def test_nothing_changes_at_the_next_run(town, site, order, online):
    town.paid(online)
    transfers_too(town, order)
    pays_out(town, online)
    reconcile_site(site.pk)
    assert (transferred().why, LedgerEntry.objects.count()) == (WhyOpen.NOTHING_DUE, 1)


def test_a_credit_taken_for_a_payment_under_way_is_other_money_once_that_payment_is_paid_out(town, order, online):
    transfers_too(town, order)
    online.refresh_from_db()
    assert online.state == AttemptState.SUCCEEDED
    pays_out(town, online)
    assert (transferred().why, balance_cents(order)) == (WhyOpen.NOTHING_DUE, 5750)


def test_without_a_payout_the_credit_is_taken_for_the_payment(town, order, online):
    """Some ways of paying online end in a credit with the Kassenzeichen."""
    town.paid(online)
    town.reports(f"p1;57.50;{online.merchant_tx_id};;20.11.2026;payment")
    transfers_too(town, order)
    assert (transferred().why, transferred().entry.attempt) == ("", online)


def test_a_credit_that_names_the_payment_itself_is_that_payment(town, order, online):
    town.paid(online)
    transfers_too(town, order, end_to_end=online.merchant_tx_id)
    pays_out(town, online)
    assert (transferred().why, transferred().entry.attempt) == ("", online)


def test_what_a_person_has_decided_stays(town, order, online, clara):
    town.paid(online)
    transfers_too(town, order)
    transferred().decisions.create(site=order.site, kind="accept", reason="geprüft", decided_by=clara)
    pays_out(town, online)
    assert (transferred().why, transferred().entry.attempt) == ("", online)


def test_after_a_chargeback_the_transfer_pays_the_order_again(town, order, online, clara):
    payment = town.paid(online)
    pays_out(town, online)
    record_chargeback(
        payment=payment, amount_cents=5750, reference="R", occurred_on=days_ago(6).date(), reason="Auszug", user=clara
    )
    transfers_too(town, order)
    assert (transferred().why, order_state(order)) == ("", OrderState.PAID)
    assert transferred().entry.attempt.provider == "transfer"
