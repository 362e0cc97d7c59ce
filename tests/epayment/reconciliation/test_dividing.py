"""Somebody pays several orders by one transfer: the cash officer divides it by hand, to the cent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import translation
from wagtail.models import Site

from example_site.bank_statement import Booking, Part, Statement
from tests.epayment.reconciliation.conftest import line, parts, pays, state
from tests.races import at_once
from wagtail_epayment.errors import DecisionNotPossible
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.divide import divide, named_orders
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    AttemptState,
    Decision,
    DecisionKind,
    LedgerEntry,
    OutboxEvent,
    PaymentOrder,
    Refund,
    SettlementLine,
    WhyOpen,
)
from wagtail_epayment.operations.doctor import examine
from wagtail_epayment.reconciliation import classes
from wagtail_epayment.reconciliation.explain import explain_line
from wagtail_epayment.state import OrderState, balance_cents

pytestmark = pytest.mark.django_db


def test_one_transfer_pays_three_orders(town, orders, clara):
    whole = pays(town, orders, 8950)
    assert whole.why == WhyOpen.SEVERAL_ORDERS
    made = divide(whole, parts(orders, 5750, 2000, 1200), reason="Text nennt alle drei", user=clara)
    assert [state(order) for order in orders] == [OrderState.PAID] * 3
    assert [each.entry.amount_cents for each in made] == [5750, 2000, 1200]
    assert OutboxEvent.objects.filter(kind="order.paid").count() == 3
    whole.refresh_from_db()
    assert (whole.why, whole.kind, whole.entry) == ("", "other", None)
    assert {each.explains for each in made} == {whole}


def test_who_decided_when_and_why_is_kept_for_the_credit_and_every_part(town, orders, clara):
    whole = pays(town, orders[:2], 7750)
    made = divide(whole, parts(orders[:2], 5750, 2000), reason="steht im Text", user=clara)
    decision = Decision.objects.get(line=whole)
    assert (decision.kind, decision.decided_by, decision.reason) == (DecisionKind.DIVIDE, clara, "steht im Text")
    assert decision.decided_at
    assert {row.order for row in Decision.objects.filter(line__in=made)} == set(orders[:2])


def test_too_little_leaves_a_rest_and_too_much_proposes_a_refund(town, orders, clara):
    whole = pays(town, orders[:2], 7500)
    divide(whole, parts(orders[:2], 5000, 2500), reason="so abgesprochen", user=clara)
    assert (state(orders[0]), balance_cents(orders[0])) == (OrderState.OPEN, 5000)
    assert state(orders[1]) == OrderState.OVERPAID
    assert Refund.objects.get().amount_cents == 500


@pytest.mark.parametrize("cents", [(5750, 1999), (5750, 2001), (7750, 0), (9750, -2000)])
def test_the_parts_have_to_be_the_credit(town, orders, clara, cents):
    whole = pays(town, orders[:2], 7750)
    with pytest.raises(DecisionNotPossible):
        divide(whole, parts(orders[:2], *cents), reason="x", user=clara)
    assert (LedgerEntry.objects.count(), SettlementLine.objects.count(), Decision.objects.count()) == (0, 1, 0)


def test_one_order_twice_one_order_alone_no_reason_or_a_foreign_order_are_refused(town, orders, clara, other_site):
    whole = pays(town, orders[:2], 7750)
    foreign = create_order(site=other_site, purpose="x", items=[NewItem(label="x", unit_cents=2000)])
    for some, reason in (
        (parts([orders[0], orders[0]], 5750, 2000), "x"),
        (parts(orders[:1], 7750), "x"),
        (parts(orders[:2], 5750, 2000), " "),
        (parts([orders[0], foreign], 5750, 2000), "x"),
    ):
        with pytest.raises(DecisionNotPossible):
            divide(whole, some, reason=reason, user=clara)
    assert not LedgerEntry.objects.exists()


def test_a_credit_is_divided_once(town, orders, clara):
    whole = pays(town, orders[:2], 7750)
    divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    with pytest.raises(DecisionNotPossible):
        divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    with pytest.raises(DecisionNotPossible):
        decide(whole, kind=DecisionKind.ASSIGN, reason="x", user=clara, order=orders[2])
    assert LedgerEntry.objects.count() == 2


def test_neither_the_next_run_nor_the_same_statement_changes_it(town, site, orders, clara):
    whole = pays(town, orders[:2], 7750)
    divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    before = list(SettlementLine.objects.order_by("pk").values())
    reconcile_site(site.pk)
    pays(town, orders[:2], 7750, ref="B1")
    assert list(SettlementLine.objects.order_by("pk").values()) == before
    assert LedgerEntry.objects.count() == 2


def test_a_part_that_an_online_payment_waits_for_is_booked_there(town, orders, clara):
    attempt = town.attempt(orders[1], state=AttemptState.PENDING)
    whole = pays(town, orders[:2], 7750)
    divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    assert orders[1].entries.get().attempt == attempt


def test_without_a_text_it_is_divided_all_the_same(town, orders, clara):
    whole = pays(town, orders, 7750, text="Vielen Dank")
    assert whole.why == WhyOpen.NO_NAME
    assert named_orders(whole) == []
    divide(whole, parts(orders[:2], 5750, 2000), reason="am Telefon geklärt", user=clara)
    assert LedgerEntry.objects.count() == 2


def test_the_orders_of_the_text_are_proposed_with_what_is_due(town, orders, other_site):
    foreign = create_order(site=other_site, purpose="x", items=[NewItem(label="x", unit_cents=100)])
    whole = pays(town, [*orders[:2], foreign], 7750)
    assert {(part.order, part.cents) for part in named_orders(whole)} == {(orders[0], 5750), (orders[1], 2000)}


def test_what_a_provider_reports_is_not_divided(town, orders, clara):
    town.reports("t1;77.50;;;20.11.2026;payment")
    with pytest.raises(DecisionNotPossible):
        divide(line(), parts(orders[:2], 5750, 2000), reason="x", user=clara)


def test_without_a_contract_for_transfers_nothing_can_be_booked(town, orders, transfers, clara):
    whole = pays(town, orders[:2], 7750)
    transfers.delete()
    with pytest.raises(DecisionNotPossible):
        divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    assert not LedgerEntry.objects.exists()


def test_if_one_part_cannot_be_booked_none_is(town, orders, clara):
    PaymentOrder.objects.filter(pk=orders[1].pk).update(currency="CHF")
    whole = pays(town, orders[:2], 7750)
    with pytest.raises(DecisionNotPossible, match=orders[1].reference):
        divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=clara)
    assert (LedgerEntry.objects.count(), SettlementLine.objects.count(), Decision.objects.count()) == (0, 1, 0)
    whole.refresh_from_db()
    assert whole.why == WhyOpen.SEVERAL_ORDERS


def test_the_csv_of_an_online_bank_too(town, orders, clara):
    text = " ".join(order.reference for order in orders[:2])
    head = "Buchungstag;Verwendungszweck;Kundenreferenz (End-to-End);Betrag;Waehrung\n"
    data = f"{head}20.11.26;{text};;77,50;EUR\n".encode()
    import_file(site=town.site, format_name="bank_csv", data=data, user=None)
    divide(line(), parts(orders[:2], 5750, 2000), reason="x", user=clara)
    assert [state(order) for order in orders[:2]] == [OrderState.PAID] * 2


@pytest.mark.parametrize("is_divided", [True, False])
def test_when_the_bank_tells_the_parts_later_the_money_is_not_booked_again(town, orders, clara, is_divided):
    texts = [f"Gebuehr {order.reference}" for order in orders[:2]]
    batch = tuple(Part(cents, text=text) for cents, text in zip((5750, 2000), texts, strict=True))
    town.bank_says(Statement([Booking(parts=batch, ref="B1", hides_parts=True)], number="1").camt053())
    whole = line()
    if is_divided:
        divide(whole, parts(orders[:2], 5750, 2000), reason="am Telefon geklärt", user=clara)
    else:
        decide(whole, kind=DecisionKind.ASSIGN, reason="am Telefon geklärt", user=clara, order=orders[0])
    town.bank_says(Statement([Booking(parts=batch, ref="B1")], number="N1").camt054())
    assert sum(entry.amount_cents for entry in LedgerEntry.objects.all()) == 7750
    told = classes.lines(Site.objects.all()).exclude(batch_key="")
    assert [(each.row_class, each.why) for each in told] == [("again", "")] * 2
    with translation.override(None):
        assert all("counts once" in explain_line(each, "again").what for each in told)
    whole.refresh_from_db()
    assert (whole.why, bool(whole.entry)) == ("", not is_divided)
    assert not [found for found in examine() if found.invariant.name.startswith("settlement")]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway")
def test_two_divide_one_assigns_and_a_run_compares_at_once(town, site, orders, django_user_model):
    people = [django_user_model.objects.create_user(f"kasse{number}") for number in range(3)]
    whole = pays(town, orders[:2], 7750)

    def work(index):
        match index:
            case 0:
                divide(whole, parts(orders[:2], 5750, 2000), reason="x", user=people[0])
            case 1:
                divide(whole, parts(orders[1::-1], 2000, 5750), reason="x", user=people[1])
            case 2:
                decide(whole, kind=DecisionKind.ASSIGN, reason="x", user=people[2], order=orders[0])
            case 3:
                reconcile_site(site.pk)

    results = at_once(4, work, expected=DecisionNotPossible)
    assert sum(isinstance(result, DecisionNotPossible) for result in results) == 2
    assert sum(LedgerEntry.objects.values_list("amount_cents", flat=True)) == 7750
