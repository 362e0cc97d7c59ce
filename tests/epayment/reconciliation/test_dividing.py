"""Somebody pays several orders by one transfer: the cash officer divides it by hand, to the cent."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import clock, days_ago, line
from tests.epayment.reconciliation.test_view import BASE, counts, staff  # noqa: F401  a fixture
from tests.races import at_once
from wagtail_epayment.errors import DecisionNotPossible
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.divide import PartOfCredit, divide, named_orders
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    AttemptState,
    Decision,
    DecisionKind,
    LedgerEntry,
    OutboxEvent,
    PaymentContract,
    PaymentOrder,
    Refund,
    SettlementLine,
    WhyOpen,
)
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def transfers(site):
    options = {"account_holder": "Stadt Musterstadt", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"}
    return PaymentContract.objects.create(site=site, provider="transfer", label="Überweisung", options=options)


@pytest.fixture
def orders(town, transfers):
    """Three orders of one payer: 57.50, 20.00 and 12.00."""
    with clock(days_ago(10)):
        return [town.order(cents) for cents in (5750, 2000, 1200)]


@pytest.fixture
def clara(django_user_model):
    return django_user_model.objects.create_user("clara")


def pays(town, orders, cents, *, ref="B1", text=None):
    text = text if text is not None else "Gebuehren " + " und ".join(order.reference for order in orders)
    town.bank_says(Statement([credit(cents, ref=ref, text=text)], number=ref).camt053())
    return line(key__contains=ref, explains=None)


def parts(orders, *cents):
    return [PartOfCredit(order, each) for order, each in zip(orders, cents, strict=True)]


def state(order):
    return order_state(PaymentOrder.objects.get(pk=order.pk))


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


class TestPage:
    @pytest.fixture
    def whole(self, town, orders):
        return pays(town, orders[:2], 7750)

    def said(self, orders, *amounts, rows=4, **more):
        data = {"form-TOTAL_FORMS": rows, "form-INITIAL_FORMS": 0, "reason": "steht im Text", **more}
        for place, (order, amount) in enumerate(zip(orders, amounts, strict=True)):
            data |= {f"form-{place}-reference": getattr(order, "reference", order), f"form-{place}-amount": amount}
        return data

    def test_from_the_line_to_the_booking(self, site, staff, whole, orders):  # noqa: F811
        client = staff(site)
        url = f"{BASE}line/{whole.pk}/divide/"
        assert url in client.get(f"{BASE}line/{whole.pk}/").content.decode()
        shown = client.get(url).content.decode()
        assert set(re.findall(r'value="(\d{13})"', shown)) == {order.reference for order in orders[:2]}
        assert 'value="57,50"' in shown
        answer = client.post(url, self.said(orders[:2], "57,50", "20.00"))
        assert (answer.status_code, answer.url) == (302, f"{BASE}line/{whole.pk}/")
        assert [state(order) for order in orders[:2]] == [OrderState.PAID] * 2
        assert "steht im Text" in client.get(answer.url).content.decode()
        again = client.post(url, self.said(orders[:2], "57,50", "20.00"))
        assert (again.status_code, again.url) == (302, f"{BASE}line/{whole.pk}/")
        assert (counts(client)["settled"], counts(client)["payouts"], counts(client)["unknown"]) == (
            (2, 0), (1, 0), (0, 0),
        )  # fmt: skip

    def test_what_is_wrong_is_said_and_kept(self, site, staff, whole, orders):  # noqa: F811
        client, url = staff(site), f"{BASE}line/{whole.pk}/divide/"
        for data in (
            self.said(orders[:2], "57,50", "20,01"),
            self.said([orders[0], "4711"], "57,50", "20,00"),
            self.said(orders[:2], "57,50", "zwanzig"),
            self.said(orders[:2], "57,50", "20,00", reason=""),
        ):
            answer = client.post(url, data)
            assert answer.status_code == 422
            assert orders[0].reference in answer.content.decode()
        assert not LedgerEntry.objects.exists()

    def test_more_rows_keep_what_was_typed(self, site, staff, whole, orders):  # noqa: F811
        client, url = staff(site), f"{BASE}line/{whole.pk}/divide/"
        shown = client.post(url, self.said(orders[:2], "57,50", "20,00", more="1")).content.decode()
        assert "form-8-reference" in shown
        assert 'value="57,50"' in shown
        assert "steht im Text" in shown
        assert not LedgerEntry.objects.exists()

    def test_who_may_only_look_divides_nothing(self, site, staff, whole, orders):  # noqa: F811
        client, url = staff(site, "auditor"), f"{BASE}line/{whole.pk}/divide/"
        assert url not in client.get(f"{BASE}line/{whole.pk}/").content.decode()
        assert client.post(url, self.said(orders[:2], "57,50", "20,00")).status_code in (302, 403)
        assert not LedgerEntry.objects.exists()

    def test_the_neighbour_finds_nothing(self, other_site, staff, whole, orders):  # noqa: F811
        client, url = staff(other_site), f"{BASE}line/{whole.pk}/divide/"
        assert client.get(url).status_code == 404
        assert client.post(url, self.said(orders[:2], "57,50", "20,00")).status_code == 404


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
