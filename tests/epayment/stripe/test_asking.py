"""What Stripe says of a payment, and what it means."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from django.utils import timezone

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState

from .conftest import (
    TX_ID,
    URLS,
    an_attempt,
    begun,
    paid,
)


def test_asking_tells_the_way_of_paying_and_when(bank, adapter):
    _, word = adapter.fetch(paid(bank, adapter))
    assert (word.state, word.method, word.amount_cents) == (AttemptState.SUCCEEDED, "card", 5750)
    assert word.occurred_at.timestamp() == bank.charge(TX_ID)["created"]


@pytest.mark.parametrize(
    ("status", "payment_status", "state"),
    [
        ("open", "unpaid", AttemptState.PENDING),
        ("complete", "unpaid", AttemptState.PENDING),
        ("complete", "paid", AttemptState.SUCCEEDED),
        ("expired", "unpaid", AttemptState.EXPIRED),
        ("expired", "paid", AttemptState.SUCCEEDED),
        ("complete", "no_payment_required", AttemptState.UNKNOWN),
    ],
)
def test_status_and_payment_status_together_say_how_it_stands(bank, adapter, status, payment_status, state):
    attempt = begun(adapter)
    bank.session(TX_ID).update(status=status, payment_status=payment_status)
    assert adapter.fetch(attempt)[1].state == state


def test_what_is_kept_of_an_answer_says_nothing_of_the_payer(bank, adapter):
    raw, _ = adapter.fetch(paid(bank, adapter))
    assert bank.session(TX_ID)["customer_details"]["name"] == "Erika Mustermann"
    for text in (b"Erika", b"erika", b"last4", b"4242"):
        assert text not in raw.body


@pytest.mark.parametrize("is_paid", [True, False])
@pytest.mark.parametrize("others", [0, 5])
def test_with_the_answer_lost_the_session_is_found_by_its_time(bank, adapter, is_paid, others):
    bank.page = 2
    attempt = begun(adapter)
    for number in range(others):
        adapter.start(an_attempt(merchant_tx_id=f"other-{number}"), urls=URLS)
    if is_paid:
        bank.payer_pays(TX_ID)
    _, word = adapter.fetch(dataclasses.replace(attempt, provider_ref=""))
    assert word.provider_ref == attempt.provider_ref
    assert word.state == (AttemptState.SUCCEEDED if is_paid else AttemptState.PENDING)


def test_what_never_reached_stripe_is_only_surely_so_after_a_while(bank, adapter):
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt())
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt(created_at=None))
    with pytest.raises(ProviderRefused):
        adapter.fetch(an_attempt(created_at=timezone.now() - datetime.timedelta(minutes=11)))


def test_a_session_stripe_does_not_know_is_a_wrong_key_and_no_end(bank, adapter):
    with pytest.raises(ProviderUnavailable, match="resource_missing"):
        adapter.fetch(an_attempt(provider_ref="cs_test_other"))


def test_an_answer_about_something_else_is_none(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(dataclasses.replace(attempt, merchant_tx_id="other"))
    bank.session(TX_ID)["livemode"] = True
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(attempt)
