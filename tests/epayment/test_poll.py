from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.flows import expire, poll_due, process_left_over, start_payment
from wagtail_epayment.flows.schedule import next_poll
from wagtail_epayment.models import AttemptState, LedgerEntry, MessageSource, PaymentAttempt, ProviderMessage
from wagtail_epayment.providers.base import RawMessage, ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.rounds import make_round_as_task
from wagtail_epayment.state import OrderState, order_state

from .conftest import said, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch, under_way):
    """What the bank answers when asked; a list is used up from the front."""

    class Bank:
        answers: list = []
        asked = 0

        def answers_with(self, *answers):
            self.answers = list(answers)

    bank = Bank()

    def fetch(self, attempt):
        bank.asked += 1
        answer = bank.answers.pop(0) if len(bank.answers) > 1 else bank.answers[0]
        if isinstance(answer, Exception):
            raise answer
        raw = signed(said(under_way.attempt, answer, event_id=""))
        return raw, self.parse_notification(raw)

    monkeypatch.setattr(SandboxProvider, "fetch", fetch)
    return bank


def due():
    PaymentAttempt.objects.update(next_poll_at=timezone.now() - datetime.timedelta(seconds=1))


def age(**ago):
    PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(**ago))


def test_a_payment_nobody_told_us_of_is_found_by_asking(under_way, order, bank):
    bank.answers_with("succeeded")
    due()
    assert poll_due() == 1
    assert order_state(order) == OrderState.PAID
    assert ProviderMessage.objects.get().source == MessageSource.POLL


def test_asking_and_being_told_books_once(under_way, order, bank):
    bank.answers_with("succeeded")
    due()
    poll_due()
    under_way.says()
    under_way.says(event_id="again")
    assert LedgerEntry.objects.count() == 1


def test_who_is_not_due_is_not_asked(under_way, bank):
    bank.answers_with("pending")
    assert poll_due() == 0
    assert bank.asked == 0


@pytest.mark.parametrize("trouble", [ProviderUnavailable("silent"), KeyError("adapter's mistake")], ids=repr)
def test_no_trouble_ever_ends_the_asking(under_way, order, bank, trouble):
    bank.answers_with(trouble, trouble, trouble, "succeeded")
    for asked in range(1, 4):
        due()
        poll_due()
        attempt = PaymentAttempt.objects.get()
        assert attempt.next_poll_at > timezone.now()
        assert attempt.poll_count == asked
        assert attempt.last_error
    due()
    poll_due()
    assert order_state(order) == OrderState.PAID


def test_one_broken_payment_does_not_keep_the_others_waiting(under_way, order, contract, bank):
    PaymentAttempt.objects.create(
        order=order,
        contract=contract,
        provider="sandbox",
        merchant_tx_id="broken",
        amount_cents=1,
        currency="EUR",
        state="pending",
    )
    due()
    bank.answers_with(RuntimeError("boom"), "succeeded")
    PaymentAttempt.objects.filter(merchant_tx_id="broken").update(next_poll_at="2020-01-01T00:00Z")
    assert poll_due() == 1
    assert order_state(order) == OrderState.PAID


def test_the_pauses_grow_from_a_minute_to_an_hour(under_way):
    attempt = under_way.attempt
    pauses = []
    for count in range(8):
        attempt.poll_count = count
        pauses.append((next_poll(attempt) - timezone.now()).total_seconds() / 60)
    for pause, minutes in zip(pauses, [1, 2, 5, 15, 30, 60, 60, 60], strict=True):
        assert minutes * 0.99 <= pause <= minutes * 1.2


@pytest.mark.parametrize("end", ["failed", "cancelled", "expired"])
def test_ended_payments_are_watched_for_two_weeks_because_providers_correct_themselves(under_way, order, bank, end):
    PaymentAttempt.objects.update(state=end)
    attempt = PaymentAttempt.objects.get()
    assert next_poll(attempt)
    attempt.created_at -= datetime.timedelta(days=15)
    assert next_poll(attempt) is None
    bank.answers_with("succeeded")
    due()
    poll_due()
    assert order_state(order) == OrderState.PAID


def test_nobody_is_expired_without_asking(under_way, order, bank):
    bank.answers_with("succeeded")
    age(hours=25)
    assert expire() == 0
    assert order_state(order) == OrderState.PAID


def test_a_payment_nobody_finished_expires_and_may_be_made_anew(under_way, order, bank):
    bank.answers_with("pending")
    age(hours=23)
    assert expire() == 0
    age(hours=25)
    assert expire() == 1
    assert PaymentAttempt.objects.get().state == AttemptState.EXPIRED
    assert order_state(order) == OrderState.OPEN


def test_silence_is_no_reason_to_expire(under_way, bank):
    bank.answers_with(ProviderUnavailable("silent"))
    age(days=3)
    assert expire() == 0
    assert PaymentAttempt.objects.get().state == AttemptState.PENDING


def test_an_attempt_whose_server_was_killed_before_the_bank_answered_is_given_up_soon(under_way, order, bank):
    PaymentAttempt.objects.update(state="starting", redirect_url="", provider_ref="")
    bank.answers_with(ProviderRefused("never heard of it"))
    age(minutes=5)
    assert expire() == 0
    age(minutes=16)
    assert expire() == 1
    assert order_state(order) == OrderState.OPEN


def test_money_after_expiry_is_money(under_way, order, bank):
    bank.answers_with("pending")
    age(hours=25)
    expire()
    under_way.says()
    assert order_state(order) == OrderState.PAID


def test_a_killed_start_heals_when_the_bank_got_it(order, contract, monkeypatch, client):
    """Point 2 of the crash list: the provider answered, and we were killed before we could store it."""
    taken = []

    def start_and_die(self, attempt, urls):
        taken.append(attempt.merchant_tx_id)
        raise KeyboardInterrupt

    monkeypatch.setattr(SandboxProvider, "start", start_and_die)
    with pytest.raises(KeyboardInterrupt):
        start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
    attempt = PaymentAttempt.objects.get()

    def fetch(self, view):
        raw = signed(said(attempt, "succeeded", event_id=""))
        return raw, self.parse_notification(raw)

    monkeypatch.setattr(SandboxProvider, "fetch", fetch)
    due()
    assert poll_due() == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.provider_ref) == (AttemptState.SUCCEEDED, "sbx_1")
    assert order_state(order) == OrderState.PAID


def test_an_answer_kept_and_never_applied_is_asked_for_again(under_way, order, contract, bank):
    text = '{"body": "not even json", "headers": {}}'
    left = ProviderMessage.objects.create(provider="sandbox", contract=contract, source="poll", raw=text)
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(minutes=2))
    assert process_left_over() == 0
    left.refresh_from_db()
    assert left.processed_at
    bank.answers_with("succeeded")
    due()
    poll_due()
    assert order_state(order) == OrderState.PAID


def test_the_commands_do_all_of_it_and_say_so(under_way, order, bank):
    bank.answers_with("succeeded")
    due()
    out = StringIO()
    call_command("epayment_poll", stdout=out)
    assert "attempts answered: 1" in out.getvalue()
    assert "events delivered: 1" in out.getvalue()
    call_command("epayment_outbox", stdout=out)
    assert "events delivered: 0" in out.getvalue()


def test_a_disabled_provider_is_no_crash(under_way, settings, contract):
    settings.WAGTAIL_EPAYMENT = {"PROVIDERS": []}
    due()
    assert poll_due() == 0
    age(days=2)
    assert expire() == 0
    message = RawMessage(body=b"{}", headers={})
    address = f"/zahlung/melden/sandbox/{contract.pk}/"
    answer = under_way.client.post(address, message.body, content_type="application/json")
    assert answer.status_code == 503


def test_the_round_can_be_a_task_as_well(under_way, order, bank):
    bank.answers_with("succeeded")
    due()
    make_round_as_task.enqueue()
    assert order_state(order) == OrderState.PAID
