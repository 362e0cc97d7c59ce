"""The doctor finds nothing where all is well, and names every wound we can think of."""

from __future__ import annotations

import datetime
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_epayment.models import (
    Decision,
    EntryKind,
    LedgerEntry,
    OrderItem,
    OutboxEvent,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
    Receipt,
    Refund,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
)
from wagtail_epayment.operations.doctor import examine, invariants

from .conftest import drop_ledger_triggers, drop_unique, sql

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - datetime.timedelta(days=30)


def entry(world, **changes):
    fields = {
        "order": world.order, "attempt": world.attempt, "kind": EntryKind.FEE, "amount_cents": -1, "currency": "EUR",
        "provider_ref": uuid.uuid4().hex, "occurred_at": timezone.now(),
    }  # fmt: skip
    return LedgerEntry.objects.create(**fields | changes)


def other_order(world, **changes):
    fields = {"site": world.site, "reference": uuid.uuid4().hex[:20], "purpose": "P", "amount_cents": 100}
    order = PaymentOrder.objects.create(**fields | changes)
    OrderItem.objects.create(order=order, position=1, label="x", unit_cents=order.amount_cents)
    return order


def other_attempt(world, **changes):
    fields = {
        "order": world.order, "contract": world.contract, "provider": "sandbox", "merchant_tx_id": uuid.uuid4().hex,
        "amount_cents": 100, "currency": "EUR", "state": "pending", "next_poll_at": timezone.now(),
    }  # fmt: skip
    return PaymentAttempt.objects.create(**fields | changes)


def change_ledger(**changes):
    drop_ledger_triggers()
    LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).update(**changes)


def second_receipt(world):
    drop_unique("wagtail_epayment_receipt", "entry_id")
    Receipt.objects.create(site=world.site, entry=world.payment, year=2020, serial=1, pdf=b"x")


def second_reference(world):
    drop_unique("wagtail_epayment_paymentorder", "reference")
    other_order(world, reference=world.order.reference)


def foreign_contract(world, other_site):
    PaymentContract.objects.filter(pk=world.contract.pk).update(site=other_site)


BREAKS = {
    "contracts.live_unchecked": lambda w: PaymentContract.objects.update(is_live=True),
    "contracts.unreadable": lambda w: sql(
        "UPDATE wagtail_epayment_paymentcontract SET credentials = %s", '{"secret": "gAAAAAnot-our-key"}'
    ),
    "database.constraints": lambda w: sql("DROP INDEX epayment_message_dedupe"),
    "database.triggers": lambda w: drop_ledger_triggers(),
    "ledger.success_without_payment": lambda w: other_attempt(w, state="succeeded"),
    "ledger.payment_without_success": lambda w: PaymentAttempt.objects.update(state="failed"),
    "ledger.other_amount": lambda w: change_ledger(amount_cents=5749),
    "ledger.wrong_sign": lambda w: entry(w, kind=EntryKind.CHARGEBACK, amount_cents=1),
    "ledger.foreign_order": lambda w: entry(w, order=other_order(w)),
    "ledger.currency": lambda w: entry(w, currency="USD"),
    "ledger.negative_balance": lambda w: entry(w, kind=EntryKind.CHARGEBACK, amount_cents=-5750),
    "orders.items": lambda w: OrderItem.objects.filter(position=1).update(quantity=2),
    "orders.reference_twice": second_reference,
    "orders.attempt_currency": lambda w: other_attempt(w, currency="USD"),
    "orders.foreign_contract": foreign_contract,
    "progress.paid_not_told": lambda w: (entry(w, kind="chargeback_reversal", amount_cents=1000), forget_events()),
    "progress.events": lambda w: OutboxEvent.objects.update(delivered_at=None, created_at=LONG_AGO),
    "progress.messages": lambda w: ProviderMessage.objects.update(processed_at=None, received_at=LONG_AGO),
    "progress.nobody_asks": lambda w: other_attempt(w, next_poll_at=None),
    "progress.overdue": lambda w: PaymentAttempt.objects.filter(pk=other_attempt(w).pk).update(created_at=LONG_AGO),
    "progress.webhooks_waiting": lambda w: WebhookDelivery.objects.update(delivered_at=None, next_try_at=LONG_AGO),
    "progress.webhooks_given_up": lambda w: WebhookDelivery.objects.update(delivered_at=None, given_up_at=LONG_AGO),
    "receipts.without_entry": lambda w: Receipt.objects.update(entry=entry(w)),
    "receipts.entry_twice": second_receipt,
    "receipts.number_gaps": lambda w: Receipt.objects.update(serial=F("serial") + 1),
    "refunds.not_as_booked": lambda w: Refund.objects.update(amount_cents=999),
    "refunds.more_than_paid": lambda w: Refund.objects.create(
        order=w.order, attempt=w.attempt, payment=w.payment, amount_cents=4751, currency="EUR", state="approved"
    ),
    "refunds.currency": lambda w: Refund.objects.update(currency="USD"),
    "refunds.lost_answer": lambda w: Refund.objects.update(state="unknown", submitted_at=LONG_AGO),
    "settlement.not_as_booked": lambda w: SettlementLine.objects.update(amount_cents=1),
    "settlement.totals": lambda w: SettlementReport.objects.update(total_cents=1),
    "settlement.lines_lost": lambda w: SettlementLine.objects.all().delete(),
}
ONLY_POSTGRES = {"receipts.entry_twice", "orders.reference_twice"}


def forget_events():
    WebhookDelivery.objects.all().delete()
    OutboxEvent.objects.all().delete()


def found(site=None):
    return {diagnosis.invariant.name: diagnosis for diagnosis in examine(site)}


def test_a_week_in_order_has_no_findings(world):
    assert found() == {}


def test_every_rule_has_a_wound_that_proves_it():
    assert set(BREAKS) == set(invariants)


@pytest.mark.parametrize("name", BREAKS)
def test_a_wound_is_named(name, world, other_site):
    if name in ONLY_POSTGRES and connection.vendor != "postgresql":
        pytest.skip("SQLite cannot take away the constraint that forbids it")
    break_it = BREAKS[name]
    break_it(world, other_site) if break_it is foreign_contract else break_it(world)
    diagnosis = found()[name]
    assert diagnosis.count >= 1
    assert all(diagnosis.examples)
    assert diagnosis.invariant.wrong.endswith(".")
    assert diagnosis.invariant.do.endswith(".")


@pytest.mark.parametrize("name", ["orders.items", "progress.events", "settlement.totals", "contracts.live_unchecked"])
def test_the_doctor_looks_at_one_town_if_asked(name, world, site, other_site):
    BREAKS[name](world)
    assert name in found(site)
    assert name not in found(other_site)


def test_many_wounds_are_counted_and_a_few_are_shown(world):
    for _ in range(30):
        other_attempt(world, next_poll_at=None)
    diagnosis = found()["progress.nobody_asks"]
    assert (diagnosis.count, len(diagnosis.examples)) == (30, 20)


def test_the_number_of_queries_does_not_grow_with_the_rows(world):
    with CaptureQueriesContext(connection) as few:
        found()
    for _ in range(40):
        other_attempt(world, order=other_order(world), state="succeeded")
    with CaptureQueriesContext(connection) as many:
        broken = found()
    assert broken["ledger.success_without_payment"].count == 40
    assert len(many) <= len(few) + len(broken), "one more for each rule that is broken too often to show all"


def run(*args):
    out = io.StringIO()
    try:
        call_command("epayment_doctor", *args, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_what_to_do_and_ends_with_a_status(world, site, other_site):
    assert run() == (0, f"{len(invariants)} rules checked, 0 broken.\n")
    BREAKS["orders.items"](world)
    status, said = run()
    assert status == 1
    for expected in ("orders.items (1)", "Wrong: ", "To do: ", world.order.reference):
        assert expected in said
    assert run("--site", other_site.hostname)[0] == 0
    with pytest.raises(CommandError, match="no site"):
        run("--site", "nowhere.example")


def test_programs_read_json(world):
    BREAKS["orders.items"](world)
    status, said = run("--json")
    told = json.loads(said)
    assert (status, told["rules"]) == (1, len(invariants))
    assert told["broken"][0]["name"] == "orders.items"
    assert told["broken"][0]["examples"] == [world.order.reference]


def test_findings_name_no_persons_and_no_secrets(world):
    PaymentOrder.objects.update(payer={"last_name": "Mustermann"})
    for name in set(BREAKS) - ONLY_POSTGRES - {"orders.foreign_contract", "database.triggers", "ledger.other_amount"}:
        if not name.startswith(("contracts", "receipts", "progress.paid", "settlement.lines", "database")):
            BREAKS[name](world)
    said = run()[1]
    for secret in ("Mustermann", world.order.token, "bank-secret-4711", world.endpoint.secret):
        assert secret not in said


def test_what_takes_its_time_is_no_disorder(world):
    """A direct debit on its way for days, and a message that waits for the payment it is about."""
    days_ago = timezone.now() - datetime.timedelta(days=3)
    attempts = PaymentAttempt.objects.filter(pk=other_attempt(world).pk)
    attempts.update(created_at=days_ago, payer_done_at=days_ago)
    ProviderMessage.objects.update(processed_at=None, is_verified=True, received_at=days_ago)
    assert found() == {}


def test_a_credit_that_was_divided_leaves_its_report_in_order(world, django_user_model):
    officer = django_user_model.objects.create_user("kasse")
    Decision.objects.create(site=world.site, line=world.line, kind="divide", reason="x", decided_by=officer)
    SettlementLine.objects.create(
        report=world.report, position=2, source="csv", key="1/part", kind="payment", amount_cents=5750, currency="EUR",
        explains=world.line,
    )  # fmt: skip
    assert found() == {}
