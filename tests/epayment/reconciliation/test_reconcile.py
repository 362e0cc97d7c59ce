from __future__ import annotations

import dataclasses
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import DAY, HEAD, Town, line
from wagtail_epayment.errors import DecisionNotPossible, ProviderUnavailable
from wagtail_epayment.flows import apply_message
from wagtail_epayment.flows import reconcile as reconcile_module
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.fetch_reports import fetch_all_reports
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    AttemptState,
    Decision,
    DecisionKind,
    LedgerEntry,
    LineKind,
    MessageSource,
    PaymentContract,
    ProviderMessage,
    Refund,
    RefundState,
    SettlementLine,
    SettlementReport,
    WhyOpen,
)
from wagtail_epayment.providers.base import ChargebackWord, RawMessage
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.settlements.base import SettledLine, Settlement
from wagtail_epayment.state import OrderState, balance_cents, order_state

pytestmark = pytest.mark.django_db


def payment(attempt, key="t1", cents="57.50"):
    return f"{key};{cents};{attempt.merchant_tx_id};;20.11.2026;payment"


@pytest.mark.parametrize(
    "state", [AttemptState.FAILED, AttemptState.EXPIRED, AttemptState.UNKNOWN, AttemptState.STARTING]
)
def test_money_of_an_attempt_we_had_given_up_is_booked(town, state):
    attempt = town.attempt(state=state)
    town.reports(payment(attempt))
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUCCEEDED
    assert order_state(attempt.order) == OrderState.PAID


def test_the_notification_after_the_report_books_nothing_more(town):
    attempt = town.attempt()
    town.reports(payment(attempt))
    town.paid(attempt, payment_ref="tr_1")
    assert balance_cents(attempt.order) == 5750


def test_a_crash_between_report_and_booking_is_made_up_for_by_the_next_run(town, site, monkeypatch):
    attempt = town.attempt()

    def killed(line):
        raise KeyboardInterrupt

    monkeypatch.setattr(reconcile_module, "book_line", killed)
    with pytest.raises(KeyboardInterrupt):
        town.reports(payment(attempt))
    assert line().why == WhyOpen.TO_BOOK
    monkeypatch.undo()
    assert reconcile_site(site.pk) == 1
    assert (line().match, LedgerEntry.objects.count()) == ("booked", 1)
    assert reconcile_site(site.pk) == 0


def test_a_line_finds_its_payment_once_it_is_here(town):
    order = town.order()
    town.reports(f"t1;57.50;;{order.reference};20.11.2026;payment")
    assert line().why == WhyOpen.NO_ATTEMPT
    entry = town.paid(town.attempt(order))
    reconcile_site(town.site.pk)
    assert (line().match, line().entry) == ("matched", entry)


def test_refunds_made_here_and_outside_are_told_apart_and_booked_once(town):
    paid = town.paid(payment_ref="tr_1")
    ours = Refund.objects.create(
        order=paid.order,
        attempt=paid.attempt,
        payment=paid,
        amount_cents=1000,
        currency="EUR",
        state=RefundState.UNKNOWN,
    )
    tx = paid.attempt.merchant_tx_id
    rows = [f"r1;-10.00;{tx};;20.11.2026;refund", f"r2;-5.00;{tx};;20.11.2026;refund"]
    town.reports(*rows)
    town.reports(*rows, "x;1.00;;;20.11.2026;payment")
    ours.refresh_from_db()
    assert ours.state == RefundState.SUCCEEDED
    assert balance_cents(paid.order) == 4250
    assert Refund.objects.exclude(pk=ours.pk).get().cause == "outside"
    assert set(SettlementLine.objects.filter(kind="refund").values_list("match", flat=True)) == {"booked"}


def test_a_refund_the_books_know_already_is_matched(town):
    paid = town.paid()
    Refund.objects.create(
        order=paid.order,
        attempt=paid.attempt,
        payment=paid,
        amount_cents=1000,
        currency="EUR",
        state=RefundState.SUCCEEDED,
    )
    LedgerEntry.objects.create(
        order=paid.order, attempt=paid.attempt, kind="refund", amount_cents=-1000, currency="EUR", provider_ref="re_1",
        occurred_at=paid.occurred_at,
    )  # fmt: skip
    town.reports(f"r1;-10.00;{paid.attempt.merchant_tx_id};;20.11.2026;refund")
    assert line().match == "matched"
    assert balance_cents(paid.order) == 4750


def test_a_chargeback_reopens_the_order_and_a_refund_of_nothing_is_not_booked(town):
    paid, unpaid = town.paid(), town.attempt()
    town.reports(
        f"c1;-57.50;{paid.attempt.merchant_tx_id};;20.11.2026;chargeback",
        f"r1;-57.50;{unpaid.merchant_tx_id};;20.11.2026;refund",
    )
    assert order_state(paid.order) == OrderState.CHARGED_BACK
    assert line(kind="refund").why == WhyOpen.REFUSED
    assert not unpaid.entries.exists()


def test_fees_go_into_the_ledger_once_and_change_nothing_that_is_owed(town):
    paid = town.paid()
    row = f"f1;-0.35;{paid.attempt.merchant_tx_id};;20.11.2026;fee"
    town.reports(row)
    town.reports(row, "f2;-9.90;;;20.11.2026;fee")
    assert LedgerEntry.objects.get(kind="fee").amount_cents == -35
    assert balance_cents(paid.order) == 5750
    assert line(amount_cents=-990).match == "ignored"


def test_a_report_never_books_for_the_neighbouring_town(town, other_site):
    attempt = town.attempt()
    stranger = PaymentContract.objects.create(site=other_site, provider="sandbox", label="Neustadt")
    theirs = Town(other_site, stranger)
    theirs.reports(payment(attempt), f"t2;57.50;;{attempt.order.reference};20.11.2026;payment")
    theirs.bank_says(Statement([credit(5750, text=attempt.order.reference)]).camt053())
    assert not LedgerEntry.objects.exists()
    assert set(SettlementLine.objects.values_list("why", flat=True)) == {WhyOpen.NOT_FOUND, WhyOpen.NO_NAME}
    town.reports(payment(attempt))
    assert LedgerEntry.objects.count() == 1


def test_ten_thousand_lines_cost_a_bounded_number_of_questions(town, site):
    """The look-ups, not the inserts: how many rows fit into one of those is the database's matter."""
    known = [town.paid() for _ in range(3)]

    def questions(count, start):
        rows = [payment(entry.attempt, f"k{start}{place}") for place, entry in enumerate(known)]
        rows += [f"n{start}-{number};1.00;tx-{number};{number:013d};20.11.2026;payment" for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            town.reports(*rows)
        SettlementLine.objects.all().delete()
        return sum(query["sql"].lstrip().upper().startswith("SELECT") for query in captured)

    few, many = questions(10, "a"), questions(10_000, "b")
    assert few <= 45
    assert many <= few + 20


def test_decisions_stay_as_they_are(town, django_user_model):
    town.reports("t1;9.99;fremd;;20.11.2026;payment")
    person = django_user_model.objects.create_user("kasse")
    decision = decide(line(), kind=DecisionKind.CLOSE, reason="Bücherei", user=person)
    for change in (lambda: Decision.objects.update(reason="x"), decision.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    decide(line(), kind=DecisionKind.INVESTIGATE, reason="doch nicht", user=person)
    assert Decision.objects.count() == 2


def test_what_cannot_be_decided_is_refused(town, other_site, django_user_model):
    person = django_user_model.objects.create_user("kasse")
    entry = town.paid()
    town.reports(payment(entry.attempt), "t2;9.99;fremd;;20.11.2026;payment")
    matched, unknown = line(match="matched"), line(match="unknown")
    stranger = Town(other_site, PaymentContract.objects.create(site=other_site, provider="sandbox", label="N")).order()
    for subject, kind, reason, order in [
        (matched, DecisionKind.ACCEPT, "x", None),
        (matched, DecisionKind.ASSIGN, "x", entry.order),
        (unknown, DecisionKind.ASSIGN, "x", None),
        (unknown, DecisionKind.ASSIGN, "x", stranger),
        (unknown, DecisionKind.CLOSE, "x", entry.order),
        (unknown, DecisionKind.CLOSE, "  ", None),
        (entry, DecisionKind.ASSIGN, "x", entry.order),
    ]:
        with pytest.raises(DecisionNotPossible):
            decide(subject, kind=kind, reason=reason, user=person, order=order)
    assert not Decision.objects.exists()
    decide(entry, kind=DecisionKind.INVESTIGATE, reason="beim Anbieter gefragt", user=person)
    assert entry.decisions.get().site == town.site


def test_a_closed_line_is_left_alone_by_later_runs(town, django_user_model):
    order = town.order()
    town.reports(f"t1;57.50;;{order.reference};20.11.2026;payment")
    decide(line(), kind=DecisionKind.CLOSE, reason="überwiesen", user=django_user_model.objects.create_user("kasse"))
    town.attempt(order)
    reconcile_site(town.site.pk)
    assert not LedgerEntry.objects.exists()


@pytest.fixture
def asked(monkeypatch):
    """Lets the sandbox answer with the reports a test gives, by contract label."""
    answers, asked_since = {}, []

    def fetch(self, *, since):
        asked_since.append(since)
        answer = answers.get(self.contract.credentials.get("merchant_id", ""), [])
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    monkeypatch.setattr(SandboxProvider, "fetch_settlements", fetch)
    monkeypatch.setattr(SandboxProvider, "can", dataclasses.replace(SandboxProvider.can, settlement=True))
    answers["since"] = asked_since
    return answers


def settlement(attempt, reference="po_1", **changes):
    said = SettledLine(
        key=f"{reference}:1", kind=LineKind.PAYMENT, amount_cents=attempt.amount_cents, currency="EUR",
        merchant_tx_id=attempt.merchant_tx_id,
    )  # fmt: skip
    fields = {
        "reference": reference,
        "currency": "EUR",
        "lines": (said,),
        "total_cents": said.amount_cents,
        "paid_on": DAY,
    }
    return RawMessage(body=reference.encode(), headers={}), Settlement(**fields | changes)


def test_providers_are_asked_once_a_day_and_twice_does_no_damage(town, asked):
    attempt = town.attempt()
    asked["musterstadt"] = [settlement(attempt)]
    out = StringIO()
    call_command("epayment_reconcile", stdout=out)
    call_command("epayment_reconcile", stdout=out)
    assert "1 new reports, 1 new lines" in out.getvalue()
    assert "0 new reports, 0 new lines" in out.getvalue()
    assert LedgerEntry.objects.count() == 1
    assert SettlementReport.objects.get().contract == town.contract
    first, second = asked["since"]
    assert second <= DAY
    assert first <= second


def test_a_report_told_again_in_other_words_is_the_same_until_it_has_more_to_tell(town, asked):
    attempt, second = town.attempt(), town.attempt()
    raw, report = settlement(attempt)
    asked["musterstadt"] = [(raw, report), (RawMessage(body=b"the same, later", headers={}), report)]
    fetch_all_reports()
    assert SettlementReport.objects.count() == 1
    more = dataclasses.replace(report.lines[0], key="po_1:2", merchant_tx_id=second.merchant_tx_id)
    longer = dataclasses.replace(report, lines=(*report.lines, more), total_cents=11500)
    asked["musterstadt"] = [(RawMessage(body=b"longer", headers={}), longer)]
    [fetched] = fetch_all_reports()
    assert (fetched.reports, fetched.new_lines) == (1, 1)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("error", [ProviderUnavailable("no answer"), ZeroDivisionError("own mistake")])
def test_one_contracts_trouble_does_not_stop_the_others(town, other_site, asked, error):
    theirs = Town(
        other_site,
        PaymentContract.objects.create(
            site=other_site, provider="sandbox", label="Neustadt", credentials={"merchant_id": "neustadt"}
        ),
    )
    attempt = theirs.attempt()
    asked["musterstadt"] = error
    asked["neustadt"] = [settlement(attempt)]
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("epayment_reconcile", stdout=StringIO())
    assert balance_cents(attempt.order) == 5750
    assert [bool(each.error) for each in fetch_all_reports()] == [True, False]


def test_the_message_of_a_report_is_kept_like_any_other(town):
    attempt = town.attempt()
    town.reports(payment(attempt))
    message = ProviderMessage.objects.get()
    assert (message.source, message.attempt, message.is_verified) == ("settlement", attempt, True)
    assert message.processed_at


def test_a_report_may_tell_of_a_payment_and_all_that_followed_at_once(town):
    attempt = town.attempt()
    tx = attempt.merchant_tx_id
    town.reports(
        f"c1;-57.50;{tx};;22.11.2026;chargeback",
        f"r1;-10.00;{tx};;21.11.2026;refund",
        payment(attempt),
    )
    assert sorted(attempt.entries.values_list("kind", "amount_cents")) == [
        ("chargeback", -5750), ("payment", 5750), ("refund", -1000),
    ]  # fmt: skip
    assert not SettlementLine.objects.exclude(why="").exists()


@pytest.mark.parametrize("is_report_first", [True, False])
def test_a_chargebacks_fee_is_booked_once_whoever_tells_of_it_first(town, is_report_first):
    paid = town.paid(payment_ref="tr_1")
    tx = paid.attempt.merchant_tx_id
    rows = [f"f1;-3.50;{tx};;22.11.2026;fee;cb_1", f"c1;-57.50;{tx};;22.11.2026;chargeback;cb_1"]
    word = ChargebackWord(
        chargeback_ref="cb_1", is_reversal=False, amount_cents=5750, currency="EUR", is_verified=True, fee_cents=350,
        merchant_tx_id=tx, payment_ref="tr_1",
    )  # fmt: skip

    def message():
        raw = RawMessage(body=b"{}", headers={})
        apply_message(store(contract=town.contract, source=MessageSource.NOTIFY, raw=raw), word)

    def report():
        town.reports(*rows, head=HEAD.strip() + ";ref\n", column_provider_ref="ref")

    for told in [report, message] if is_report_first else [message, report]:
        told()
    booked = LedgerEntry.objects.exclude(kind="payment").order_by("kind").values_list("kind", "amount_cents")
    assert list(booked) == [("chargeback", -5750), ("fee", -350)]
    assert not SettlementLine.objects.filter(entry=None).exists()
